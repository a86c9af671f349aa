import type { AudioReport } from '../../../preload/contract.ts';
import type { Exchange } from '../../../main/conversation/exchanges.ts';
import type { EngineOffer } from '../../../main/desktop/engines.ts';
import { createDesktopStore, type DesktopState } from '../../../main/desktop/state.ts';
import { defaultSettings } from '../../../main/settings/schema.ts';
import { servicesIn } from '../services/snapshots.ts';

/** A machine without a card, on which there is nothing to choose. */
export const noOffer: EngineOffer = { hasCard: false, kyutai: null };

/** Devices that all work. */
export const workingAudio: AudioReport = {
  microphones: [{ id: 'm1', label: 'Desk microphone' }],
  speakers: [{ id: 's1', label: 'Headphones' }],
  microphone: 'live',
  speaker: 'ready',
  problem: null,
  echoCancellation: true,
};

/** A desktop on which everything runs and nothing happens, but for `change`. */
export function stateWith(change: Partial<DesktopState> = {}): DesktopState {
  return {
    ...createDesktopStore('1.2.3').getState(),
    stack: { kind: 'running' },
    services: servicesIn(),
    wasReady: true,
    audio: workingAudio,
    page: 'there',
    trayShown: true,
    ...change,
  };
}

export function conversationSettings(change: Partial<DesktopState['settings']['conversation']>): DesktopState['settings'] {
  return { ...defaultSettings, conversation: { ...defaultSettings.conversation, ...change } };
}

/** A spoken question in this state. */
export function exchangeIn(state: Exchange['state'], change: Partial<Exchange> = {}): Exchange {
  return { id: 1, asked: 'spoken', question: 'Hello?', answer: '', state, problem: null, latency: null, heardAfterMs: null, turn: 1, ...change };
}

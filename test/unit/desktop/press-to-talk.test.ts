import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Exchange } from '../../../main/conversation/exchanges.ts';
import { createPressToTalk } from '../../../main/desktop/press-to-talk.ts';
import { createDesktopStore } from '../../../main/desktop/state.ts';
import { defaultSettings } from '../../../main/settings/schema.ts';

function exchange(state: Exchange['state']): Exchange {
  return { id: 1, asked: 'spoken', question: '', answer: '', state, problem: null, latency: null, heardAfterMs: null, turn: null };
}

function stand(mode: 'hands-free' | 'press-to-talk' = 'press-to-talk') {
  const store = createDesktopStore('0');
  store.setState({ wasReady: true, settings: { ...defaultSettings, conversation: { ...defaultSettings.conversation, mode } } });
  const said: string[] = [];
  const live = { stopSpeaking: () => said.push('stop speaking') };
  let key: (() => void) | null = null;
  const keys = {
    taken: false,
    register: (_accelerator: string, pressed: () => void) => {
      if (!keys.taken) key = pressed;
      return !keys.taken;
    },
    unregister: () => {
      key = null;
    },
  };
  return { store, said, keys, pressKey: () => key?.(), isKeyHeld: () => key !== null, talk: createPressToTalk(store, () => live, keys) };
}

describe('press to talk', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('silences an answer, opens the microphone, and closes it when pressed again', () => {
    const { store, said, talk, pressKey } = stand();
    talk.followMode();
    pressKey();
    expect({ pressed: store.getState().pressed, said }).toEqual({ pressed: true, said: ['stop speaking'] });
    pressKey();
    expect({ pressed: store.getState().pressed, said }).toEqual({ pressed: false, said: ['stop speaking'] });
  });

  it('sends by itself once the person falls silent', () => {
    const { store, talk } = stand();
    talk.press();
    store.setState({ exchanges: [exchange('hearing')] });
    vi.advanceTimersByTime(60_000);
    expect(store.getState().pressed).toBe(true);
    store.setState({ exchanges: [exchange('thinking')] });
    expect(store.getState().pressed).toBe(false);
  });

  it('closes a microphone that nobody speaks into after ten seconds, and after a cough waits as long again', () => {
    const { store, talk } = stand();
    talk.press();
    vi.advanceTimersByTime(9_000);
    store.setState({ exchanges: [exchange('hearing')] });
    store.setState({ exchanges: [] });
    vi.advanceTimersByTime(9_000);
    expect(store.getState().pressed).toBe(true);
    vi.advanceTimersByTime(1_000);
    expect(store.getState().pressed).toBe(false);
  });

  it('does nothing hands-free, nor before everything runs', () => {
    const handsFree = stand('hands-free');
    handsFree.talk.press();
    const early = stand();
    early.store.setState({ wasReady: false });
    early.talk.press();
    expect([handsFree.store.getState().pressed, early.store.getState().pressed]).toEqual([false, false]);
  });

  it('holds the key only in its own mode, and says when another program has it', () => {
    const { store, talk, isKeyHeld, keys } = stand();
    talk.followMode();
    expect({ held: isKeyHeld(), shortcut: store.getState().shortcut }).toEqual({ held: true, shortcut: 'CommandOrControl+Shift+Space' });
    const { settings } = store.getState();
    store.setState({ settings: { ...settings, conversation: { ...settings.conversation, mode: 'hands-free' } } });
    talk.followMode();
    expect({ held: isKeyHeld(), shortcut: store.getState().shortcut }).toEqual({ held: false, shortcut: null });
    keys.taken = true;
    store.setState({ settings });
    talk.followMode();
    expect(store.getState().shortcut).toBe(null);
  });
});

import { expect, test } from 'vitest';
import { swapDecision, type Startable } from '../../../main/desktop/swap.ts';
import { environmentsOf } from '../../../main/services/reach.ts';
import type { PlannedService } from '../../../main/plan/model.ts';
import { defaultSettings, type Settings } from '../../../main/settings/schema.ts';
import { emptyPlan } from '../plan/empty-plan.ts';
import { environment } from './voice-stand.ts';

const stt: PlannedService = {
  id: 'stt', engine: 'whisper', model: 'whisper-base', precision: 'int8', device: 'cpu', build: 'none', env: 'voice', estimatedVramMiB: 0,
  threads: 1, server: null, contextTokens: null, windowSeconds: null, fallback: null,
};
const busy = { idle: false, consent: false };

function startable(slots: Readonly<Record<string, string>> = { voice: 'v1' }, settings: Settings = defaultSettings, service = stt): Startable {
  const environments = Object.fromEntries(Object.entries(slots).map(([id, fingerprint]) => [id, environment(id, fingerprint)]));
  return {
    prepared: { plan: { ...emptyPlan, services: [service] }, installation: { fingerprint: '', python: '', environments, modelFolders: {}, steps: [], findings: [], missing: new Map() } },
    settings,
  };
}

test('what is the same is kept, also when the person asked', () => {
  expect(swapDecision(startable(), startable(), { idle: true, consent: true })).toEqual({ kind: 'keep' });
});

test('a renewed environment is a change, where something is started from it', () => {
  const renewed = startable({ voice: 'v2' });
  expect([swapDecision(startable(), renewed, busy).kind, swapDecision(startable(), renewed, { idle: true, consent: false }).kind]).toEqual(['ask', 'apply']);
  expect(swapDecision(startable(), startable({ voice: 'v1', 'torch-cu124': 't1' }), busy).kind).toBe('keep');
});

test('what the services are started with is a change; what the page alone knows is none', () => {
  const { conversation } = defaultSettings;
  const kinds = [
    { ...defaultSettings, conversation: { ...conversation, endOfTurn: 'semantic' as const } },
    { ...defaultSettings, systemPrompt: 'Be brief.' },
    { ...defaultSettings, conversation: { ...conversation, muted: true, mode: 'press-to-talk' as const } },
  ].map((settings) => swapDecision(startable(), startable({ voice: 'v1' }, settings), { idle: false, consent: true }).kind);
  expect(kinds).toEqual(['apply', 'apply', 'keep']);
});

test('a conversation is started from the voice environment, whatever else its services are started from', () => {
  const services: readonly PlannedService[] = [{ ...stt, env: 'torch-cu124' }, { ...stt, id: 'llm', env: 'voice', server: { url: 'http://127.0.0.1', token: '' } }, { ...stt, id: 'tts', env: null }];
  expect(environmentsOf({ ...emptyPlan, services })).toEqual(['voice', 'torch-cu124']);
});

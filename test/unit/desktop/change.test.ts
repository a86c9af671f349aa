import { expect, test } from 'vitest';
import { changeOf } from '../../../main/desktop/change.ts';
import type { EnvironmentState } from '../../../main/environment/io/slots.ts';
import type { InstalledEnvironment } from '../../../main/environment/model.ts';
import type { PlannedService } from '../../../main/plan/model.ts';
import { emptyPlan } from '../plan/empty-plan.ts';
import { environment } from './voice-stand.ts';

const card = 'GPU-1';
const onProcessor: PlannedService = {
  id: 'stt', engine: 'whisper', model: 'whisper-base', precision: 'int8', device: 'cpu', build: 'none', env: 'voice', estimatedVramMiB: 0,
  threads: 1, server: null, contextTokens: null, windowSeconds: null, fallback: null,
};
const onCard: PlannedService = { ...onProcessor, engine: 'kyutai', model: 'stt-1b-en_fr', device: card, build: 'cu124', env: 'torch-cu124' };
const torch: InstalledEnvironment = { ...environment('torch-cu124', 't2'), torch: { version: '2.5.1+cu124', cuda: '12.4' } };

function startedFrom(service: PlannedService): Parameters<typeof changeOf>[1] {
  return {
    plan: { ...emptyPlan, services: [service], gpus: [{ uuid: card, name: 'NVIDIA GeForce RTX 3060', use: true, reason: '' }] },
    installation: { fingerprint: 'v', python: 'python', environments: { voice: environment('voice', 'v'), 'torch-cu124': torch }, modelFolders: {}, steps: [], findings: [], missing: new Map() },
  };
}

function stateOf(id: string, change: Partial<EnvironmentState> = {}): EnvironmentState {
  return { id, current: environment(id, 'x'), previous: 'before', answered: false, refused: null, ...change };
}

test('there is a way back from a slot that has answered nothing, to the one before it', () => {
  expect(changeOf(startedFrom(onProcessor), startedFrom(onCard), [stateOf('voice', { answered: true, previous: null }), stateOf('torch-cu124')], false)).toEqual({
    to: 'PyTorch 2.5.1 for CUDA 12.4',
    sentences: ['The speech recognition now uses stt-1b-en_fr on the RTX 3060.'],
    environments: ['torch-cu124'],
    byRemedy: false,
  });
});

test('there is none from a slot that has answered, that has none before it, or that nothing is started from', () => {
  const states = [stateOf('voice', { answered: true }), stateOf('torch-cu124'), stateOf('voice', { previous: null })];
  expect(changeOf(startedFrom(onProcessor), startedFrom(onProcessor), states, false)).toBeNull();
});

test('what a remedy brought can be taken back, also where every environment is proven', () => {
  expect(changeOf(startedFrom(onCard), startedFrom(onProcessor), [], true)).toEqual({
    to: 'other engines',
    sentences: ['The speech recognition now uses whisper-base on the processor.'],
    environments: [],
    byRemedy: true,
  });
});

import { expect, test } from 'vitest';
import { serviceRow } from '../../../main/desktop/service-rows.ts';
import type { DesktopState } from '../../../main/desktop/state.ts';
import type { ServiceState } from '../../../main/services/machine.ts';
import type { ServiceSnapshot } from '../../../main/services/io/supervisor.ts';
import { emptyPlan } from '../plan/empty-plan.ts';
import { servicesIn } from '../services/snapshots.ts';
import { finding, machineOf } from './machine-of.ts';
import { noOffer } from './state-with.ts';

const card = 'GPU-0a1b2c3d-0000-4000-8000-000000000001';
const gpus = [{ uuid: card, name: 'NVIDIA GeForce RTX 3060', use: true, reason: 'It runs the speech recognition.' }];
const planned: DesktopState['planned'] = { hardware: machineOf({}), plan: { ...emptyPlan, gpus }, findings: [], offer: noOffer };

function recognitionIn(state: ServiceState): ServiceSnapshot {
  const [first] = servicesIn({ stt: state });
  if (first === undefined) throw new Error('there are services');
  return first;
}

function rowOf(snapshot: ServiceSnapshot) {
  const { state, device, detail } = serviceRow(snapshot, { exchanges: [], planned });
  return { state, device, detail };
}

const states: readonly (readonly [ServiceState, string, string | null])[] = [
  [{ kind: 'stopped', because: 'not-started' }, 'waiting', null],
  [{ kind: 'stopped', because: 'idle' }, 'resting', 'Loads again when you speak.'],
  [{ kind: 'starting', sinceMs: 0 }, 'starting', null],
  [{ kind: 'ready', sinceMs: 0 }, 'ready', null],
  [{ kind: 'degraded', sinceMs: 0, reason: 'it is late' }, 'slow', 'it is late'],
  [{ kind: 'backing-off', untilMs: 0, reason: 'it ended' }, 'restarting', 'it ended'],
  [{ kind: 'stopping', then: { kind: 'crash', reason: 'it hung', sinceMs: 0 } }, 'restarting', 'it hung'],
  [{ kind: 'failed', reason: 'it ended' }, 'failed', 'it ended'],
];

test.each(states)('%j is shown as %s, with the reason %s', (state, shown, detail) => {
  expect(rowOf(recognitionIn(state))).toEqual({ state: shown, device: 'cpu', detail });
});

test('a service that runs elsewhere than planned says where, instead of what, and why', () => {
  const running = recognitionIn({ kind: 'ready', sinceMs: 0 });
  const fallen = { ...running, planned: { ...running.service, device: card }, onFallback: { ...finding, fault: 'illegal-memory-access' } as const };
  expect(rowOf(fallen)).toEqual({ state: 'ready', device: 'cpu', detail: 'On the processor instead of the RTX 3060, which failed: illegal memory access.' });
});

test('a service that runs with another model on the same device says so, beside what else there is to say', () => {
  const running = recognitionIn({ kind: 'backing-off', untilMs: 0, reason: 'it ended' });
  const fallen = { ...running, planned: { ...running.service, model: 'whisper-large' }, onFallback: finding };
  expect(rowOf(fallen).detail).toBe('it ended\nWith stt-model instead of whisper-large, which failed: launch failure.');
});

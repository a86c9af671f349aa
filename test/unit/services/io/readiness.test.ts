import { expect, test } from 'vitest';
import { areReady, isReady } from '../../../../main/services/io/readiness.ts';
import type { ServiceState } from '../../../../main/services/machine.ts';
import { servicesIn } from '../snapshots.ts';

const states: readonly (readonly [ServiceState, boolean])[] = [
  [{ kind: 'ready', sinceMs: 0 }, true],
  [{ kind: 'degraded', sinceMs: 0, reason: 'no beat' }, true],
  [{ kind: 'stopped', because: 'idle' }, true],
  [{ kind: 'stopping', then: { kind: 'rest' } }, true],
  [{ kind: 'stopped', because: 'not-started' }, false],
  [{ kind: 'stopped', because: 'asked' }, false],
  [{ kind: 'stopping', then: { kind: 'stay' } }, false],
  [{ kind: 'stopping', then: { kind: 'crash', reason: 'it hung', sinceMs: 0 } }, false],
  [{ kind: 'starting', sinceMs: 0 }, false],
  [{ kind: 'warming', sinceMs: 0 }, false],
  [{ kind: 'backing-off', untilMs: 0, reason: 'it ended' }, false],
  [{ kind: 'failed', reason: 'it ended' }, false],
];

test.each(states)('an engine that is %j can be used: %s', (state, ready) => {
  const services = servicesIn({ llm: state });
  expect([services.filter(isReady).length, areReady(services)]).toEqual([ready ? 4 : 3, ready]);
});

import { expect, test } from 'vitest';
import type { ServiceState } from '../../../main/services/machine.ts';
import { stateTitle } from '../../../main/services/names.ts';
import type { Service } from '../../../main/services/service.ts';

test.each<readonly [ServiceState, string, Service['run']['kind']]>([
  [{ kind: 'stopped', because: 'not-started' }, 'stopped', 'process'],
  [{ kind: 'stopped', because: 'asked' }, 'stopped', 'process'],
  [{ kind: 'stopped', because: 'idle' }, 'resting until it is needed', 'process'],
  [{ kind: 'ready', sinceMs: 0 }, 'ready', 'process'],
  [{ kind: 'degraded', sinceMs: 0, reason: 'it has not given a sign of life for 3 s' }, 'slow to answer (it has not given a sign of life for 3 s)', 'process'],
  [{ kind: 'backing-off', untilMs: 0, reason: 'it was killed' }, 'restarting (it was killed)', 'process'],
  [{ kind: 'backing-off', untilMs: 0, reason: 'it does not answer' }, 'waiting for its server (it does not answer)', 'external'],
  [{ kind: 'failed', reason: 'it was killed' }, 'failed (it was killed)', 'process'],
])('%j is called "%s"', (state, title, run) => {
  expect(stateTitle(state, run)).toBe(title);
});

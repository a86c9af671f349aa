import { expect, test } from 'vitest';
import type { ServiceState } from '../../../main/services/machine.ts';
import { stateTitle } from '../../../main/services/names.ts';

test.each<readonly [ServiceState, string]>([
  [{ kind: 'stopped', because: 'not-started' }, 'stopped'],
  [{ kind: 'stopped', because: 'asked' }, 'stopped'],
  [{ kind: 'stopped', because: 'idle' }, 'resting until it is needed'],
  [{ kind: 'ready', sinceMs: 0 }, 'ready'],
  [{ kind: 'degraded', sinceMs: 0, reason: 'it has not given a sign of life for 3 s' }, 'slow to answer (it has not given a sign of life for 3 s)'],
  [{ kind: 'backing-off', untilMs: 0, reason: 'it was killed' }, 'restarting (it was killed)'],
  [{ kind: 'failed', reason: 'it was killed' }, 'failed (it was killed)'],
])('%j is called "%s"', (state, title) => {
  expect(stateTitle(state)).toBe(title);
});

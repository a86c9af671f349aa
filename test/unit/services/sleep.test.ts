import { expect, test } from 'vitest';
import { sleptBetween } from '../../../main/services/sleep.ts';

const before = { steadyMs: 5_000, dayMs: 1_700_000_000_000 };

test.each([
  ['a look that comes in time', 250, 250, null],
  ['a stall under load', 4_999, 4_999, null],
  ['a computer that slept: the steady clock stood still', 250, 3_600_000, 3_600_000],
  ['a computer that slept where the steady clock goes on', 3_600_000, 3_600_000, 3_600_000],
  ['a process that was stopped for a minute', 60_000.4, 60_000, 60_000],
  ['a clock that was set back', 250, -3_600_000, null],
  ['a process that was stopped while the clock was set back', 60_000, -3_600_000, 60_000],
])('%s', (_what, steadyMs, dayMs, slept) => {
  expect(sleptBetween(before, { steadyMs: before.steadyMs + steadyMs, dayMs: before.dayMs + dayMs })).toBe(slept);
});

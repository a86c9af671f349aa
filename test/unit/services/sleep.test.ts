import { describe, expect, test } from 'vitest';
import { nextWordOfSleep, sleptBetween, type WordOfSleep } from '../../../main/services/sleep.ts';

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

describe('words of a sleep', () => {
  function clocks(atMs: number): WordOfSleep {
    return { by: 'clocks', atMs };
  }
  function system(atMs: number): WordOfSleep {
    return { by: 'system', atMs };
  }

  test.each<[string, readonly WordOfSleep[], readonly boolean[]]>([
    ['from both sides are one sleep', [clocks(100), system(400)], [true, false]],
    ['from both sides, the system first, are one sleep', [system(100), clocks(400)], [true, false]],
    ['from one side are two, though the clock stood still in the second', [clocks(100), clocks(3_400)], [true, true]],
    ['of two sleeps soon after each other, told by both sides, are two', [clocks(100), system(200), clocks(3_400), system(3_500)], [true, false, true, false]],
    ['of two sleeps, the system first each time, are two', [system(100), clocks(200), system(3_400), clocks(3_500)], [true, false, true, false]],
    ['far from each other are two sleeps, whoever tells of them', [clocks(100), system(10_100)], [true, true]],
  ])('%s', (_what, words, others) => {
    let last: WordOfSleep | null = null;
    const seen = words.map((word) => {
      const step = nextWordOfSleep(last, word);
      last = step.last;
      return step.isAnother;
    });
    expect(seen).toEqual(others);
  });
});

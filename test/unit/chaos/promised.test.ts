import { expect, test } from 'vitest';
import { inStep } from '../../chaos/in-step.ts';
import { always, typically, within } from '../../chaos/promised.ts';

test('a promise is kept when every time is there and within its bound', () => {
  expect(within('P1', 'killed: shown', [20, 250, 30], 3, 250)).toEqual({ promise: 'P1', what: 'killed: shown, 3 of 3', measured: 'longest 250 ms, median 30 ms', bound: '≤ 250 ms', kept: true });
});

test.each([
  ['one too long', [20, 251, 30], 3],
  ['one missing', [20, 30], 3],
  ['one that never came', [20, Number.NaN, 30], 3],
  ['none at all', [], 3],
])('%s is a promise that is missed', (_title, timesMs, expected) => {
  expect(within('P1', 'killed: shown', timesMs, expected, 250).kept).toBe(false);
});

test('of many times the middle one is judged, of a few the fastest, and none may be missing', () => {
  const timesMs = [900, 1_400, 1_300];
  expect([typically('P1', 'ready', timesMs, 3, 1_000, 'median').kept, typically('P1', 'ready', timesMs, 3, 1_000, 'fastest').kept, typically('P1', 'ready', timesMs, 4, 1_000, 'fastest').kept]).toEqual([false, true, false]);
});

test('what has to be so always is missed by one', () => {
  expect([always('P4', 'nothing left', 3, 3).kept, always('P4', 'nothing left', 2, 3).kept]).toEqual([true, false]);
});

test('work in step is done so many times, never by more than its lanes, and in order', async () => {
  let running = 0;
  let most = 0;
  const done = await inStep(7, 3, 1, async (lane, time) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
    return { lane: lane < 3, time };
  });
  expect({ most, done }).toEqual({ most: 3, done: [0, 1, 2, 3, 4, 5, 6].map((time) => ({ lane: true, time })) });
});

test('work in step ends with the first failure, once nothing runs any more', async () => {
  let begun = 0;
  const failing = inStep(100, 2, 0, () => {
    begun += 1;
    return begun === 3 ? Promise.reject(new Error('broken')) : Promise.resolve();
  });
  await expect(failing).rejects.toThrow('broken');
  expect(begun).toBeLessThan(10);
});

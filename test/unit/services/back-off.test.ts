import { expect, test } from 'vitest';
import { restartDelayMs, restartPolicy } from '../../../main/services/back-off.ts';

test('the delay doubles from a quarter of a second to half a minute', () => {
  expect([1, 2, 3, 4, 7, 8, 20].map((attempt) => restartDelayMs(restartPolicy, attempt, 0.5))).toEqual([
    250, 500, 1000, 2000, 16_000, 30_000, 30_000,
  ]);
});

test('the delay varies by a fifth to either side', () => {
  expect([0, 0.25, 0.999].map((random) => restartDelayMs(restartPolicy, 3, random))).toEqual([800, 900, 1200]);
});

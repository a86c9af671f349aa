import { expect, test } from 'vitest';
import { mostAttempts, retryDelayMs } from '../../../main/conversation/retry.ts';

test('a question is tried three times, with a longer pause before the third: 0.3 s, then 0.9 s', () => {
  const attempts = Array.from({ length: mostAttempts - 1 }, (_, index) => index + 2);
  expect(attempts.map(retryDelayMs)).toEqual([300, 900]);
});

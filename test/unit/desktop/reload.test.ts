import { expect, test } from 'vitest';
import { nextReload, noCrashes } from '../../../main/desktop/reload.ts';

const policy = { giveUpAfter: 3, windowMs: 60_000 };

/** Whether a page that crashed at each of these times was loaded again. */
function reloadsAt(...timesMs: readonly number[]): readonly boolean[] {
  let crashes = noCrashes;
  return timesMs.map((timeMs) => {
    const decided = nextReload(crashes, timeMs, policy);
    crashes = decided.crashes;
    return decided.reload;
  });
}

test('a page that crashes is loaded again, until it has crashed three times in a minute', () => {
  expect(reloadsAt(0, 1_000, 59_999)).toEqual([true, true, false]);
});

test('a crash of a minute ago no longer counts', () => {
  expect(reloadsAt(0, 1_000, 60_000, 60_999)).toEqual([true, true, true, false]);
});

test('what is remembered is only what counts', () => {
  expect(nextReload([0, 50_000], 61_000, policy)).toEqual({ crashes: [50_000, 61_000], reload: true });
});

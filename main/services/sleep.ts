/** One look at both clocks. */
export interface ClockReading {
  /** Never set back, and on Linux it stands still while the computer sleeps. */
  readonly steadyMs: number;
  /** Time of day: the only clock that goes on during a sleep everywhere. Never used to measure anything else. */
  readonly dayMs: number;
}

/** Looks come several times a second. So much between two of them, and everything has stood still: a stall under load is shorter. */
const shortestSleepMs = 5_000;

/**
 * How long the computer slept, or all of us were stopped, between two looks; null when it was not. A clock of the day
 * that is set forward looks like a sleep and costs a check that passes.
 */
export function sleptBetween(before: ClockReading, after: ClockReading): number | null {
  const gapMs = Math.max(after.steadyMs - before.steadyMs, after.dayMs - before.dayMs);
  return gapMs >= shortestSleepMs ? Math.round(gapMs) : null;
}

/** Who told of a sleep: our own look at the clocks, or the system. Each of them tells of every sleep once at most. */
export interface WordOfSleep {
  readonly by: 'clocks' | 'system';
  /** By a clock that may have stood still during the sleep. */
  readonly atMs: number;
}

/** The system tells of a sleep that we have seen ourselves within this time, or the other way round. */
const oneSleepMs = 10_000;

/**
 * What a word of a sleep adds to the last one that has found no fellow yet. Only the other side's word, and only once, is
 * about the same sleep: two words of one side are two sleeps, however close to each other a clock that stood still has them.
 */
export function nextWordOfSleep(last: WordOfSleep | null, word: WordOfSleep): { readonly isAnother: boolean; readonly last: WordOfSleep | null } {
  if (last !== null && last.by !== word.by && word.atMs - last.atMs < oneSleepMs) return { isAnother: false, last: null };
  return { isAnother: true, last: word };
}

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

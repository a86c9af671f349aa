import { quantile } from '../../main/telemetry/figures.ts';

/** A promise of ../shared/design.md as it was measured. */
export interface Promised {
  readonly promise: `P${number}`;
  readonly what: string;
  readonly measured: string;
  readonly bound: string;
  readonly kept: boolean;
}

/** How much of everything is done: all of it, or the cut that `npm test` has time for. */
export interface Cut {
  readonly isWhole: boolean;
  /** Faults of each kind on the fake engine, kills of the supervisor, ports that are taken. */
  readonly faults: number;
  /** Kills of each real engine. */
  readonly kills: number;
  /** Crash loops that are followed until they are given up. */
  readonly loops: number;
}

export const whole: Cut = { isWhole: true, faults: 100, kills: 20, loops: 20 };
export const short: Cut = { isWhole: false, faults: 8, kills: 3, loops: 4 };

/** Times of which each has to be within its bound; none may be missing. */
export function within(promise: Promised['promise'], what: string, timesMs: readonly number[], expected: number, boundMs: number): Promised {
  const longestMs = Math.max(...timesMs);
  return {
    promise,
    what: `${what}, ${timesMs.length} of ${expected}`,
    measured: timesMs.length === 0 ? 'never' : `longest ${text(longestMs)}, median ${text(quantile(timesMs, 0.5))}`,
    bound: `≤ ${text(boundMs)}`,
    kept: timesMs.length === expected && longestMs <= boundMs,
  };
}

/** Which of several times is judged, where shared cores make them never the same twice: the middle one tells, or of a few only the fastest. */
export type Judged = 'median' | 'fastest';

export function judgedOf(timesMs: readonly number[], judged: Judged): number {
  return quantile(timesMs, judged === 'median' ? 0.5 : 0);
}

/** Times of which one has to be within its bound; none may be missing. */
export function typically(promise: Promised['promise'], what: string, timesMs: readonly number[], expected: number, boundMs: number, judged: Judged): Promised {
  const each = within(promise, what, timesMs, expected, boundMs);
  return { ...each, bound: `${judged} ${each.bound}`, kept: timesMs.length === expected && judgedOf(timesMs, judged) <= boundMs };
}

/** How often something was as promised. */
export function always(promise: Promised['promise'], what: string, kept: number, expected: number): Promised {
  return { promise, what, measured: `${kept} of ${expected}`, bound: `${expected} of ${expected}`, kept: kept === expected };
}

function text(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

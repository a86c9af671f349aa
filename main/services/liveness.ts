import { assertNever } from '../platform/assert-never.ts';

/** When a process that does not beat counts as late, and when as hung (design, P3). */
export interface LivenessPolicy {
  /** Silence after which it is late: one beat (2 s) was missed. */
  readonly lateAfterMs: number;
  /** Silence after which it is hung: three beats were missed. */
  readonly silentAfterMs: number;
  /** How often the watch looks. A look that comes later than `jumpMs` means that we did not run ourselves. */
  readonly tickMs: number;
  readonly jumpMs: number;
  /** The longest that one piece of blocking work may take. */
  readonly stuckAfterMs: number;
}

export const livenessPolicy: LivenessPolicy = { lateAfterMs: 3_500, silentAfterMs: 6_200, tickMs: 250, jumpMs: 1_500, stuckAfterMs: 120_000 };

/** What is known of a process that runs. Times are of a clock that is never set back. */
export interface Watch {
  readonly lastBeatMs: number;
  readonly lastTickMs: number;
  readonly verdict: 'fine' | 'late' | 'hung';
}

export type WatchEvent =
  /** Written by the event loop of the process itself; `workingMs` is how long its blocking work has gone on. */
  | { readonly kind: 'beat'; readonly workingMs: number }
  | { readonly kind: 'tick' }
  /** The computer slept, or we were stopped: nobody could beat, or hear beats. */
  | { readonly kind: 'resumed' };

export interface Watched {
  readonly watch: Watch;
  /** What has changed with this event; null when nothing did. */
  readonly told: 'beat' | 'late' | 'silent' | 'stuck' | null;
}

export function watchFrom(nowMs: number): Watch {
  return { lastBeatMs: nowMs, lastTickMs: nowMs, verdict: 'fine' };
}

/**
 * What the beats of a process say. Silence counts only while we ran ourselves: after a sleep, a stop or a stall of ours,
 * all waiting begins anew, so that a computer that wakes up never takes its engines for hung.
 */
export function nextWatch(watch: Watch, event: WatchEvent, nowMs: number, policy: LivenessPolicy): Watched {
  switch (event.kind) {
    case 'beat':
      if (watch.verdict === 'hung') return { watch, told: null };
      if (event.workingMs > policy.stuckAfterMs) return { watch: { ...watch, verdict: 'hung' }, told: 'stuck' };
      return { watch: { ...watch, lastBeatMs: nowMs, verdict: 'fine' }, told: watch.verdict === 'late' ? 'beat' : null };
    case 'resumed':
      return { watch: { ...watch, lastBeatMs: nowMs, lastTickMs: nowMs }, told: null };
    case 'tick': {
      if (nowMs - watch.lastTickMs > policy.jumpMs) return { watch: { ...watch, lastBeatMs: nowMs, lastTickMs: nowMs }, told: null };
      const looked = { ...watch, lastTickMs: nowMs };
      const silentMs = nowMs - watch.lastBeatMs;
      if (watch.verdict !== 'hung' && silentMs >= policy.silentAfterMs) return { watch: { ...looked, verdict: 'hung' }, told: 'silent' };
      if (watch.verdict === 'fine' && silentMs >= policy.lateAfterMs) return { watch: { ...looked, verdict: 'late' }, told: 'late' };
      return { watch: looked, told: null };
    }
    default:
      return assertNever(event);
  }
}

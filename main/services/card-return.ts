import { assertNever } from '../platform/assert-never.ts';

/** When a graphics card that failed is tried again. */
export interface ReturnPolicy {
  /** A card that has just failed is left alone for so long; each fault after a return doubles it, up to the longest. */
  readonly quietMs: number;
  readonly longestQuietMs: number;
  /** Looks that find it unwell double the pause to the next one, up to this. */
  readonly longestPauseMs: number;
  /** Until the next attempt to look, or to return, when somebody was speaking. */
  readonly breathMs: number;
  /** After so long without a fault its earlier ones are forgotten. */
  readonly forgottenAfterMs: number;
}

export const returnPolicy: ReturnPolicy = { quietMs: 60_000, longestQuietMs: 3_600_000, longestPauseMs: 600_000, breathMs: 10_000, forgottenAfterMs: 3_600_000 };

/**
 * A graphics card that is not used because it failed:
 *
 *   out ─timer─► looking ─well─► back ─left out─► out (quiet for twice as long)
 *    ▲ ▲ │busy     │ │ └─well, busy─► well ─timer─► back
 *    │ └─┘         │ └─hopeless─► lost
 *    └── unwell, asleep
 */
export type CardState =
  | { readonly kind: 'out'; readonly faults: number; readonly failedLooks: number; readonly untilMs: number }
  | { readonly kind: 'looking'; readonly faults: number; readonly failedLooks: number }
  /** It is only waited for a moment in which nobody speaks: a look may take half a minute, and somebody began meanwhile. */
  | { readonly kind: 'well'; readonly faults: number }
  | { readonly kind: 'back'; readonly faults: number; readonly sinceMs: number }
  /** Only a person can bring it back, and then with a restart. */
  | { readonly kind: 'lost' };

/** What one look at a card says; a sleeping one is not asked. */
export type CardLook = 'well' | 'unwell' | 'asleep' | 'hopeless';

export type CardEvent =
  | { readonly kind: 'left-out' }
  | { readonly kind: 'timer'; readonly busy: boolean }
  | { readonly kind: 'looked'; readonly look: CardLook; readonly busy: boolean };

export type CardEffect = { readonly kind: 'wait'; readonly ms: number } | { readonly kind: 'look' } | { readonly kind: 'return' };

export interface CardStep {
  readonly state: CardState;
  readonly effect: CardEffect | null;
}

/** A card is left out for the first time. */
export function leftOut(nowMs: number, policy: ReturnPolicy): CardStep {
  return out(1, 0, pauseMs(1, 0, policy), nowMs);
}

/** What becomes of a card that is left out. Pure: times are of a clock that is never set back. */
export function nextCard(state: CardState, event: CardEvent, nowMs: number, policy: ReturnPolicy): CardStep {
  switch (event.kind) {
    case 'left-out': {
      if (state.kind !== 'back') return { state, effect: null };
      const faults = nowMs - state.sinceMs >= policy.forgottenAfterMs ? 1 : state.faults + 1;
      return out(faults, 0, pauseMs(faults, 0, policy), nowMs);
    }
    case 'timer': {
      if (state.kind === 'well') return returned(state.faults, event.busy, nowMs, policy);
      if (state.kind !== 'out') return { state, effect: null };
      if (nowMs < state.untilMs) return { state, effect: { kind: 'wait', ms: state.untilMs - nowMs } };
      if (event.busy) return { state, effect: { kind: 'wait', ms: policy.breathMs } };
      return { state: { kind: 'looking', faults: state.faults, failedLooks: state.failedLooks }, effect: { kind: 'look' } };
    }
    case 'looked':
      return state.kind === 'looking' ? looked(state, event, nowMs, policy) : { state, effect: null };
    default:
      return assertNever(event);
  }
}

function looked({ faults, failedLooks }: Extract<CardState, { kind: 'looking' }>, { look, busy }: Extract<CardEvent, { kind: 'looked' }>, nowMs: number, policy: ReturnPolicy): CardStep {
  switch (look) {
    case 'well':
      return returned(faults, busy, nowMs, policy);
    case 'unwell':
      return out(faults, failedLooks + 1, pauseMs(faults, failedLooks + 1, policy), nowMs);
    case 'asleep':
      return out(faults, failedLooks, pauseMs(faults, failedLooks, policy), nowMs);
    case 'hopeless':
      return { state: { kind: 'lost' }, effect: null };
    default:
      return assertNever(look);
  }
}

function returned(faults: number, busy: boolean, nowMs: number, policy: ReturnPolicy): CardStep {
  if (busy) return { state: { kind: 'well', faults }, effect: { kind: 'wait', ms: policy.breathMs } };
  return { state: { kind: 'back', faults, sinceMs: nowMs }, effect: { kind: 'return' } };
}

function out(faults: number, failedLooks: number, ms: number, nowMs: number): CardStep {
  return { state: { kind: 'out', faults, failedLooks, untilMs: nowMs + ms }, effect: { kind: 'wait', ms } };
}

function pauseMs(faults: number, failedLooks: number, { quietMs, longestQuietMs, longestPauseMs }: ReturnPolicy): number {
  const quiet = Math.min(quietMs * 2 ** (faults - 1), longestQuietMs);
  return Math.min(quiet * 2 ** failedLooks, Math.max(quiet, longestPauseMs));
}

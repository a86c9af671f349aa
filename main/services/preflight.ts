import { assertNever } from '../platform/assert-never.ts';

/** What the child that runs a kernel on a card said, or that it said nothing we understand. */
export type PreflightAnswer =
  | {
      readonly kind: 'answer';
      readonly ok: boolean;
      readonly uuid: string | null;
      readonly name: string | null;
      /** Call it came to; the one that failed when not `ok`. */
      readonly step: string;
      /** The driver's error number; null where no call of the driver failed. */
      readonly code: number | null;
      readonly error: string | null;
    }
  | { readonly kind: 'silent'; readonly reason: string; readonly timedOut: boolean };

/**
 * One card on its way to being used:
 *
 *     trying ──► passed
 *       │ ▲
 *       │ └── waiting   not ready yet (cold start), or another card answered: up to ten tries
 *       ▼        │
 *     failed ◄───┘      anything else at once: it would be the same the next time
 */
export type PreflightState =
  | { readonly kind: 'trying'; readonly attempt: number }
  | { readonly kind: 'waiting'; readonly attempt: number }
  | { readonly kind: 'passed'; readonly attempt: number }
  | { readonly kind: 'failed'; readonly attempt: number; readonly answer: PreflightAnswer };

export type PreflightEvent = { readonly kind: 'answered'; readonly answer: PreflightAnswer } | { readonly kind: 'waited' };

/** What has to be done next; null when it is over. */
export type PreflightEffect = { readonly kind: 'run' } | { readonly kind: 'wait'; readonly ms: number } | null;

export interface PreflightStep {
  readonly state: PreflightState;
  readonly effect: PreflightEffect;
}

export interface PreflightPolicy {
  readonly tries: number;
  readonly pauseMs: number;
}

/** A machine that has just started may take this long to have its cards ready. */
export const preflightPolicy: PreflightPolicy = { tries: 10, pauseMs: 3_000 };

export const firstStep: PreflightStep = { state: { kind: 'trying', attempt: 1 }, effect: { kind: 'run' } };

/** The state after an event, for the card with this uuid. */
export function nextStep(state: PreflightState, event: PreflightEvent, uuid: string, policy: PreflightPolicy): PreflightStep {
  switch (state.kind) {
    case 'trying':
      return event.kind === 'answered' ? afterAnswer(state.attempt, event.answer, uuid, policy) : { state, effect: null };
    case 'waiting':
      return event.kind === 'waited'
        ? { state: { kind: 'trying', attempt: state.attempt + 1 }, effect: { kind: 'run' } }
        : { state, effect: null };
    case 'passed':
    case 'failed':
      return { state, effect: null };
    default:
      return assertNever(state);
  }
}

function afterAnswer(attempt: number, answer: PreflightAnswer, uuid: string, policy: PreflightPolicy): PreflightStep {
  if (hasPassed(answer, uuid)) return { state: { kind: 'passed', attempt }, effect: null };
  if (attempt >= policy.tries || !isNotReady(answer, uuid)) return { state: { kind: 'failed', attempt, answer }, effect: null };
  return { state: { kind: 'waiting', attempt }, effect: { kind: 'wait', ms: policy.pauseMs } };
}

const passingCodes: ReadonlySet<number> = new Set([3, 100, 101, 802]);

/**
 * Whether it may be another answer in three seconds: 3 "not initialized", 802 "system not yet initialized" and 100 "no
 * device" while the driver starts, 101 "invalid device" and a card with another uuid while the cards are still being
 * counted. The next try asks by uuid again, which stays with its card however they are numbered.
 */
export function isNotReady(answer: PreflightAnswer, uuid: string): boolean {
  if (answer.kind === 'silent') return false;
  return answer.ok ? answer.uuid !== uuid : answer.code !== null && passingCodes.has(answer.code);
}

export function hasPassed(answer: PreflightAnswer, uuid: string): boolean {
  return answer.kind === 'answer' && answer.ok && answer.uuid === uuid;
}

/** 2 out of memory, 46 held by another program, 214 to 719 a fault of the card, 999 unknown: a process started later may fare better. */
const returningCodes: ReadonlySet<number> = new Set([...passingCodes, 2, 46, 214, 700, 710, 719, 999]);

/**
 * Whether a card that failed its check may pass it later without anybody's doing. A driver that is too old, incomplete or
 * half updated stays so until a restart, and one that hangs would be left with one more hung process by every question.
 */
export function mayReturn(answer: PreflightAnswer): boolean {
  if (answer.kind === 'silent') return !answer.timedOut;
  return answer.ok || answer.step === 'compare' || (answer.code !== null && returningCodes.has(answer.code));
}

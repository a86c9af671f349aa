import { inFull, type ExitStory } from './exit-story.ts';
import { isResting, isUp, type ServiceState } from './machine.ts';
import type { ServiceId } from './service.ts';
import type { SupervisorEvent } from './supervisor-event.ts';

/** What a move from one state to another means to whoever follows it. */
export function eventsOfMove(service: ServiceId, before: ServiceState, after: ServiceState): readonly SupervisorEvent[] {
  return [
    ...(before.kind === after.kind ? [] : [{ kind: 'state', service, from: before.kind, to: after.kind } as const]),
    ...(after.kind === 'failed' && before.kind !== 'failed' ? [{ kind: 'gave-up', service, reason: after.reason } as const] : []),
    ...(after.kind === 'stopped' && after.because === 'idle' ? [{ kind: 'rested', service } as const] : []),
    ...(isResting(before) && willRun(after) ? [{ kind: 'woken', service } as const] : []),
  ];
}

/** Whether a move is only one more try of what is not there. */
export function isRetry(event: SupervisorEvent): boolean {
  return event.kind === 'state' && (event.to === 'starting' || event.to === 'warming' || event.to === 'backing-off');
}

export interface Crash {
  readonly event: Extract<SupervisorEvent, { kind: 'crashed' }>;
  /** Why, in a sentence that a person reads: without the names that systems have for it. */
  readonly words: string;
}

/** What the end of a process in this state means: a crash, with its story; null when it was told to end. `overdueBecause` is why a start was cut short. */
export function crashOf(service: ServiceId, state: ServiceState, story: ExitStory, overdueBecause: string | null): Crash | null {
  const { cause, lines } = story;
  const crashed = (state.kind === 'stopping' && state.then.kind === 'crash') || isUp(state) || state.kind === 'starting' || state.kind === 'warming';
  if (!crashed) return null;
  const hungBecause = state.kind === 'stopping' && state.then.kind === 'crash' ? state.then.reason : overdueBecause;
  if (hungBecause === null) return { event: { kind: 'crashed', service, cause: cause.kind, reason: inFull(story), lines }, words: story.reason };
  // What hung and turns out to have had a dead card is told as that.
  return { event: { kind: 'crashed', service, cause: cause.kind === 'device' ? 'device' : 'hung', reason: hungBecause, lines }, words: hungBecause };
}

function willRun(state: ServiceState): boolean {
  return state.kind === 'starting' || (state.kind === 'stopping' && state.then.kind === 'start');
}

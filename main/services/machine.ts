import { assertNever } from '../platform/assert-never.ts';
import { restartDelayMs, type RestartPolicy } from './back-off.ts';

/**
 * Life of one service:
 *
 *   stopped ─start─► starting ─listening─► warming ─healthy─► ready ◄─beat── degraded
 *      ▲                │  ▲                  │                 │ └──late──►    │
 *      │              exited└──── timer ── backing-off ◄─exited─┴──────────────┤
 *      │                └──────────► (5 in 5 min) failed                      silent
 *      │ exited                                                                │
 *      └────────────── stopping ◄─ stop, rest, restart ─ any that runs ◄────────┘
 *
 * "stopping" remembers what comes after it: to stay away, to rest until it is needed, to start again, or to count as a crash.
 */
export type ServiceState =
  | { readonly kind: 'stopped'; readonly because: 'not-started' | 'idle' | 'asked' }
  | { readonly kind: 'starting'; readonly sinceMs: number }
  | { readonly kind: 'warming'; readonly sinceMs: number }
  | { readonly kind: 'ready'; readonly sinceMs: number }
  /** It still runs and is late with its beats, or fails the check of a server that is not ours. */
  | { readonly kind: 'degraded'; readonly sinceMs: number; readonly reason: string }
  | { readonly kind: 'backing-off'; readonly untilMs: number; readonly reason: string }
  | { readonly kind: 'stopping'; readonly then: AfterStopping }
  | { readonly kind: 'failed'; readonly reason: string };

export type AfterStopping =
  | { readonly kind: 'stay' }
  | { readonly kind: 'rest' }
  | { readonly kind: 'start' }
  /** It hung and was ended: that counts as a crash. */
  | { readonly kind: 'crash'; readonly reason: string; readonly sinceMs: number };

export interface Life {
  readonly state: ServiceState;
  /** Times of the crashes that still count. */
  readonly crashesMs: readonly number[];
}

export type ServiceEvent =
  | { readonly kind: 'start' }
  | { readonly kind: 'listening' }
  | { readonly kind: 'healthy' }
  | { readonly kind: 'beat' }
  /** A beat, or an answer to the check of a server that is not ours, has not come in time. */
  | { readonly kind: 'late'; readonly reason: string }
  /** So many beats were missed that it counts as hung. */
  | { readonly kind: 'silent'; readonly reason: string }
  /** The process ended by itself, or the server stopped answering. */
  | { readonly kind: 'exited'; readonly reason: string; readonly random: number }
  /** Its start, or its end, has taken longer than it may. */
  | { readonly kind: 'overdue' }
  | { readonly kind: 'timer' }
  /** Something this service was told at its start has changed. */
  | { readonly kind: 'restart' }
  /** Nobody has needed it for a while. */
  | { readonly kind: 'rest' }
  | { readonly kind: 'stop' };

export type Effect =
  | { readonly kind: 'spawn' }
  | { readonly kind: 'watch-health' }
  /** Asks for an orderly end; `overdue` is said when that takes too long. */
  | { readonly kind: 'terminate' }
  | { readonly kind: 'kill' }
  | { readonly kind: 'wake'; readonly afterMs: number };

export interface Transition {
  readonly life: Life;
  readonly effects: readonly Effect[];
}

export const unborn: Life = { state: { kind: 'stopped', because: 'not-started' }, crashesMs: [] };

/** The next state of a service and what has to be done for it. Pure: the clock (never set back) and the dice come in as values. */
export function next(before: Life, event: ServiceEvent, nowMs: number, policy: RestartPolicy): Transition {
  const life = hasRecovered(before, nowMs, policy) ? afresh(before) : before;
  const { state } = life;
  switch (event.kind) {
    case 'start':
      return start(life, nowMs);
    case 'listening':
      return state.kind === 'starting' ? to(life, { kind: 'warming', sinceMs: state.sinceMs }, [{ kind: 'watch-health' }]) : stay(life);
    case 'healthy':
      return state.kind === 'warming' ? to(life, { kind: 'ready', sinceMs: nowMs }) : stay(life);
    case 'beat':
      return state.kind === 'degraded' ? to(life, { kind: 'ready', sinceMs: nowMs }) : stay(life);
    case 'late':
      return state.kind === 'ready' ? to(life, { kind: 'degraded', sinceMs: nowMs, reason: event.reason }) : stay(life);
    case 'silent':
      return isUp(state) ? to(life, { kind: 'stopping', then: { kind: 'crash', reason: event.reason, sinceMs: nowMs } }, [{ kind: 'terminate' }]) : stay(life);
    case 'exited':
      return exited(life, event, nowMs, policy);
    case 'overdue':
      // Its exit is what moves the state, so that two processes of one service never run side by side.
      return state.kind === 'starting' || state.kind === 'warming' || state.kind === 'stopping' ? to(life, state, [{ kind: 'kill' }]) : stay(life);
    case 'timer':
      return state.kind === 'backing-off' && nowMs >= state.untilMs ? spawn(life, nowMs) : stay(life);
    case 'restart':
      return isRunning(state) ? to(life, { kind: 'stopping', then: { kind: 'start' } }, [{ kind: 'terminate' }]) : stay(life);
    case 'rest':
      return isUp(state) ? to(life, { kind: 'stopping', then: { kind: 'rest' } }, [{ kind: 'terminate' }]) : stay(life);
    case 'stop':
      return stop(life);
    default:
      return assertNever(event);
  }
}

function start(life: Life, nowMs: number): Transition {
  const { state } = life;
  switch (state.kind) {
    case 'failed':
      return spawn(afresh(life), nowMs);
    case 'stopped':
      return spawn(state.because === 'idle' ? life : afresh(life), nowMs);
    case 'stopping':
      // It is needed again before it has gone.
      return state.then.kind === 'rest' || state.then.kind === 'stay' ? to(life, { kind: 'stopping', then: { kind: 'start' } }) : stay(life);
    case 'starting':
    case 'warming':
    case 'ready':
    case 'degraded':
    case 'backing-off':
      return stay(life);
    default:
      return assertNever(state);
  }
}

function exited(life: Life, event: Extract<ServiceEvent, { kind: 'exited' }>, nowMs: number, policy: RestartPolicy): Transition {
  const { state } = life;
  switch (state.kind) {
    case 'stopped':
    case 'failed':
    case 'backing-off':
      return stay(life);
    case 'stopping':
      return stopped(life, state.then, event, nowMs, policy);
    case 'starting':
    case 'warming':
    case 'ready':
    case 'degraded':
      return crashed(life, event, nowMs, policy);
    default:
      return assertNever(state);
  }
}

function stopped(life: Life, then: AfterStopping, event: Extract<ServiceEvent, { kind: 'exited' }>, nowMs: number, policy: RestartPolicy): Transition {
  switch (then.kind) {
    case 'stay':
      return to(life, { kind: 'stopped', because: 'asked' });
    case 'rest':
      return to(life, { kind: 'stopped', because: 'idle' });
    case 'start':
      return spawn(life, nowMs);
    case 'crash':
      return crashed(life, { ...event, reason: then.reason }, nowMs, policy, then.sinceMs);
    default:
      return assertNever(then);
  }
}

/** The pause counts from when the crash was noticed: to end what hung has taken its time already. */
function crashed(life: Life, { reason, random }: { readonly reason: string; readonly random: number }, nowMs: number, policy: RestartPolicy, noticedMs = nowMs): Transition {
  const { kind } = life.state;
  const wasUp = kind === 'ready' || kind === 'degraded' || kind === 'stopping';
  // Only a service that was up lets old crashes expire: five starts that hang take longer than the window.
  const stillCounts = life.crashesMs.filter((crashMs) => !wasUp || nowMs - crashMs < policy.giveUpWindowMs);
  const crashesMs = [...stillCounts, nowMs];
  if (crashesMs.length >= policy.giveUpAfter) return { life: { state: { kind: 'failed', reason }, crashesMs }, effects: [] };
  const afterMs = Math.max(0, noticedMs + restartDelayMs(policy, crashesMs.length, random) - nowMs);
  return {
    life: { state: { kind: 'backing-off', untilMs: nowMs + afterMs, reason }, crashesMs },
    effects: [{ kind: 'wake', afterMs }],
  };
}

function stop(life: Life): Transition {
  const { state } = life;
  if (isRunning(state)) return to(life, { kind: 'stopping', then: { kind: 'stay' } }, [{ kind: 'terminate' }]);
  if (state.kind === 'stopping') return to(life, { kind: 'stopping', then: { kind: 'stay' } });
  return to(life, state.kind === 'failed' ? state : { kind: 'stopped', because: 'asked' });
}

/**
 * Whether it has been healthy for so long that its crashes count no more. Asked with every event, as a hang or a rest
 * leaves "ready" before the process ends: what happened a day ago must not give up what hung once today.
 */
function hasRecovered({ state, crashesMs }: Life, nowMs: number, policy: RestartPolicy): boolean {
  return state.kind === 'ready' && crashesMs.length > 0 && nowMs - state.sinceMs >= policy.resetAfterMs;
}

/** The same life without its crashes: also for what takes the place of a service, as those were not its own. */
export function afresh(life: Life): Life {
  return { ...life, crashesMs: [] };
}

/** Whether it answers questions, if late. */
export function isUp(state: ServiceState): state is Extract<ServiceState, { kind: 'ready' | 'degraded' }> {
  return state.kind === 'ready' || state.kind === 'degraded';
}

/** Whether it is away until it is needed, or about to be. */
export function isResting(state: ServiceState): boolean {
  return (state.kind === 'stopped' && state.because === 'idle') || (state.kind === 'stopping' && state.then.kind === 'rest');
}

function isRunning(state: ServiceState): boolean {
  return state.kind === 'starting' || state.kind === 'warming' || isUp(state);
}

function spawn(life: Life, nowMs: number): Transition {
  return to(life, { kind: 'starting', sinceMs: nowMs }, [{ kind: 'spawn' }]);
}

function stay(life: Life): Transition {
  return { life, effects: [] };
}

function to(life: Life, state: ServiceState, effects: readonly Effect[] = []): Transition {
  return { life: { ...life, state }, effects };
}

import { assertNever } from '../platform/assert-never.ts';
import { restartDelayMs, type RestartPolicy } from './back-off.ts';

/**
 * Life of one service:
 *
 *   stopped ─start─► starting ─listening─► warming ─healthy─► ready
 *                       │  ▲                  │                 │
 *                     exited└──── timer ── backing-off ◄─exited─┘
 *                       └──────────► (5 in 5 min) failed
 *   any ─stop─► stopping ─exited─► stopped
 */
export type ServiceState =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting'; readonly sinceMs: number }
  | { readonly kind: 'warming'; readonly sinceMs: number }
  | { readonly kind: 'ready'; readonly sinceMs: number }
  | { readonly kind: 'backing-off'; readonly untilMs: number; readonly reason: string }
  | { readonly kind: 'stopping'; readonly restart: boolean }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Life {
  readonly state: ServiceState;
  /** Times of the crashes that still count. */
  readonly crashesMs: readonly number[];
}

export type ServiceEvent =
  | { readonly kind: 'start' }
  | { readonly kind: 'listening' }
  | { readonly kind: 'healthy' }
  /** The process ended by itself, or the server stopped answering. */
  | { readonly kind: 'exited'; readonly reason: string; readonly random: number }
  | { readonly kind: 'too-slow' }
  | { readonly kind: 'timer' }
  /** Something this service was told at its start has changed. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'stop' };

export type Effect =
  | { readonly kind: 'spawn' }
  | { readonly kind: 'watch-health' }
  | { readonly kind: 'terminate' }
  | { readonly kind: 'kill' }
  | { readonly kind: 'wake'; readonly afterMs: number };

export interface Transition {
  readonly life: Life;
  readonly effects: readonly Effect[];
}

export const unborn: Life = { state: { kind: 'stopped' }, crashesMs: [] };

/** The next state of a service and what has to be done for it. Pure: the clock and the dice come in as values. */
export function next(life: Life, event: ServiceEvent, nowMs: number, policy: RestartPolicy): Transition {
  const { state } = life;
  switch (event.kind) {
    case 'start':
      return state.kind === 'stopped' || state.kind === 'failed' ? spawn({ ...life, crashesMs: [] }, nowMs) : stay(life);
    case 'listening':
      return state.kind === 'starting' ? to(life, { kind: 'warming', sinceMs: state.sinceMs }, [{ kind: 'watch-health' }]) : stay(life);
    case 'healthy':
      return state.kind === 'warming' ? to(life, { kind: 'ready', sinceMs: nowMs }) : stay(life);
    case 'exited':
      return exited(life, event.reason, event.random, nowMs, policy);
    case 'too-slow':
      // Its exit is what moves the state, so that two processes of one service never run side by side.
      return state.kind === 'starting' || state.kind === 'warming' ? to(life, state, [{ kind: 'kill' }]) : stay(life);
    case 'timer':
      return state.kind === 'backing-off' && nowMs >= state.untilMs ? spawn(life, nowMs) : stay(life);
    case 'restart':
      return isRunning(state) ? to(life, { kind: 'stopping', restart: true }, [{ kind: 'terminate' }]) : stay(life);
    case 'stop':
      return stop(life);
    default:
      return assertNever(event);
  }
}

function exited(life: Life, reason: string, random: number, nowMs: number, policy: RestartPolicy): Transition {
  const { state } = life;
  switch (state.kind) {
    case 'stopping':
      return state.restart ? spawn(life, nowMs) : to(life, { kind: 'stopped' });
    case 'stopped':
    case 'failed':
    case 'backing-off':
      return stay(life);
    case 'starting':
    case 'warming':
    case 'ready': {
      const recovered = state.kind === 'ready' && nowMs - state.sinceMs >= policy.resetAfterMs;
      // Only a service that was ready lets old crashes expire: five starts that hang take longer than the window.
      const stillCounts = life.crashesMs.filter((crashMs) => state.kind !== 'ready' || nowMs - crashMs < policy.giveUpWindowMs);
      const crashesMs = [...(recovered ? [] : stillCounts), nowMs];
      if (crashesMs.length >= policy.giveUpAfter) return { life: { state: { kind: 'failed', reason }, crashesMs }, effects: [] };
      const afterMs = restartDelayMs(policy, crashesMs.length, random);
      return {
        life: { state: { kind: 'backing-off', untilMs: nowMs + afterMs, reason }, crashesMs },
        effects: [{ kind: 'wake', afterMs }],
      };
    }
    default:
      return assertNever(state);
  }
}

function stop(life: Life): Transition {
  const { state } = life;
  if (isRunning(state)) return to(life, { kind: 'stopping', restart: false }, [{ kind: 'terminate' }]);
  if (state.kind === 'stopping') return to(life, { kind: 'stopping', restart: false });
  return to(life, state.kind === 'failed' ? state : { kind: 'stopped' });
}

function isRunning(state: ServiceState): boolean {
  return state.kind === 'starting' || state.kind === 'warming' || state.kind === 'ready';
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

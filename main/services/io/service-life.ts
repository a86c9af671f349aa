import { assertNever } from '../../platform/assert-never.ts';
import type { RestartPolicy } from '../back-off.ts';
import type { ExitStory } from '../exit-story.ts';
import type { LivenessPolicy } from '../liveness.ts';
import { afresh, isUp, next, type Effect, type ServiceEvent, type ServiceState } from '../machine.ts';
import { crashOf, eventsOfMove, isRetry } from '../moves.ts';
import type { Endpoint, ServiceId } from '../service.ts';
import type { SupervisorEvent } from '../supervisor-event.ts';
import type { ColdLoads } from './cold-loads.ts';
import { endWithinMs } from './ending.ts';
import { replaceCrashed } from './fallback.ts';
import { awaitFirstAnswer } from './first-answer.ts';
import type { ProcessRecords } from './process-records.ts';
import { announceReady } from './ready.ts';
import { beginIdleClock, type IdleAfter } from './resting.ts';
import type { Slot } from './slot.ts';
import { startProcess } from './start-process.ts';
import { endWatch, watchRunning } from './watch.ts';

/** What a service needs from those around it. */
export interface Surroundings {
  readonly root: string;
  readonly policy: RestartPolicy;
  readonly liveness: LivenessPolicy;
  readonly idleAfterMs: IdleAfter;
  readonly isNeeded: () => boolean;
  readonly coldLoads: ColdLoads | undefined;
  readonly records: ProcessRecords | undefined;
  readonly endpointsFor: (needs: readonly ServiceId[]) => ReadonlyMap<ServiceId, Endpoint>;
  readonly onLine: (service: ServiceId, line: string) => void;
  readonly onEvent: (event: SupervisorEvent) => void;
  readonly onMoved: () => void;
}

export interface ServiceLife {
  readonly slot: Slot;
  readonly handle: (event: ServiceEvent) => void;
  /** Begins to count anew how long it has not been needed. */
  readonly beginIdleClock: () => void;
  /** Begins to count anew how long its start takes, if it starts: nothing could go on while the computer slept. */
  readonly forgiveSleep: () => void;
  /** Kills its process when that has not ended by then. */
  readonly endWithin: (afterMs: number) => void;
}

/** Does for one service what its machine asks for, and tells the machine what comes of it. */
export function createServiceLife(slot: Slot, around: Surroundings): ServiceLife {
  const { policy, coldLoads, onEvent } = around;
  const { alarms } = slot;

  function handle(event: ServiceEvent): void {
    const before = slot.life.state;
    const { life, effects } = next(slot.life, event, performance.now(), policy);
    slot.life = life;
    const changed = life.state !== before;
    if (changed) {
      settle();
      // A server that is waited for is told of once, not at each time it is asked again.
      const told = eventsOfMove(slot.service.id, before, life.state).filter((move) => slot.refusal === null || !isRetry(move));
      for (const move of told) onEvent(move);
      if (before.kind === 'warming' && life.state.kind === 'ready') becameReady(life.state.sinceMs - before.sinceMs);
    }
    for (const effect of effects) perform(effect, before);
    if (changed) around.onMoved();
  }

  /** Drops what belonged to the state that was left. */
  function settle(): void {
    const { state } = slot.life;
    if (state.kind !== 'starting' && state.kind !== 'warming') {
      alarms.budget.clear();
      slot.probing?.abort();
      slot.probing = null;
    }
    if (state.kind !== 'backing-off') alarms.backOff.clear();
    if (state.kind !== 'stopping') alarms.ending.clear();
    if (isUp(state)) return;
    alarms.idle.clear();
    endWatch(slot);
  }

  function becameReady(loadMs: number): void {
    slot.refusal = null;
    watchRunning(slot, around.liveness, handle);
    beginIdle();
    if (slot.service.run.kind === 'process') coldLoads?.note(slot.service, loadMs);
    announceReady(slot, loadMs, onEvent);
  }

  function perform(effect: Effect, before: ServiceState): void {
    switch (effect.kind) {
      case 'spawn':
        // Waking, going back to a card and a changed address are starts as well, and no sign of trouble.
        if (before.kind === 'backing-off') slot.restarts += 1;
        spawn();
        return;
      case 'watch-health':
        slot.probing = awaitFirstAnswer(slot, {
          onReady: () => {
            handle({ kind: 'healthy' });
          },
          onRefused: (reason) => {
            ended(storyWithoutProcess(reason));
          },
        });
        return;
      case 'terminate':
        terminate();
        return;
      case 'kill':
        slot.process?.kill();
        return;
      case 'wake':
        alarms.backOff.set(effect.afterMs, startAgain);
        return;
      default:
        assertNever(effect);
    }
  }

  function spawn(): void {
    const { run, needs, id } = slot.service;
    slot.startedAs = slot.service;
    slot.health = null;
    slot.endedBecause = null;
    beginBudget();
    if (run.kind === 'external') {
      slot.endpoint = run.endpoint;
      queueMicrotask(() => {
        handle({ kind: 'listening' });
      });
      return;
    }
    startProcess(slot, run, {
      root: around.root,
      endpoints: around.endpointsFor(needs),
      records: around.records,
      onLine: (line) => {
        around.onLine(id, line);
      },
      onListening: () => {
        handle({ kind: 'listening' });
      },
      onSpawned: (pid) => {
        onEvent({ kind: 'spawned', service: id, pid });
      },
      onExited: ended,
    });
  }

  function beginBudget(): void {
    const { service } = slot;
    const budgetMs = coldLoads?.budgetMs(service) ?? service.startBudgetMs;
    alarms.budget.set(budgetMs, () => {
      slot.endedBecause = `it was not ready after ${Math.round(budgetMs / 1_000)} s`;
      if (service.run.kind === 'process') handle({ kind: 'overdue' });
      else ended(storyWithoutProcess(slot.endedBecause));
    });
  }

  function terminate(): void {
    if (slot.process === null) {
      ended(storyWithoutProcess('it was stopped'));
      return;
    }
    slot.process.terminate();
    endWithin(endWithinMs);
  }

  function endWithin(afterMs: number): void {
    alarms.ending.set(afterMs, () => {
      handle({ kind: 'overdue' });
    });
  }

  /** What ran has ended. Where its device failed, or a return to it, what takes its place is what comes after it. */
  function ended(story: ExitStory): void {
    const crash = crashOf(slot.service.id, slot.life.state, story, slot.endedBecause);
    const reason = crash?.words ?? story.reason;
    let isReplaced = false;
    if (crash !== null) {
      if (slot.refusal !== reason) onEvent(crash.event);
      isReplaced = replaceCrashed(slot, story, reason, onEvent);
    }
    handle({ kind: 'exited', reason, random: Math.random() });
    // The crash was not its own.
    if (isReplaced) slot.life = afresh(slot.life);
    if (slot.service.run.kind === 'external') slot.refusal = reason;
  }

  /** A timer may ring a millisecond before its time, and the machine starts nothing early. */
  function startAgain(): void {
    const { state } = slot.life;
    const earlyMs = state.kind === 'backing-off' ? Math.ceil(state.untilMs - performance.now()) : 0;
    if (earlyMs > 0) alarms.backOff.set(earlyMs, startAgain);
    else handle({ kind: 'timer' });
  }

  function beginIdle(): void {
    beginIdleClock(slot, {
      idleAfter: around.idleAfterMs,
      isNeeded: around.isNeeded,
      rest: () => {
        handle({ kind: 'rest' });
      },
    });
  }

  return {
    slot,
    handle,
    beginIdleClock: beginIdle,
    forgiveSleep: () => {
      slot.liveness?.resumed();
      if (alarms.budget.isSet()) beginBudget();
    },
    endWithin,
  };
}

/** A server of somebody else cannot be used. */
function storyWithoutProcess(reason: string): ExitStory {
  return { reason, how: null, cause: { kind: 'no-answer' }, lines: [] };
}

import type { RestartPolicy } from '../back-off.ts';
import { livenessPolicy, type LivenessPolicy } from '../liveness.ts';
import { isResting, isUp } from '../machine.ts';
import type { Endpoint, Service, ServiceId } from '../service.ts';
import { nextWordOfSleep, type WordOfSleep } from '../sleep.ts';
import type { SupervisorEvent } from '../supervisor-event.ts';
import type { ColdLoads } from './cold-loads.ts';
import { endAfterCheckWithinMs, endInOrder } from './ending.ts';
import { returnToPlanned } from './fallback.ts';
import type { ProcessRecords } from './process-records.ts';
import { preloadExternal, type IdleAfter } from './resting.ts';
import { checkAfterSleep } from './self-check.ts';
import { createServiceLife, type ServiceLife } from './service-life.ts';
import { watchSleep } from './sleep-watch.ts';
import { newSlot, snapshotOfSlot, type ServiceSnapshot } from './slot.ts';

export type { ServiceSnapshot } from './slot.ts';

export interface Supervisor {
  readonly start: () => void;
  /** Ends everything in reverse order of dependence and settles once all is gone, within five seconds. */
  readonly stop: () => Promise<void>;
  readonly snapshot: () => readonly ServiceSnapshot[];
  /** Calls `listener` after each change of a state; returns what takes it off again. */
  readonly onChange: (listener: () => void) => () => void;
  /** Somebody needs the engines: speech began, a question was typed. What rests starts, and idle clocks begin anew. */
  readonly wake: () => void;
  /** The system says that the computer slept, for so long if that is known: what runs is asked whether it still can. */
  readonly afterSleep: (afterMs: number | null) => void;
  /** A device works again: what runs elsewhere because it had failed goes back to what was planned. */
  readonly goBack: (device: string) => void;
}

export interface SupervisorOptions {
  readonly services: readonly Service[];
  readonly root: string;
  readonly policy: RestartPolicy;
  /** For servers of somebody else; without it the same as for what is ours. */
  readonly serverPolicy?: RestartPolicy;
  readonly onLine: (service: ServiceId, line: string) => void;
  readonly liveness?: LivenessPolicy;
  readonly onEvent?: (event: SupervisorEvent) => void;
  /** Without it nothing ever rests. */
  readonly idleAfterMs?: IdleAfter;
  /** Whether somebody waits for an answer right now: nothing rests then. */
  readonly isNeeded?: () => boolean;
  readonly coldLoads?: ColdLoads;
  readonly records?: ProcessRecords;
}

/** Starts services in order of dependence, restarts what ends or hangs, gives up what keeps ending. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { services, root, policy, serverPolicy = policy, onLine, liveness = livenessPolicy, onEvent = () => undefined, idleAfterMs = () => null, isNeeded = () => false, coldLoads, records } = options;
  const surroundings = { root, liveness, idleAfterMs, isNeeded, coldLoads, records, endpointsFor, onLine, onEvent, onMoved };
  const lives = new Map<ServiceId, ServiceLife>(services.map((service) => [service.id, createServiceLife(newSlot(service), { ...surroundings, policy: service.run.kind === 'external' ? serverPolicy : policy })]));
  const listeners = new Set<() => void>();
  let endSleepWatch: (() => void) | null = null;
  let lastWord: WordOfSleep | null = null;

  function onMoved(): void {
    if (endSleepWatch !== null) advance();
    for (const listener of [...listeners]) listener();
  }

  /**
   * Starts what can be started now, and restarts what was told an address that has changed since. A changed address
   * alone does that: an engine that starts again keeps its address, and the conversation carries a turn over the restart.
   */
  function advance(): void {
    for (const { slot, handle } of lives.values()) {
      const { state } = slot.life;
      const endpoints = endpointsFor(slot.service.needs);
      if (endpoints.size < slot.service.needs.length) continue;
      if (state.kind === 'stopped' && !isResting(state)) handle({ kind: 'start' });
      else if (slot.process !== null && slot.told !== JSON.stringify([...endpoints])) handle({ kind: 'restart' });
    }
  }

  /** The addresses of those that have one: one that rests, or starts again, keeps the address it had. */
  function endpointsFor(needs: readonly ServiceId[]): Map<ServiceId, Endpoint> {
    return new Map(
      needs.flatMap((id) => {
        const endpoint = lives.get(id)?.slot.endpoint;
        return endpoint == null ? [] : [[id, endpoint] as const];
      }),
    );
  }

  function wake(): void {
    if (endSleepWatch === null) return;
    for (const { slot, handle, beginIdleClock } of lives.values()) {
      beginIdleClock();
      preloadExternal(slot, idleAfterMs);
      if (isResting(slot.life.state)) handle({ kind: 'start' });
    }
  }

  function afterSleep(afterMs: number | null, by: WordOfSleep['by']): void {
    if (endSleepWatch === null) return;
    const { isAnother, last } = nextWordOfSleep(lastWord, { by, atMs: performance.now() });
    lastWord = last;
    if (!isAnother) return;
    onEvent({ kind: 'resumed', afterMs });
    for (const life of lives.values()) {
      life.forgiveSleep();
      if (isUp(life.slot.life.state)) void restartUnlessWell(life);
    }
  }

  async function restartUnlessWell({ slot, handle, endWithin }: ServiceLife): Promise<void> {
    const problem = await checkAfterSleep(slot);
    if (problem === null) return;
    handle({ kind: 'silent', reason: problem });
    if (slot.life.state.kind === 'stopping') endWithin(endAfterCheckWithinMs);
  }

  function goBack(device: string): void {
    for (const { slot, handle } of lives.values()) {
      if (!returnToPlanned(slot, device)) continue;
      // One that was given up on what stood in for it has another chance.
      handle({ kind: slot.life.state.kind === 'failed' ? 'start' : 'restart' });
    }
  }

  return {
    start: () => {
      endSleepWatch ??= watchSleep((afterMs) => {
        afterSleep(afterMs, 'clocks');
      });
      advance();
    },
    stop: async () => {
      endSleepWatch?.();
      endSleepWatch = null;
      await endInOrder([...lives.values()]);
    },
    snapshot: () => [...lives.values()].map(({ slot }) => snapshotOfSlot(slot)),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    wake,
    afterSleep: (afterMs) => {
      afterSleep(afterMs, 'system');
    },
    goBack,
  };
}

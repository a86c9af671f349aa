import { isUp } from '../machine.ts';
import type { ServiceId } from '../service.ts';
import { preloadOllama } from './health.ts';
import type { Slot } from './slot.ts';

/** After how long without being needed a service rests; null: it never does. */
export type IdleAfter = (id: ServiceId) => number | null;

export interface Rest {
  readonly idleAfter: IdleAfter;
  /** Whether somebody waits for an answer right now. */
  readonly isNeeded: () => boolean;
  readonly rest: () => void;
}

/** Begins the idle clock of a process that is up anew. One that is still at work when it ends, or part of a turn, has not been idle. */
export function beginIdleClock(slot: Slot, whenIdle: Rest): void {
  const { service, life, alarms } = slot;
  const afterMs = service.run.kind === 'process' && isUp(life.state) ? whenIdle.idleAfter(service.id) : null;
  if (afterMs === null) {
    alarms.idle.clear();
    return;
  }
  alarms.idle.set(afterMs, () => {
    if (slot.liveness?.isWorking() === true || whenIdle.isNeeded()) beginIdleClock(slot, whenIdle);
    else whenIdle.rest();
  });
}

/** Ollama puts models away by itself: it is told to load again what will be asked in a moment. */
export function preloadExternal({ service, life }: Slot, idleAfter: IdleAfter): void {
  const { run } = service;
  if (run.kind !== 'external' || service.engine !== 'ollama' || !isUp(life.state)) return;
  const keepMs = idleAfter(service.id);
  void preloadOllama(run.endpoint, service.model, keepMs === null ? null : Math.ceil(keepMs / 1_000));
}

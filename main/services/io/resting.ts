import { isUp } from '../machine.ts';
import type { ServiceId } from '../service.ts';
import { preloadOllama } from './health.ts';
import type { Slot } from './slot.ts';

/** After how long without being needed a service rests; null: it never does. */
export type IdleAfter = (id: ServiceId) => number | null;

/** Begins the idle clock of a process that is up anew. One that is still at work when it ends has not been idle. */
export function beginIdleClock(slot: Slot, idleAfter: IdleAfter, rest: () => void): void {
  const { service, life, alarms } = slot;
  const afterMs = service.run.kind === 'process' && isUp(life.state) ? idleAfter(service.id) : null;
  if (afterMs === null) {
    alarms.idle.clear();
    return;
  }
  alarms.idle.set(afterMs, () => {
    if (slot.liveness?.isWorking() === true) beginIdleClock(slot, idleAfter, rest);
    else rest();
  });
}

/** Ollama puts models away by itself: it is told to load again what will be asked in a moment. */
export function preloadExternal({ service, life }: Slot, idleAfter: IdleAfter): void {
  const { run } = service;
  if (run.kind !== 'external' || service.engine !== 'ollama' || !isUp(life.state)) return;
  const keepMs = idleAfter(service.id);
  void preloadOllama(run.endpoint, service.model, keepMs === null ? null : Math.ceil(keepMs / 1_000));
}

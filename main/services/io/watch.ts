import type { LivenessPolicy } from '../liveness.ts';
import type { ServiceEvent } from '../machine.ts';
import { watchExternal } from './external-watch.ts';
import { watchLiveness } from './liveness-watch.ts';
import type { Slot } from './slot.ts';

/** Watches what has just become ready: a process of ours by its beats, a server of somebody else by asking it. */
export function watchRunning(slot: Slot, policy: LivenessPolicy, tell: (event: ServiceEvent) => void): void {
  endWatch(slot);
  const { run } = slot.service;
  // Not before it is ready: while a model is loaded and libraries are imported, an event loop may well stand still.
  if (run.kind === 'process') slot.liveness = watchLiveness(policy, tell);
  else slot.endExternalWatch = watchExternal(run, tell);
}

export function endWatch(slot: Slot): void {
  slot.liveness?.end();
  slot.liveness = null;
  slot.endExternalWatch?.();
  slot.endExternalWatch = null;
}

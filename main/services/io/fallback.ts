import type { FaultId } from '../../platform/fault.ts';
import { fallbackFinding } from '../device-fault.ts';
import { afresh } from '../machine.ts';
import { standInFor } from '../stand-in.ts';
import type { SupervisorEvent } from '../supervisor-event.ts';
import type { Slot } from './slot.ts';

/** Puts what stands in for a service whose device failed in its place, for its next start; nothing where nothing could. */
export function fallBack(slot: Slot, fault: FaultId, evidence: readonly string[], onEvent: (event: SupervisorEvent) => void): void {
  const failed = slot.service;
  const standIn = standInFor(failed);
  if (standIn === null) return;
  const finding = fallbackFinding({ ...failed, fallback: standIn }, fault, evidence);
  slot.service = standIn;
  slot.onFallback = finding;
  slot.returning = false;
  slot.life = afresh(slot.life);
  onEvent({ kind: 'fell-back', service: failed.id, from: failed.device, to: standIn.device, finding });
}

/** Puts what was planned in its place again, for its next start, if it was `device` that had failed; says whether it did. */
export function returnToPlanned(slot: Slot, device: string): boolean {
  if (slot.onFallback === null || slot.planned.device !== device) return false;
  slot.service = slot.planned;
  slot.onFallback = null;
  slot.returning = true;
  slot.life = afresh(slot.life);
  return true;
}

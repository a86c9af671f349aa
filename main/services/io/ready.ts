import { deviceMismatch } from '../device-fault.ts';
import type { SupervisorEvent } from '../supervisor-event.ts';
import type { Slot } from './slot.ts';

/** Tells that a service is ready and where it really runs, and once when that is not where it was meant to. */
export function announceReady(slot: Slot, loadMs: number, onEvent: (event: SupervisorEvent) => void): void {
  const { service, health } = slot;
  const device = health?.device ?? service.device;
  onEvent({ kind: 'ready', service: service.id, loadMs, device });
  if (slot.returning !== null) {
    slot.returning = null;
    onEvent({ kind: 'returned', service: service.id, device });
  }
  const finding = health === null ? null : deviceMismatch(service, health);
  const mismatch = finding === null ? null : `${service.device} ${device}`;
  if (finding !== null && mismatch !== slot.mismatch) onEvent({ kind: 'finding', service: service.id, finding });
  slot.mismatch = mismatch;
}

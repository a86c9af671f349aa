import type { Finding } from '../../platform/finding.ts';
import { fallbackFinding, returnFinding } from '../device-fault.ts';
import type { ExitStory } from '../exit-story.ts';
import { afresh } from '../machine.ts';
import type { Service } from '../service.ts';
import type { SupervisorEvent } from '../supervisor-event.ts';
import type { Slot } from './slot.ts';

/**
 * Puts something else in the place of a service that crashed, for its next start, where that is better than the same
 * again: what stood in for it until it was told to return, whatever went wrong with the return; else what stands in for it
 * when its device has failed. Says whether it did.
 */
export function replaceCrashed(slot: Slot, story: ExitStory, reason: string, onEvent: (event: SupervisorEvent) => void): boolean {
  // What ended may still be the stand-in itself: it was told to return while it was being ended.
  const failed = slot.startedAs === slot.service ? slot.service : null;
  if (failed === null) return false;
  const { cause, lines } = story;
  const standIn = slot.returning ?? (cause.kind === 'device' ? failed.fallback : null);
  if (standIn === null) return false;
  const before = { ...failed, fallback: standIn };
  const finding = cause.kind === 'device' ? fallbackFinding(before, cause.fault, lines) : returnFinding(before, reason, lines);
  putInPlace(slot, failed, standIn, finding, onEvent);
  return true;
}

function putInPlace(slot: Slot, failed: Service, standIn: Service, finding: Finding, onEvent: (event: SupervisorEvent) => void): void {
  slot.service = standIn;
  slot.onFallback = finding;
  slot.returning = null;
  slot.life = afresh(slot.life);
  onEvent({ kind: 'fell-back', service: failed.id, from: failed.device, to: standIn.device, finding });
}

/** Puts what was planned in its place again, for its next start, if it was `device` that had failed; says whether it did. */
export function returnToPlanned(slot: Slot, device: string): boolean {
  if (slot.onFallback === null || slot.planned.device !== device) return false;
  slot.returning = slot.service;
  slot.service = slot.planned;
  slot.onFallback = null;
  slot.life = afresh(slot.life);
  return true;
}

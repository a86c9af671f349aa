import { setTimeout as pause } from 'node:timers/promises';
import { costBelow, usedBetween } from './processes.ts';

/** Processor time over a while, as a share of one core in percent. */
export interface Load {
  readonly appPercent: number;
  readonly servicesPercent: number;
}

/** Load of the app below `pid` over `windowMs`. */
export async function loadOver(pid: number, windowMs: number, signal: AbortSignal): Promise<Load> {
  const before = costBelow(pid);
  const startedMs = performance.now();
  await pause(windowMs, undefined, { signal });
  const after = costBelow(pid);
  const tookMs = performance.now() - startedMs;
  return {
    appPercent: (100 * usedBetween(before.app, after.app)) / tookMs,
    servicesPercent: (100 * usedBetween(before.services, after.services)) / tookMs,
  };
}

const lookMs = 2_000;
/** Successive looks that have to be quiet: between the starts of two services it is quiet for a moment. */
const quietLooks = 4;
/** An open microphone costs a tenth of a core, and a conversation that listens looks for speech all the time. */
const quietPercent = 30;
const quietServicesPercent = 60;
const restLimitMs = 180_000;

/** Settles once the app below `pid`, and its services when it shall have some, have done what they do at the start. */
export async function comeToRest(pid: number, hasServices: boolean, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + restLimitMs;
  let quiet = 0;
  while (quiet < quietLooks) {
    const load = await loadOver(pid, lookMs, signal);
    const present = !hasServices || costBelow(pid).services.size > 0;
    quiet = present && load.appPercent < quietPercent && load.servicesPercent < quietServicesPercent ? quiet + 1 : 0;
    if (performance.now() > deadline) {
      throw new Error(`the app did not come to rest within ${restLimitMs / 1000} s: ${load.appPercent.toFixed(1)} % of a core, its services ${load.servicesPercent.toFixed(1)} %`);
    }
  }
}

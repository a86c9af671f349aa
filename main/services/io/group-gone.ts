import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { processStat } from '../../platform/process-identity.ts';

const lookEveryMs = 10;
/** What cannot be killed, as within a call to a card's driver, is not waited for. */
const longestWaitMs = 500;

/**
 * Settles once nothing of a process group is left: what was killed with its leader is on its way out for a moment
 * longer, and holds its port and the card's memory until then. On Windows the job ends all at once.
 */
export async function groupIsGone(leader: number): Promise<void> {
  const deadlineMs = performance.now() + longestWaitMs;
  while (process.platform !== 'win32' && hasMembers(leader) && performance.now() < deadlineMs) await sleep(lookEveryMs);
}

function hasMembers(leader: number): boolean {
  try {
    process.kill(-leader, 0);
  } catch {
    return false;
  }
  return process.platform !== 'linux' || readdirSync('/proc').some((name) => /^\d+$/.test(name) && isMember(Number(name), leader));
}

/** Not one that has ended: where nothing reaps orphans, it stays in its group for ever. */
function isMember(pid: number, leader: number): boolean {
  const stat = processStat(pid);
  return stat !== null && stat.group === leader && stat.state !== 'Z';
}

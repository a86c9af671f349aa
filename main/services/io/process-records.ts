import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Folders } from '../../platform/folders.ts';
import { identityOf, isAlive, isSame, processStart, type ProcessIdentity } from '../../platform/process-identity.ts';
import type { ServiceId } from '../service.ts';

/** What this Earshot has started, written down so that the next one recognises what a killed one left behind. */
export interface ProcessRecords {
  /** The leader of a service's process group has been started. */
  readonly note: (pid: number) => void;
  readonly forget: (pid: number) => void;
  /** A folder that no other process has, for the temporary files of one start of a service. */
  readonly temporaryFolder: (service: ServiceId) => string;
  /** Everything has ended: nothing is left to recognise. */
  readonly close: () => void;
}

const identity = z.object({ pid: z.int().positive(), start: z.string(), boot: z.string(), executable: z.string() });
const record = z.object({ main: identity, leaders: z.array(identity) });

const goneWithinMs = 1_000;

/** Each Earshot has a folder of its own below this one, so that two at a time leave one another alone. */
function runFolder(folders: Folders): string {
  return join(folders.data, 'run');
}

export function openProcessRecords(folders: Folders): ProcessRecords {
  const main = identityOf(process.pid);
  const own = join(runFolder(folders), `${process.pid}-${main?.start ?? 'now'}`);
  let leaders: readonly ProcessIdentity[] = [];
  let count = 0;

  function write(): void {
    if (main === null) return;
    try {
      mkdirSync(own, { recursive: true, mode: 0o700 });
      writeFileSync(join(own, 'processes.json.new'), JSON.stringify({ main, leaders }), { mode: 0o600 });
      renameSync(join(own, 'processes.json.new'), join(own, 'processes.json'));
    } catch {
      // On a full disk a killed Earshot may leave something unrecognised; the shim and the kernel still end it.
    }
  }

  return {
    note: (pid) => {
      const started = identityOf(pid);
      if (started === null) return;
      leaders = [...leaders, started];
      write();
    },
    forget: (pid) => {
      leaders = leaders.filter((leader) => leader.pid !== pid);
      write();
    },
    temporaryFolder: (service) => {
      count += 1;
      return join(own, `${service}-${count}`);
    },
    close: () => {
      removeFolder(own);
    },
  };
}

/**
 * Ends what Earshots that are gone have left behind, and removes what they wrote down. Only a process that has the
 * number, the start time and the program that were written down is ended: a number alone may be anybody's by now.
 * Settles with the numbers of those that were ended.
 */
export async function reapLeftovers(folders: Folders): Promise<readonly number[]> {
  const ended: number[] = [];
  for (const name of foldersIn(runFolder(folders))) {
    const folder = join(runFolder(folders), name);
    const written = readRecord(join(folder, 'processes.json'));
    if (written === null ? isOfLiving(name) : isAlive(written.main)) continue;
    const left = (written?.leaders ?? []).filter(isSame);
    for (const leader of left) {
      endGroup(leader.pid);
      ended.push(leader.pid);
    }
    const deadline = performance.now() + goneWithinMs;
    while (left.some(isSame) && performance.now() < deadline) await sleep(10);
    removeFolder(folder);
  }
  return ended;
}

/** One that something still holds a file of (Windows) is removed by the next start. */
function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // EBUSY, EPERM: there is nothing that a person would have to know or do.
  }
}

/** A folder whose record is not written yet, or was torn: its name says whose it is. */
function isOfLiving(name: string): boolean {
  const [pid = '', start = ''] = name.split('-');
  // Where the system tells no more than that somebody has the number, nothing is removed under a process that may be its owner.
  return process.platform === 'linux' ? processStart(Number(pid)) === start : processStart(Number(pid)) !== null;
}

/** A service leads a group, whose members its end alone might not reach. */
function endGroup(leader: number): void {
  for (const target of [-leader, leader]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // ESRCH: it ended in between, or leads no group any more.
    }
  }
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+-\w+$/.test(name));
  } catch {
    return [];
  }
}

function readRecord(path: string): z.infer<typeof record> | null {
  try {
    return record.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from '../../plan/model.ts';
import type { Folders } from '../../platform/folders.ts';
import { dayOf, environmentsFolder, readJournal, slotsOnDisk, writeJournal } from './journal-file.ts';
import { forgotten, unusedSlots, unwantedSince } from '../journal.ts';
import { withEnvironmentLock } from './environment-lock.ts';

export interface Freed {
  /** Names of the slots, models and caches that are gone. */
  readonly removed: readonly string[];
  /** What the disk has more of than before; others write to it as well, so it is about right. */
  readonly bytes: number;
}

/** An environment that no plan has wanted for so long is not missed. */
const unwantedAfterDays = 14;

/** Removes what the plan has no use for: environments, models, and the packages kept for going back quickly. */
export async function freeDiskSpace(folders: Folders, plan: Pick<Plan, 'environments' | 'models'>): Promise<Freed> {
  return withEnvironmentLock(folders, {}, async () => {
    const before = await freeBytes(folders.data);
    const wanted = new Set(plan.environments.map(({ id }) => id));
    let journal = await readJournal(folders);
    for (const id of Object.keys(journal.environments)) if (!wanted.has(id)) journal = forgotten(journal, id);
    await writeJournal(folders, journal);
    const slots = await removeUnused(folders);
    const models = await removeModelsBut(new Set(plan.models), folders);
    const cache = join(folders.cache, 'uv');
    const caches = existsSync(cache) ? ['packages'] : [];
    await rm(cache, { recursive: true, force: true });
    return { removed: [...slots, ...models, ...caches], bytes: Math.max(0, (await freeBytes(folders.data)) - before) };
  });
}

/** What goes without being asked for: slots nobody uses and environments no plan has wanted for long. Call it with the lock of the environments. */
export async function removeOutlived(folders: Folders, now: Date): Promise<readonly string[]> {
  const journal = await readJournal(folders);
  const long = unwantedSince(journal, dayOf(new Date(now.getTime() - unwantedAfterDays * 86_400_000))).filter((id) => id !== 'voice');
  if (long.length > 0) await writeJournal(folders, long.reduce(forgotten, journal));
  return removeUnused(folders);
}

async function removeUnused(folders: Folders): Promise<readonly string[]> {
  const unused = unusedSlots(await readJournal(folders), await slotsOnDisk(folders)).filter((name) => !isRunFrom(join(environmentsFolder(folders), name)));
  for (const name of unused) await rm(join(environmentsFolder(folders), name), { recursive: true, force: true });
  return unused;
}

async function removeModelsBut(kept: ReadonlySet<string>, folders: Folders): Promise<readonly string[]> {
  const store = join(folders.data, 'models');
  const names = existsSync(store) ? (await readdir(store)).filter((name) => !name.startsWith('.') && !kept.has(name)) : [];
  for (const name of names) await rm(join(store, name), { recursive: true, force: true });
  return names;
}

/** Whether a process was started from a slot: another Earshot may still serve from the one before. Windows refuses to remove such a folder by itself. */
function isRunFrom(folder: string): boolean {
  if (process.platform !== 'linux') return false;
  return readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
    } catch {
      // It ended while we looked, or belongs to somebody else.
      return false;
    }
  });
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

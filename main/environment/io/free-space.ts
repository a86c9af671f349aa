import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { lstat, readdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from '../../plan/model.ts';
import type { Folders } from '../../platform/folders.ts';
import { formatBytes } from '../../platform/text.ts';
import { dayOf, environmentsFolder, readJournal, slotFolder, slotsOnDisk, stagingName, writeJournal } from './journal-file.ts';
import { modelStoreIn } from './model-store.ts';
import { modelsOnDisk, removeModel } from './models-on-disk.ts';
import { clearanceFor, type Stored } from '../download-budget.ts';
import { forgotten, unusedSlots, unwantedSince, type Journal } from '../journal.ts';
import { withEnvironmentLock } from './environment-lock.ts';

export interface Freed {
  /** Names of the slots, models and caches that are gone. */
  readonly removed: readonly string[];
  /** What the disk has more of than before; others write to it as well, so it is about right. */
  readonly bytes: number;
}

/** How the packages kept for going back are called. */
export const packageCache = 'packages kept from downloads';

/** An environment that no plan has wanted for so long is not missed. */
const unwantedAfterDays = 14;

/** Removes what the plan has no use for: environments, models, and the packages kept for going back quickly. */
export async function freeDiskSpace(folders: Folders, plan: Pick<Plan, 'environments' | 'models'>): Promise<Freed> {
  return withEnvironmentLock(folders, {}, async () => {
    const before = await freeBytes(folders.data);
    // What needs nothing written goes first: on a full disk the journal has no room to change.
    const caches = await emptyCache(join(folders.cache, 'uv'));
    const models = await removeModelsBut(new Set(plan.models), folders);
    const journal = await readJournal(folders);
    const wanted = new Set(plan.environments.map(({ id }) => id));
    const unwanted = Object.keys(journal.environments).filter((id) => !wanted.has(id));
    if (unwanted.length > 0) await writeJournal(folders, unwanted.reduce(forgotten, journal));
    const slots = await removeUnused(folders);
    return { removed: [...slots, ...models, ...caches], bytes: Math.max(0, (await freeBytes(folders.data)) - before) };
  });
}

/** What {@link freeDiskSpace} would remove, with what each takes: their blocks are shared, so the sum is more than would be free. */
export async function whatCouldGo(folders: Folders, plan: Pick<Plan, 'environments' | 'models'>): Promise<readonly string[]> {
  const journal = await readJournal(folders);
  const wanted = new Set(plan.environments.map(({ id }) => id));
  const without = Object.keys(journal.environments).filter((id) => !wanted.has(id)).reduce(forgotten, journal);
  const slots = await Promise.all(unusedSlots(without, await slotsOnDisk(folders)).map(async (name) => [name, await bytesBelow(join(environmentsFolder(folders), name))] as const));
  const models = (await modelsOnDisk(modelStoreIn(folders))).filter(({ id }) => !plan.models.includes(id)).map(({ id, bytes }) => [id, bytes] as const);
  const cache = join(folders.cache, 'uv');
  const caches = existsSync(cache) ? [[packageCache, await bytesBelow(cache)] as const] : [];
  return [...slots, ...models, ...caches].map(([name, bytes]) => (name === packageCache ? name : `${name} (${formatBytes(bytes)})`));
}

/** Empties uv's cache; the folder itself may be a link of the person's to another disk. */
async function emptyCache(folder: string): Promise<readonly string[]> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true });
  return names.length === 0 ? [] : [packageCache];
}

export interface Keep {
  /** Ids of models and environments that the plan uses. */
  readonly inUse: ReadonlySet<string>;
  /** What Earshot may take of the disk. */
  readonly budgetBytes: number;
  readonly now: Date;
}

/**
 * What goes without being asked for: slots nobody uses, environments no plan has wanted for long, and, over the budget,
 * whatever has not been used for longest. Call it with the lock of the environments.
 */
export async function removeOutlived(folders: Folders, { inUse, budgetBytes, now }: Keep): Promise<readonly string[]> {
  const journal = await readJournal(folders);
  const store = modelStoreIn(folders);
  const stored = [...(await modelsOnDisk(store)), ...(await environmentsOnDisk(journal, folders))];
  const over = clearanceFor(stored, inUse, budgetBytes).remove;
  const long = unwantedSince(journal, dayOf(new Date(now.getTime() - unwantedAfterDays * 86_400_000))).filter((id) => !inUse.has(id));
  const gone = new Set([...long, ...over.flatMap(({ id, kind }) => (kind === 'environment' ? [id] : []))]);
  if (gone.size > 0) await writeJournal(folders, [...gone].reduce(forgotten, journal));
  const models = over.flatMap(({ id, kind }) => (kind === 'model' ? [id] : []));
  for (const id of models) await removeModel(store, id);
  return [...(await removeUnused(folders)), ...models];
}

/** Environments with what their packages take, as far as that can be seen from the outside: their blocks are shared with uv's cache. */
async function environmentsOnDisk(journal: Journal, folders: Folders): Promise<readonly Stored[]> {
  return Promise.all(
    Object.entries(journal.environments).map(async ([id, { current, wantedOn }]) => ({
      id,
      kind: 'environment' as const,
      bytes: await bytesBelow(slotFolder(folders, id, current)),
      lastUsedMs: Date.parse(wantedOn),
    })),
  );
}

async function bytesBelow(folder: string): Promise<number> {
  if (!existsSync(folder)) return 0;
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    bytes += entry.isDirectory() ? await bytesBelow(path) : (await lstat(path)).size;
  }
  return bytes;
}

async function removeUnused(folders: Folders): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const name of unusedSlots(await readJournal(folders), await slotsOnDisk(folders))) if (await removeSlot(name, folders)) removed.push(name);
  return removed;
}

/** Removes a slot; false where it is run from. Out of the way in one step, so that a kill in the middle leaves no half a slot under its name. */
async function removeSlot(name: string, folders: Folders): Promise<boolean> {
  const slot = join(environmentsFolder(folders), name);
  if (isRunFrom(slot)) return false;
  const away = join(environmentsFolder(folders), stagingName('removed', name));
  try {
    await rename(slot, away);
  } catch {
    // Windows does not rename what a process runs from.
    return false;
  }
  await rm(away, { recursive: true, force: true });
  return true;
}

async function removeModelsBut(kept: ReadonlySet<string>, folders: Folders): Promise<readonly string[]> {
  const store = modelStoreIn(folders);
  const unused = (await modelsOnDisk(store)).filter(({ id }) => !kept.has(id)).map(({ id }) => id);
  for (const id of unused) await removeModel(store, id);
  return unused;
}

/** Whether a process was started from a slot: another Earshot may still serve from the one before. */
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

import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stored } from '../download-budget.ts';
import type { ModelStore } from './model-store.ts';

/** Its time is when a model was last loaded: the system's own access times are switched off on many disks. */
const lastUseFile = '.last-used';

/** Models that take up the disk, whole or in part, with what they weigh. */
export async function modelsOnDisk(store: ModelStore): Promise<readonly Stored[]> {
  const found: Stored[] = [];
  for (const id of await modelIds(store.folder)) {
    const folder = join(store.folder, id);
    let bytes = 0;
    let newestMs = 0;
    let lastUsedMs: number | null = null;
    for (const name of await readdir(folder)) {
      const { size, mtimeMs } = await stat(join(folder, name));
      bytes += size;
      newestMs = Math.max(newestMs, mtimeMs);
      if (name === lastUseFile) lastUsedMs = mtimeMs;
    }
    if (bytes > 0) found.push({ id, kind: 'model', bytes, lastUsedMs: lastUsedMs ?? newestMs });
  }
  return found;
}

/** Remembers that these models were put to use. */
export async function noteUse(store: ModelStore, ids: readonly string[], nowMs: number): Promise<void> {
  const known = new Set(await modelIds(store.folder));
  for (const id of ids.filter((each) => known.has(each))) {
    const path = join(store.folder, id, lastUseFile);
    await (await open(path, 'a')).close();
    await utimes(path, nowMs / 1000, nowMs / 1000);
  }
}

/** Removes a model and all that is remembered of it; one that is not there is no trouble. */
export async function removeModel(store: ModelStore, id: string): Promise<void> {
  if (!(await modelIds(store.folder)).includes(id)) return;
  // Out of the way in one step, so that a kill in the middle leaves no half a model under its name.
  const away = join(store.folder, `.staging-removed-${id}`);
  await mkdir(store.folder, { recursive: true });
  await rm(away, { recursive: true, force: true });
  await rename(join(store.folder, id), away);
  await rm(away, { recursive: true, force: true });
}

async function modelIds(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name);
}

import type { Folders } from '../../platform/folders.ts';
import { answeredWith, wentBack } from '../journal.ts';
import type { InstalledEnvironment } from '../model.ts';
import { tryEnvironmentLock, withEnvironmentLock } from './environment-lock.ts';
import { readJournal, slotFolder, writeJournal } from './journal-file.ts';
import { startableIn } from './slot-record.ts';

export interface EnvironmentState {
  readonly id: string;
  readonly current: InstalledEnvironment;
  /** Whether there is one to go back to. */
  readonly previous: string | null;
  /** Whether a question was answered with the current one. */
  readonly answered: boolean;
  readonly refused: string | null;
}

/**
 * Every environment that can be started from now, by its id. Whatever is under way beside them, these are whole. Where the
 * current slot is damaged, the one before is as good as it was.
 */
export async function installedEnvironments(folders: Folders): Promise<Readonly<Record<string, EnvironmentState>>> {
  const journal = await readJournal(folders);
  const found: Record<string, EnvironmentState> = {};
  for (const [id, { current, previous, answered, refused }] of Object.entries(journal.environments)) {
    const before = previous === null ? null : await startableIn(slotFolder(folders, id, previous));
    const environment = (await startableIn(slotFolder(folders, id, current))) ?? before;
    if (environment !== null) found[id] = { id, current: environment, previous: environment === before ? null : (before?.fingerprint ?? null), answered, refused };
  }
  return found;
}

/**
 * A question was answered with these slots, by the fingerprint of each environment: the ones before them go. False while
 * somebody else is installing: it can be said again at the next answer, and nobody waits for it.
 */
export async function proveEnvironments(folders: Folders, used: Readonly<Record<string, string>>): Promise<boolean> {
  const { environments } = await readJournal(folders);
  if (!Object.entries(used).some(([id, fingerprint]) => environments[id]?.answered === false && environments[id].current === fingerprint)) return true;
  return tryEnvironmentLock(folders, async () => {
    await writeJournal(folders, answeredWith(await readJournal(folders), used));
  });
}

/** Starts an environment from its slot before again; false where none is kept that could be started from. */
export async function rollBackEnvironment(folders: Folders, id: string, signal?: AbortSignal): Promise<boolean> {
  return withEnvironmentLock(folders, signal === undefined ? {} : { signal }, async () => {
    const journal = await readJournal(folders);
    const previous = journal.environments[id]?.previous ?? null;
    const back = wentBack(journal, id);
    if (back === null || previous === null || (await startableIn(slotFolder(folders, id, previous))) === null) return false;
    await writeJournal(folders, back);
    return true;
  });
}

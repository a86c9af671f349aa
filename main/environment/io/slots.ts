import { existsSync } from 'node:fs';
import type { Folders } from '../../platform/folders.ts';
import { answeredWith, wentBack } from '../journal.ts';
import type { InstalledEnvironment } from '../model.ts';
import { withEnvironmentLock } from './environment-lock.ts';
import { readJournal, slotFolder, writeJournal } from './journal-file.ts';
import { environmentOf, readSlot } from './slot-record.ts';

export interface EnvironmentState {
  readonly id: string;
  readonly current: InstalledEnvironment;
  /** Whether there is one to go back to. */
  readonly previous: string | null;
  /** Whether a question was answered with the current one. */
  readonly answered: boolean;
  readonly refused: string | null;
}

/** Every environment that can be started from now, by its id. Whatever is under way beside them, these are whole. */
export async function installedEnvironments(folders: Folders): Promise<Readonly<Record<string, EnvironmentState>>> {
  const journal = await readJournal(folders);
  const found: Record<string, EnvironmentState> = {};
  for (const [id, { current, previous, answered, refused }] of Object.entries(journal.environments)) {
    const folder = slotFolder(folders, id, current);
    const record = await readSlot(folder);
    if (record === null) continue;
    const environment = environmentOf(folder, record);
    // Its Python is a link to the one it was made from, and that one can be gone.
    if (existsSync(environment.python)) found[id] = { id, current: environment, previous, answered, refused };
  }
  return found;
}

/** The environments, and whether an installer was cut off in its work (or is at it right now). */
export async function environmentState(folders: Folders): Promise<{ readonly environments: readonly EnvironmentState[]; readonly interrupted: boolean }> {
  const { transaction } = await readJournal(folders);
  return { environments: Object.values(await installedEnvironments(folders)), interrupted: transaction !== null };
}

/** A question was answered with these environments: the ones before them go. */
export async function proveEnvironments(folders: Folders, ids: readonly string[]): Promise<void> {
  const { environments } = await readJournal(folders);
  if (!ids.some((id) => environments[id]?.answered === false)) return;
  await withEnvironmentLock(folders, {}, async () => {
    await writeJournal(folders, answeredWith(await readJournal(folders), ids));
  });
}

/** Starts an environment from its slot before again; false where none is kept. */
export async function rollBackEnvironment(folders: Folders, id: string): Promise<boolean> {
  return withEnvironmentLock(folders, {}, async () => {
    const back = wentBack(await readJournal(folders), id);
    if (back === null) return false;
    await writeJournal(folders, back);
    return true;
  });
}

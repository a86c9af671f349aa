import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../../platform/atomic-file.ts';
import type { Folders } from '../../platform/folders.ts';
import { parseJsonText } from '../../platform/json-text.ts';
import { emptyJournal, journalSchema, recovered, slotName, swapped, type Journal } from '../journal.ts';
import { readSlot, startableIn } from './slot-record.ts';

const stagingPrefix = '.staging-';

export function environmentsFolder(folders: Folders): string {
  return join(folders.data, 'environments');
}

/** Folder of a slot, whether it is there or not. */
export function slotFolder(folders: Folders, environment: string, fingerprint: string): string {
  return join(environmentsFolder(folders), slotName(environment, fingerprint));
}

/** Name for a folder something is built in: seen as such by whoever cleans up. */
export function stagingName(environment: string, suffix: string): string {
  return `${stagingPrefix}${environment}-${suffix}`;
}

/**
 * The journal as it was last written. One that is lost or cannot be read is made again from the slots on disk: each of
 * them was proven before it got its name.
 */
export async function readJournal(folders: Folders): Promise<Journal> {
  return (await writtenJournal(folders)).journal ?? fromSlots(folders);
}

async function writtenJournal(folders: Folders): Promise<{ readonly journal: Journal | null; readonly isUnreadable: boolean }> {
  let text: string;
  try {
    text = await readFile(journalPath(folders), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { journal: null, isUnreadable: false };
    throw error;
  }
  const read = parseJsonText(text);
  const parsed = 'content' in read ? journalSchema.safeParse(read.content) : null;
  return parsed?.success === true ? { journal: parsed.data, isUnreadable: false } : { journal: null, isUnreadable: true };
}

export async function writeJournal(folders: Folders, journal: Journal): Promise<void> {
  await writeFileAtomically(journalPath(folders), `${JSON.stringify(journal, null, 2)}\n`);
}

/** Names of everything that has the name of a slot. */
export async function slotsOnDisk(folders: Folders): Promise<readonly string[]> {
  const folder = environmentsFolder(folders);
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
}

/** What was being built when its builder ended; while the lock is ours nobody else builds. */
async function stagingOnDisk(folders: Folders): Promise<readonly string[]> {
  return (await readdir(environmentsFolder(folders))).filter((name) => name.startsWith(stagingPrefix));
}

/** Finishes or gives up what a dead installer left; only who holds the lock of the environments may. */
export async function recoverJournal(folders: Folders): Promise<Journal> {
  await mkdir(environmentsFolder(folders), { recursive: true });
  const { isUnreadable } = await writtenJournal(folders);
  // Somebody may want to look at it.
  if (isUnreadable) await rename(journalPath(folders), `${journalPath(folders)}.unreadable`);
  const before = await readJournal(folders);
  const { transaction } = before;
  for (const name of await stagingOnDisk(folders)) await rm(join(environmentsFolder(folders), name), { recursive: true, force: true });
  if (transaction === null) return before;
  const slot = slotFolder(folders, transaction.environment, transaction.fingerprint);
  const journal = recovered(before, { slotIsWhole: (await startableIn(slot)) !== null }, dayOf(new Date()));
  await writeJournal(folders, journal);
  return journal;
}

/** "2026-11-21" */
export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function journalPath(folders: Folders): string {
  return join(environmentsFolder(folders), 'journal.json');
}

/** The newest slot of each environment. */
async function fromSlots(folders: Folders): Promise<Journal> {
  const slots = await Promise.all((await slotsOnDisk(folders)).map((name) => readSlot(join(environmentsFolder(folders), name))));
  const known = slots.flatMap((slot) => (slot === null ? [] : [slot])).sort((a, b) => a.installedAt.localeCompare(b.installedAt));
  let journal = emptyJournal;
  for (const { environment, fingerprint } of known) {
    const alone = swapped(journal, environment, fingerprint, dayOf(new Date()));
    const entry = alone.environments[environment];
    // Nobody knows any more which of the others was the one before.
    journal = entry === undefined ? alone : { ...alone, environments: { ...alone.environments, [environment]: { ...entry, previous: null, answered: true } } };
  }
  return journal;
}

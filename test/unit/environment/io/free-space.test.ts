import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freeDiskSpace, removeOutlived, whatCouldGo } from '../../../../main/environment/io/free-space.ts';
import { readJournal, recoverJournal, slotFolder, writeJournal } from '../../../../main/environment/io/journal-file.ts';
import { pathsIn, writeSlot } from '../../../../main/environment/io/slot-record.ts';
import { installedEnvironments } from '../../../../main/environment/io/slots.ts';
import { answeredWith, begun, emptyJournal, reached, swapped, type Journal } from '../../../../main/environment/journal.ts';
import { userFolders, type Folders } from '../../../../main/platform/folders.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const today = '2026-11-21';

/** A slot that can be started from, as far as anybody looks: its Python is there. */
async function slot(folders: Folders, environment: string, fingerprint: string): Promise<string> {
  const folder = slotFolder(folders, environment, fingerprint);
  const { python } = pathsIn(folder, '3.11');
  mkdirSync(join(python, '..'), { recursive: true });
  symlinkSync(process.execPath, python);
  await writeSlot(folder, { environment, fingerprint, pythonSeries: '3.11', interpreter: python, installedAt: `${today}T00:00:00Z`, torch: null });
  return folder;
}

function home(): Folders {
  return userFolders({ EARSHOT_HOME: temporaryFolder() });
}

function standing({ data }: Folders): readonly string[] {
  return readdirSync(join(data, 'environments')).filter((name) => name !== 'journal.json').sort();
}

/** The voice, which is used, and two torch builds, one of which nobody has wanted for long. */
async function threeEnvironments(): Promise<Folders> {
  const folders = home();
  await slot(folders, 'voice', 'v1');
  await slot(folders, 'torch-cu124', 'a');
  await slot(folders, 'torch-cu121', 'b');
  const journal = swapped(swapped(swapped(emptyJournal, 'voice', 'v1', today), 'torch-cu124', 'a', today), 'torch-cu121', 'b', '2026-10-01');
  await writeJournal(folders, journal);
  return folders;
}

function model(folders: Folders, id: string, bytes: number): void {
  mkdirSync(join(folders.data, 'models', id), { recursive: true });
  writeFileSync(join(folders.data, 'models', id, 'model.bin'), Buffer.alloc(bytes));
}

test('free space is what the plan does not use: environments, models and the packages kept for going back', async () => {
  const folders = await threeEnvironments();
  model(folders, 'used', 10);
  model(folders, 'unused', 10);
  mkdirSync(join(folders.cache, 'uv', 'wheels'), { recursive: true });
  const could = (await whatCouldGo(folders, { environments: [], models: ['used'] })).map((name) => name.replace(/ \(.*/, ''));
  const { removed } = await freeDiskSpace(folders, { environments: [{ id: 'voice', build: null, torch: null, reason: '' }], models: ['used'] });
  expect({ could: could.sort(), removed: [...removed].sort(), slots: standing(folders), models: readdirSync(join(folders.data, 'models')), cache: readdirSync(join(folders.cache, 'uv')) }).toEqual({
    could: ['packages kept from downloads', 'torch-cu121-b', 'torch-cu124-a', 'unused', 'voice-v1'],
    removed: ['packages kept from downloads', 'torch-cu121-b', 'torch-cu124-a', 'unused'],
    slots: ['voice-v1'],
    models: ['used'],
    cache: [],
  });
});

test('what no plan has wanted for a fortnight goes by itself, and what is used never does', async () => {
  const folders = await threeEnvironments();
  await removeOutlived(folders, { inUse: new Set(['voice']), budgetBytes: 1e12, now: new Date(`${today}T12:00:00Z`) });
  expect(standing(folders)).toEqual(['torch-cu124-a', 'voice-v1']);
});

test('over the budget what was unused longest goes first, and no more than has to', async () => {
  const folders = await threeEnvironments();
  model(folders, 'unused', 5_000_000);
  await removeOutlived(folders, { inUse: new Set(['voice', 'torch-cu124', 'torch-cu121']), budgetBytes: 1_000_000, now: new Date('2026-10-02T12:00:00Z') });
  expect({ slots: standing(folders), models: readdirSync(join(folders.data, 'models')) }).toEqual({ slots: ['torch-cu121-b', 'torch-cu124-a', 'voice-v1'], models: [] });
});

test('a slot that a process runs from stays until that has ended', async () => {
  const folders = await threeEnvironments();
  const { python } = pathsIn(slotFolder(folders, 'torch-cu121', 'b'), '3.11');
  const child = spawn(python, ['-e', 'setTimeout(() => undefined, 60_000)']);
  onTestFinished(() => void child.kill('SIGKILL'));
  await removeOutlived(folders, { inUse: new Set(['voice']), budgetBytes: 1e12, now: new Date(`${today}T12:00:00Z`) });
  expect(standing(folders)).toContain('torch-cu121-b');
});

test('a removal that was cut off leaves no slot under its name, and the next installer finishes it', async () => {
  const folders = await threeEnvironments();
  const half = join(folders.data, 'environments', '.staging-removed-torch-cu999-z');
  cpSync(slotFolder(folders, 'torch-cu124', 'a'), half, { recursive: true, verbatimSymlinks: true });
  await recoverJournal(folders);
  expect([existsSync(half), Object.keys(await installedEnvironments(folders)).sort()]).toEqual([false, ['torch-cu121', 'torch-cu124', 'voice']]);
});

async function withJournal(make: (journal: Journal) => Journal): Promise<Folders> {
  const folders = home();
  await slot(folders, 'voice', 'old');
  await slot(folders, 'voice', 'new');
  await writeJournal(folders, make(answeredWith(swapped(emptyJournal, 'voice', 'old', today), { voice: 'old' })));
  return folders;
}

test('a slot that stood before its transaction was proven is not taken for its result', async () => {
  const folders = await withJournal((journal) => reached(begun(journal, { environment: 'voice', fingerprint: 'new', staging: '.staging-voice-1' }), 'packages'));
  await recoverJournal(folders);
  expect((await installedEnvironments(folders))['voice']?.current.fingerprint).toBe('old');
});

test('where the current slot is damaged, the one before it is started from', async () => {
  const folders = await withJournal((journal) => swapped(journal, 'voice', 'gone', today));
  expect((await installedEnvironments(folders))['voice']?.current.fingerprint).toBe('old');
});

test('a journal that cannot be read is kept aside, and made again from the slots', async () => {
  const folders = await withJournal((journal) => journal);
  writeFileSync(join(folders.data, 'environments', 'journal.json'), '{"version":');
  const made = await readJournal(folders);
  await recoverJournal(folders);
  expect({ has: made.environments['voice'] !== undefined, aside: standing(folders).includes('journal.json.unreadable') }).toEqual({ has: true, aside: true });
});

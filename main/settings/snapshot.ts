import { readFile, rm } from 'node:fs/promises';
import { writeFileAtomically } from '../platform/atomic-file.ts';
import type { Folders } from '../platform/folders.ts';
import { changeSettings, settingsPath } from './store.ts';
import type { SettingsChange } from './change.ts';

/** A change that can be taken back to the last byte. */
export interface WrittenChange {
  readonly takeBack: () => Promise<void>;
}

/**
 * Writes `change`, which `inverse` undoes. Taking it back leaves the file as the person wrote it, none where there was none;
 * what they changed besides in the meantime stays, and then only the places of the change go back.
 */
export async function changeForNow(folders: Folders, change: SettingsChange, inverse: SettingsChange): Promise<WrittenChange> {
  const path = settingsPath(folders);
  const before = await contentOf(path);
  await changeSettings(folders, change);
  const written = await contentOf(path);
  return {
    takeBack: async () => {
      const now = await contentOf(path);
      if (now === null || written === null || !now.equals(written)) await changeSettings(folders, inverse);
      else if (before === null) await rm(path, { force: true });
      else await writeFileAtomically(path, before);
    },
  };
}

async function contentOf(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Folders } from '../../platform/folders.ts';

/** What is large, named by its hash, and may be shared by any number of homes. */
const shared = ['environments', 'models', 'tools'];

/**
 * A temporary EARSHOT_HOME with settings, logs and a desktop of its own, standing on what `folders` has installed.
 * Settles with its folder; null when nothing is installed there.
 */
export async function linkedHome(folders: Folders, settings: Readonly<Record<string, unknown>>): Promise<string | null> {
  if (!shared.every((name) => existsSync(join(folders.data, name)))) return null;
  const home = await mkdtemp(join(tmpdir(), 'earshot-home-'));
  for (const folder of ['config', 'data', 'logs']) await mkdir(join(home, folder));
  for (const name of shared) await symlink(join(folders.data, name), join(home, 'data', name));
  if (existsSync(folders.cache)) await symlink(folders.cache, join(home, 'cache'));
  await writeSettings(home, settings);
  return home;
}

/** Replaces the settings of such a home; what is not named has its default. */
export async function writeSettings(home: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  await writeFile(join(home, 'config', 'settings.json'), `${JSON.stringify(settings, null, 2)}\n`);
}

/** Removes the home and nothing that it shares. */
export async function removeHome(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true, maxRetries: 3 });
}

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import envPaths from 'env-paths';

/** Where Earshot keeps things for this user. */
export interface Folders {
  /** settings.json */
  readonly config: string;
  /** environments and models */
  readonly data: string;
  /** what can be fetched again: uv's cache */
  readonly cache: string;
  readonly logs: string;
}

/**
 * The platform's per-user folders, or one folder for everything when `EARSHOT_HOME` names it
 * (portable installs, and tests that must not touch the user's own).
 */
export function userFolders(environment: NodeJS.ProcessEnv): Folders {
  const named = environment['EARSHOT_HOME'];
  if (named !== undefined && named !== '') {
    // Services run in another folder than the one a relative name was meant from.
    const home = resolve(named);
    return { config: join(home, 'config'), data: join(home, 'data'), cache: join(home, 'cache'), logs: join(home, 'logs') };
  }
  const paths = envPaths('earshot', { suffix: '' });
  return { config: paths.config, data: paths.data, cache: paths.cache, logs: paths.log };
}

/** File that remembers the graphics cards, so that one that sleeps is not woken to be asked. */
export function rememberedCards(folders: Folders): string {
  return join(folders.data, 'hardware.json');
}

/** File that remembers when no Python could be fetched, so that a computer without a network is not held up by it at each start. */
export function rememberedPythonFailure(folders: Folders): string {
  return join(folders.data, 'python-fetch.json');
}

/** Folder that holds `python/` and `assets/`: the repository, or the resources folder of an installed app. */
export function applicationRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'python', 'launch', 'shim.py'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`python/launch/shim.py was not found above ${__dirname}`);
    folder = parent;
  }
  return folder;
}

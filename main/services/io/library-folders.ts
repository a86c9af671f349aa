import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InstalledEnvironment } from '../../environment/model.ts';
import type { Surroundings } from '../child-environment.ts';
import type { SurroundingsByEnvironment } from '../stack.ts';

/** What the processes of each environment take from the place they are started on. */
export async function surroundingsOf(environments: Readonly<Record<string, InstalledEnvironment>>, os: Surroundings['os']): Promise<SurroundingsByEnvironment> {
  const entries = await Promise.all(
    Object.values(environments).map(async ({ id, python }) => {
      const libraryFolders = await libraryFoldersOf(python, os.platform);
      return [id, { os, libraryFolders, searchPath: process.env['PATH'] ?? '' }] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** Folders of the CUDA libraries that came as wheels (`nvidia-cublas-cu12`, `nvidia-cudnn-cu12`, …) in the environment of a Python. */
export async function libraryFoldersOf(python: string, platform: 'linux' | 'win32'): Promise<readonly string[]> {
  const environment = dirname(dirname(python));
  const folders = await Promise.all((await sitePackagesIn(environment, platform)).map((sitePackages) => nvidiaFolders(sitePackages, platform)));
  return folders.flat();
}

async function sitePackagesIn(environment: string, platform: 'linux' | 'win32'): Promise<readonly string[]> {
  if (platform === 'win32') return [join(environment, 'Lib', 'site-packages')];
  const series = await entriesOf(join(environment, 'lib'));
  return series.filter((name) => name.startsWith('python')).map((name) => join(environment, 'lib', name, 'site-packages'));
}

async function nvidiaFolders(sitePackages: string, platform: 'linux' | 'win32'): Promise<readonly string[]> {
  const libraries = platform === 'win32' ? 'bin' : 'lib';
  const packages = await entriesOf(join(sitePackages, 'nvidia'));
  const found = await Promise.all(
    packages.map(async (name) => {
      const folder = join(sitePackages, 'nvidia', name, libraries);
      return (await entriesOf(folder)).length === 0 ? [] : [folder];
    }),
  );
  return found.flat();
}

/** Names in a folder, sorted; none where there is no such folder. */
async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch {
    return [];
  }
}

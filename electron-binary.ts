/** Which Electron a checkout runs on. Tooling of the developer: no part of the product, which ships with its own. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FaultError } from './main/platform/fault.ts';
import { standIn, standInBinary, type StandIn } from './electron-stand-in.ts';

export interface ElectronBinary {
  readonly path: string;
  readonly version: string;
  /** Whether it stands in for an official download that was not to be had. */
  readonly standIn: boolean;
}

export interface ElectronPlaces {
  /** Folder with node_modules. */
  readonly repository: string;
  /** Kept between runs and shared by every checkout of this user. */
  readonly cache: string;
  readonly say: (line: string) => void;
  readonly standIn: StandIn;
  /** A download that brings nothing for so long is given up. */
  readonly silenceLimitMs: number;
}

/** A release site that could not be reached is asked again after this time. */
const retryAfterMs = 24 * 3_600_000;

const ordinaryPlaces: ElectronPlaces = {
  repository: process.cwd(),
  cache: join(homedir(), '.cache', 'earshot-electron'),
  say: (line) => {
    process.stderr.write(`${line}\n`);
  },
  standIn,
  silenceLimitMs: 20_000,
};

/** Electron for this checkout: the one EARSHOT_ELECTRON names, the official one, or the stand-in where that cannot be fetched. */
export async function electronBinary(places: ElectronPlaces = ordinaryPlaces): Promise<ElectronBinary> {
  const named = namedBinary();
  return named === null ? officialOrStandIn(places) : { path: named, version: await versionOf(named), standIn: false };
}

/** What to start so that Electron runs the app in a folder: it holds a package.json with `main`. */
export async function electronFor(
  appFolder: string,
  places: ElectronPlaces = ordinaryPlaces,
): Promise<{ readonly executable: string; readonly arguments: readonly string[] }> {
  const executable = namedBinary() ?? (await officialOrStandIn(places)).path;
  // Chromium refuses to start as root with its sandbox.
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  return { executable, arguments: isRoot ? ['--no-sandbox', appFolder] : [appFolder] };
}

function namedBinary(): string | null {
  const named = process.env['EARSHOT_ELECTRON'];
  return named === undefined || named === '' ? null : named;
}

async function officialOrStandIn(places: ElectronPlaces): Promise<ElectronBinary> {
  const official = officialBinary(places.repository);
  if (official !== null) return official;
  const hasStandIn = process.platform === 'linux' && process.arch === 'x64';
  const version = pinnedVersion(places.repository);
  const unreachable = join(places.cache, `official-${version}.unreachable`);
  let reason = '';
  if (!hasStandIn || !isRecent(unreachable)) {
    places.say(`Downloading Electron ${version}`);
    reason = await downloadOfficial(places);
    const downloaded = officialBinary(places.repository);
    if (downloaded !== null) return downloaded;
    await mkdir(places.cache, { recursive: true });
    await writeFile(unreachable, reason);
  }
  if (hasStandIn) return { path: await standInBinary(places.standIn, places), version: places.standIn.electronVersion, standIn: true };
  throw new FaultError({
    id: 'download-failed',
    title: `Electron ${version} could not be downloaded.`,
    detail: reason,
    cure: 'Name a mirror that you can reach in ELECTRON_MIRROR, or an Electron on this computer in EARSHOT_ELECTRON, and start again.',
  });
}

function officialBinary(repository: string): ElectronBinary | null {
  const folder = join(repository, 'node_modules', 'electron');
  // Written last by the package's own installer.
  const mark = join(folder, 'path.txt');
  if (!existsSync(mark)) return null;
  const version = readFileSync(join(folder, 'dist', 'version'), 'utf8').trim().replace(/^v/, '');
  const path = join(folder, 'dist', readFileSync(mark, 'utf8'));
  return version === pinnedVersion(repository) && existsSync(path) ? { path, version, standIn: false } : null;
}

function pinnedVersion(repository: string): string {
  const { version } = JSON.parse(readFileSync(join(repository, 'node_modules', 'electron', 'package.json'), 'utf8')) as { version: string };
  return version;
}

function isRecent(path: string): boolean {
  return existsSync(path) && Date.now() - statSync(path).mtimeMs < retryAfterMs;
}

/** Runs the installer of the `electron` package; settles with what it said last. */
async function downloadOfficial({ repository, cache, silenceLimitMs }: ElectronPlaces): Promise<string> {
  const folder = join(repository, 'node_modules', 'electron');
  await mkdir(cache, { recursive: true });
  const temporary = await mkdtemp(join(cache, '.staging-'));
  const installer = spawn(process.execPath, [join(folder, 'install.js')], {
    env: { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  installer.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString('utf8')}`.slice(-2_000)));
  const growth = { bytes: 0, atMs: Date.now(), ended: false };
  const watch = setInterval(() => {
    void Promise.all([temporary, join(folder, 'dist')].map(folderBytes)).then((sizes) => {
      const now = sizes.reduce((sum, size) => sum + size, 0);
      if (now !== growth.bytes) Object.assign(growth, { bytes: now, atMs: Date.now() });
      growth.ended = Date.now() - growth.atMs > silenceLimitMs;
      if (growth.ended) installer.kill('SIGKILL');
    });
  }, 1_000);
  await new Promise<void>((resolve) => {
    installer.once('error', (error) => {
      said = error.message;
      resolve();
    });
    installer.once('close', () => {
      resolve();
    });
  });
  clearInterval(watch);
  await rm(temporary, { recursive: true, force: true });
  return growth.ended ? 'The release site sent nothing.' : said.trim();
}

async function folderBytes(folder: string): Promise<number> {
  // What the installer moves or has not made yet cannot be read at this moment.
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).then(({ size }) => size, () => 0)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function versionOf(binary: string): Promise<string> {
  const { stdout } = await promisify(execFile)(binary, ['-p', 'process.versions.electron'], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } });
  return stdout.trim();
}

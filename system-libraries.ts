/** Shared libraries that Electron needs from the system: which are missing, and where Debian keeps them. */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

/** Libraries whose Debian package does not follow from their name. */
const debianPackages: Readonly<Record<string, string>> = {
  'libX11.so.6': 'libx11-6',
  'libX11-xcb.so.1': 'libx11-xcb1',
  'libXcomposite.so.1': 'libxcomposite1',
  'libXdamage.so.1': 'libxdamage1',
  'libXext.so.6': 'libxext6',
  'libXfixes.so.3': 'libxfixes3',
  'libXrandr.so.2': 'libxrandr2',
  'libXss.so.1': 'libxss1',
  'libasound.so.2': 'libasound2',
  'libatk-1.0.so.0': 'libatk1.0-0',
  'libatk-bridge-2.0.so.0': 'libatk-bridge2.0-0',
  'libatspi.so.0': 'libatspi2.0-0',
  'libcairo.so.2': 'libcairo2',
  'libcups.so.2': 'libcups2',
  'libdbus-1.so.3': 'libdbus-1-3',
  'libdrm.so.2': 'libdrm2',
  'libexpat.so.1': 'libexpat1',
  'libgbm.so.1': 'libgbm1',
  'libgdk-3.so.0': 'libgtk-3-0',
  'libgio-2.0.so.0': 'libglib2.0-0',
  'libglib-2.0.so.0': 'libglib2.0-0',
  'libgmodule-2.0.so.0': 'libglib2.0-0',
  'libgobject-2.0.so.0': 'libglib2.0-0',
  'libgtk-3.so.0': 'libgtk-3-0',
  'libnspr4.so': 'libnspr4',
  'libnss3.so': 'libnss3',
  'libnssutil3.so': 'libnss3',
  'libpango-1.0.so.0': 'libpango-1.0-0',
  'libsmime3.so': 'libnss3',
  'libudev.so.1': 'libudev1',
  'libxcb.so.1': 'libxcb1',
  'libxkbcommon.so.0': 'libxkbcommon0',
};

/** Names of the shared libraries that `ldd` did not find, from what it printed. */
export function missingIn(lddOutput: string): readonly string[] {
  return [...lddOutput.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? '');
}

/**
 * Debian packages of libraries, each once. Newer systems renamed some for their 64-bit time (libgtk-3-0t64):
 * `known` are the names that this system's package lists have.
 */
export function packagesFor(libraries: readonly string[], known: ReadonlySet<string>): { readonly packages: readonly string[]; readonly unknown: readonly string[] } {
  const named = libraries.flatMap((library) => debianPackages[library] ?? []);
  const packages = named.map((name) => (known.has(`${name}t64`) ? `${name}t64` : name));
  return { packages: [...new Set(packages)].sort(), unknown: libraries.filter((library) => debianPackages[library] === undefined) };
}

/** Makes sure that the system has what a binary is linked to: installs it on Debian as root, says what to do elsewhere. */
export async function requireSystemLibraries(binary: string, say: (line: string) => void): Promise<void> {
  const missing = await missingLibraries(binary);
  if (missing.length === 0) return;
  if (!existsSync('/usr/bin/apt-get')) {
    throw new Error(`Electron needs libraries that this system lacks; install them with its package manager: ${missing.join(', ')}.`);
  }
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await run('apt-get', ['update', '-qq']);
  const { packages, unknown } = packagesFor(missing, await knownPackages());
  if (!isRoot && packages.length > 0) {
    throw new Error(`Electron needs libraries that this system lacks; install them and start again: sudo apt install ${packages.join(' ')}`);
  }
  if (packages.length > 0) {
    say(`Installing what Electron needs from the system: ${packages.join(' ')}`);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages]);
  }
  const left = await missingLibraries(binary);
  if (left.length > 0) throw new Error(`Electron needs libraries that this system lacks: ${[...new Set([...left, ...unknown])].join(', ')}.`);
}

async function missingLibraries(binary: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('ldd', [binary]);
  return missingIn(stdout);
}

async function knownPackages(): Promise<ReadonlySet<string>> {
  const { stdout } = await promisify(execFile)('apt-cache', ['pkgnames', 'lib'], { maxBuffer: 64 * 1024 * 1024 });
  return new Set(stdout.split('\n'));
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${String(code)}.`);
}

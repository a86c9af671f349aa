import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FaultError } from '../../platform/fault.ts';
import type { Folders } from '../../platform/folders.ts';
import { downloadEnvironment } from '../../platform/process-environment.ts';
import { downloadFault } from '../download-fault.ts';
import { moveIn } from './move-in.ts';
import { pythonForShim, pythonWithPip } from './python.ts';
import { runTool, type Shim, type ToolResult } from './run-tool.ts';
import { followUv, type FollowOptions } from './uv-output.ts';

/** How one run is followed and ended. */
export interface RunOptions extends FollowOptions {
  /** Aborted: uv and all that it has started end at once. What it has unpacked into its cache by then is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Settings of uv for this run; what the person has set counts for more. */
  readonly preset?: Readonly<Record<string, string>>;
}

export interface UvRunner {
  readonly version: string;
  readonly run: (args: readonly string[], options?: ((line: string) => void) | RunOptions) => Promise<ToolResult>;
}

/** uv, installed and ready to run. */
export interface Uv extends UvRunner {
  /** The same behind the launch shim, which this Python runs: for all that takes long, because nothing of it outlives main. */
  readonly keptBy: (python: string) => UvRunner;
  /**
   * Takes what no installation can use out of its cache: a run that was ended leaves what it had half fetched there
   * (1.1 GiB after eight seconds of a torch), and never looks at it again. Packages that were fetched whole stay.
   */
  readonly tidyCache: () => Promise<ToolResult>;
}

/** The uv of our lock if it is there: shipped with the app, or installed by us. */
export async function installedUv(folders: Folders, root: string): Promise<Uv | null> {
  const { version } = await uvLock(root);
  const program = uvProgram(shippedUvFolder(root, version)) ?? uvProgram(uvFolder(folders, version));
  return program === null ? null : uvAt(program, version, folders, root);
}

/** Installs uv from its registry package, by hash, into our own folder. */
export async function installUv(folders: Folders, root: string, onLine: (line: string) => void): Promise<Uv> {
  const { version, path } = await uvLock(root);
  const final = uvFolder(folders, version);
  const staging = `${final}.staging-${randomBytes(4).toString('hex')}`;
  await mkdir(staging, { recursive: true });
  try {
    const env = downloadEnvironment(process.env);
    const [python, ...args] = await pythonWithPip(env);
    const keeper = await pythonForShim(env);
    const result = await runTool(
      python,
      [...args, '-m', 'pip', 'install', '--no-deps', '--require-hashes', '--only-binary', ':all:', '--disable-pip-version-check', '--no-warn-script-location', '--root-user-action', 'ignore', '--no-input', '--quiet', '--target', staging, '-r', path],
      { env, onLine, shim: keeper === null ? null : shimIn(root, keeper) },
    );
    if (!result.ok) throw new FaultError(downloadFault('the installer tool uv', null, [`pip: ${withoutTraceback(result.lastLines)}`]));
    await moveIn(staging, final, () => uvProgram(final) !== null);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  const program = uvProgram(final);
  if (program === null) throw new Error(`uv ${version} was installed but its program is not in ${final}`);
  return uvAt(program, version, folders, root);
}

/** pip shows its own code where it fails; what counts is the last line. */
function withoutTraceback(lines: string): string {
  return lines.includes('Traceback') || /^ {2}File /m.test(lines) ? (lines.trim().split('\n').at(-1) ?? '') : lines;
}

/** The uv that our lock pins, and the path of that lock. */
export async function uvLock(root: string): Promise<{ version: string; path: string }> {
  const path = join(root, 'python', 'locks', 'uv.txt');
  const version = /^uv==(\S+)/m.exec(await readFile(path, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${path} pins no uv`);
  return { version, path };
}

function uvFolder(folders: Folders, version: string): string {
  return join(folders.data, 'tools', `uv-${version}`);
}

/** Where a packaged app carries its uv. */
export function shippedUvFolder(root: string, version: string): string {
  return join(root, 'tools', `uv-${version}`);
}

/** uv's program in a folder that pip or uv has installed it into. */
export function uvProgram(folder: string): string | null {
  const names = [join('bin', 'uv'), join('bin', 'uv.exe'), join('Scripts', 'uv.exe')];
  return names.map((name) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

function shimIn(root: string, python: string): Shim {
  return { python, path: join(root, 'python', 'launch', 'shim.py') };
}

/**
 * A line that is slow and shared by fifty downloads may be silent for more than uv's 30 s. Its three retries stay: with
 * five, a computer without a network waits 47 s (measured) to be told so, instead of 8.
 */
const preset: Readonly<Record<string, string>> = { UV_HTTP_TIMEOUT: '60' };

function uvAt(program: string, version: string, folders: Folders, root: string): Uv {
  const own = {
    UV_CACHE_DIR: join(folders.cache, 'uv'),
    UV_PYTHON_INSTALL_DIR: join(folders.data, 'python'),
    // A Python of ours is nobody else's: no link in the person's own folders, no entry in the registry.
    UV_PYTHON_INSTALL_BIN: '0',
    UV_PYTHON_INSTALL_REGISTRY: '0',
    // A person's uv may make links that lead into the cache, and the cache may be emptied.
    UV_LINK_MODE: 'hardlink',
    // A project file in the current folder must not steer what we install.
    UV_NO_PROJECT: '1',
  };
  function runner(shim: Shim | null): UvRunner {
    return {
      version,
      run: (args, given = {}) => {
        const options: RunOptions = typeof given === 'function' ? { onLine: given } : given;
        const { drawn, env, onLine } = followUv(options);
        const person = downloadEnvironment(process.env);
        return runTool(program, args, { env: { ...preset, ...options.preset, ...person, ...env, ...own }, shim, signal: options.signal, drawn, onLine });
      },
    };
  }
  const plain = runner(null);
  return {
    ...plain,
    keptBy: (python) => runner(shimIn(root, python)),
    // Another uv that works with the cache keeps it for itself: then another time.
    tidyCache: () => plain.run(['cache', 'prune'], { preset: { UV_LOCK_TIMEOUT: '5' } }),
  };
}

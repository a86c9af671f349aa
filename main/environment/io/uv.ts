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

/** What a person can follow of uv's output; it also prints every package with its version and folders of ours. */
const followed = /^(Downloading|Building|Prepared|Installed|Bytecode compiled)\b/;

export interface UvRunner {
  readonly version: string;
  readonly run: (args: readonly string[], onLine?: (line: string) => void) => Promise<ToolResult>;
}

/** uv, installed and ready to run. */
export interface Uv extends UvRunner {
  /** The same behind the launch shim, which this Python runs: for all that takes long, because nothing of it outlives main. */
  readonly keptBy: (python: string) => UvRunner;
}

/** The uv of our lock if it is installed. */
export async function installedUv(folders: Folders, root: string): Promise<Uv | null> {
  const { version } = await uvLock(root);
  const program = uvProgram(uvFolder(folders, version));
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
    if (!result.ok) throw new FaultError(downloadFault('the installer tool uv', null, [`pip: ${result.lastLines}`]));
    await moveIn(staging, final, () => uvProgram(final) !== null);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  const program = uvProgram(final);
  if (program === null) throw new Error(`uv ${version} was installed but its program is not in ${final}`);
  return uvAt(program, version, folders, root);
}

async function uvLock(root: string): Promise<{ version: string; path: string }> {
  const path = join(root, 'python', 'locks', 'uv.txt');
  const version = /^uv==(\S+)/m.exec(await readFile(path, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${path} pins no uv`);
  return { version, path };
}

function uvFolder(folders: Folders, version: string): string {
  return join(folders.data, 'tools', `uv-${version}`);
}

function uvProgram(folder: string): string | null {
  const names = [join('bin', 'uv'), join('bin', 'uv.exe'), join('Scripts', 'uv.exe')];
  return names.map((name) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

function shimIn(root: string, python: string): Shim {
  return { python, path: join(root, 'python', 'launch', 'shim.py') };
}

function uvAt(program: string, version: string, folders: Folders, root: string): Uv {
  const environment = downloadEnvironment(process.env, {
    UV_CACHE_DIR: join(folders.cache, 'uv'),
    UV_PYTHON_INSTALL_DIR: join(folders.data, 'python'),
    // A project file in the current folder must not steer what we install.
    UV_NO_PROJECT: '1',
  });
  function runner(shim: Shim | null): UvRunner {
    return {
      version,
      run: (args, onLine) =>
        runTool(program, args, {
          env: environment,
          shim,
          onLine: (line) => {
            if (followed.test(line)) onLine?.(line);
          },
        }),
    };
  }
  return { ...runner(null), keptBy: (python) => runner(shimIn(root, python)) };
}

import { execa, type ExecaChildProcess } from 'execa';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { earshotEnvironment, testHome } from './cache.ts';
import { repository } from './prepare.ts';

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const cli = join(repository, 'dist', 'cli.cjs');

/** Starts the built command line as a user would. */
export function startEarshot(args: readonly string[], env: Readonly<Record<string, string>> = {}): ExecaChildProcess {
  return execa('node', [cli, ...args], { env: earshotEnvironment(env), extendEnv: false, stdin: 'ignore', reject: false });
}

/** Runs the built command line to its end. */
export async function earshot(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  const result = await startEarshot(args, env);
  return { code: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

/** Runs the built command line where there is no network but loopback. */
export async function earshotOffline(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  const command = ['ip link set lo up || exit 99', 'exec "$@"'].join('; ');
  const result = await execa('unshare', ['--net', 'sh', '-c', command, 'sh', 'node', cli, ...args], {
    env: earshotEnvironment(env),
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
  });
  return { code: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every process of this machine that is not a zombie, from /proc. */
export function processes(): readonly ProcessEntry[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return state === 'Z' ? [] : [{ pid: Number(name), parent: Number(parent), command }];
    } catch {
      // It ended while we looked.
      return [];
    }
  });
}

/** The environment a process was started with, "NAME=value" after "NAME=value"; empty once it has ended. */
export function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

/** `pid` and everything below it. */
export function processTree(pid: number): readonly ProcessEntry[] {
  const all = processes();
  const tree = all.filter((entry) => entry.pid === pid);
  for (const entry of tree) tree.push(...all.filter((child) => child.parent === entry.pid));
  return tree;
}

/** Every process that runs in the Python environment of the tests' own home, whoever its parent is now. */
export function stackProcesses(): readonly ProcessEntry[] {
  const environments = join(testHome, 'data', 'environments');
  return processes().filter((entry) => entry.command.includes(environments));
}

/** Settles once `condition` holds; fails loudly after `limitMs`. */
export async function until(condition: () => boolean, limitMs: number, what: string): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

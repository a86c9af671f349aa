/** `npm start`: runs Earshot from a checkout. A second start does nothing but look whether anything has changed. */
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { electronFor } from './electron-binary.ts';
import { describeFault, FaultError } from './main/platform/fault.ts';
import { errorMessage } from './main/platform/text.ts';
import { requireSystemLibraries } from './system-libraries.ts';

const sources = ['main', 'preload', 'renderer', 'package.json', 'build.ts', 'start.ts', 'electron-binary.ts', 'electron-stand-in.ts', 'asar-archive.ts', 'system-libraries.ts'];
/** What the loader of a program ends with when it does not find a shared library. */
const notLoadable = 127;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Time of the newest change below a path; 0 where there is nothing. */
function newestChangeMs(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newestChangeMs(join(path, name))));
}

interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Out of the terminal's reach: Ctrl+C would end Electron's helpers before Electron can end anything in order. */
  readonly apart?: boolean;
}

/** Runs a program in the foreground until it ends; its exit code, or 128 and the signal's number as a shell would say. */
function run(program: string, args: readonly string[], { env = process.env, apart = false }: RunOptions = {}): Promise<number> {
  const child = spawn(program, args, { stdio: 'inherit', env, detached: apart });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Ctrl+C reaches the program from the terminal; a second one would cut its orderly end short.
      if (apart || signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

async function main(args: readonly string[]): Promise<number> {
  if (Math.max(...sources.map(newestChangeMs)) > newestChangeMs(join('dist', 'index.cjs'))) {
    say('Building what has changed.');
    const code = await run(process.execPath, ['--import', 'tsx', 'build.ts']);
    if (code !== 0) return code;
  }
  if (process.platform === 'linux' && [process.env['DISPLAY'], process.env['WAYLAND_DISPLAY']].every((display) => display === undefined || display === '')) {
    say('There is no screen here, so Earshot answers its bundled question on the command line.');
    return run(process.execPath, [join('dist', 'cli.cjs'), ...args]);
  }
  const electron = await electronFor(process.cwd());
  const env = { ...process.env };
  // Set by some editors' terminals; Electron would run as plain Node.
  delete env['ELECTRON_RUN_AS_NODE'];
  const code = await run(electron.executable, [...electron.arguments, ...args], { env, apart: process.platform === 'linux' });
  if (code !== notLoadable || process.platform !== 'linux') return code;
  await requireSystemLibraries(electron.executable, say);
  return run(electron.executable, [...electron.arguments, ...args], env);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    say(error instanceof FaultError ? describeFault(error.fault) : errorMessage(error));
    process.exitCode = 1;
  },
);

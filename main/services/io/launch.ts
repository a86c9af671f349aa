import { execa, type ExecaChildProcess } from 'execa';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { serviceEnvironment } from '../../platform/process-environment.ts';
import type { ProcessRun } from '../service.ts';

const listening = z.object({ event: z.literal('listening'), port: z.int().positive() });

export interface Launched {
  readonly pid: number | undefined;
  /** Asks for an orderly end; the shim kills the whole tree when five seconds were not enough. */
  terminate: () => void;
  kill: () => void;
  /** Settles when the process and its whole group are gone, with why it ended. */
  readonly exited: Promise<string>;
}

export interface LaunchOptions {
  readonly root: string;
  readonly run: ProcessRun;
  readonly token: string;
  /** Port it had before, or 0. */
  readonly port: number;
  readonly section: Readonly<Record<string, unknown>>;
  readonly onListening: (port: number) => void;
  readonly onLine: (line: string) => void;
}

export interface ChildOptions {
  readonly root: string;
  readonly run: Pick<ProcessRun, 'python' | 'module' | 'environment'>;
  readonly args?: readonly string[];
  /** Whether its output is kept until it has ended instead of being read as it comes. */
  readonly buffer: boolean;
}

/** Starts one of our Python modules behind the launch shim, with an environment that is fixed here and depends on no shell. */
export function startChild({ root, run, args = [], buffer }: ChildOptions): ExecaChildProcess {
  const python = [run.python, '-s', '-P', '-u'] as const;
  return execa(run.python, [...python.slice(1), join(root, 'python', 'launch', 'shim.py'), '--', ...python, '-m', run.module, ...args], {
    cwd: root,
    env: serviceEnvironment(process.env, { ...run.environment, PYTHONPATH: join(root, 'python') }),
    extendEnv: false,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer,
    reject: false,
  });
}

/** Starts a Python service behind the launch shim. Secrets and settings go over stdin, which then stays open as its lifeline. */
export function launch(options: LaunchOptions): Launched {
  const child = startChild({ root: options.root, run: options.run, buffer: false });
  const lastLines: string[] = [];
  const { stdin, stdout, stderr } = child;
  if (stdout !== null) {
    createInterface({ input: stdout }).on('line', (line) => {
      const event = parseEvent(line);
      if (event === null) options.onLine(`unexpected output: ${line}`);
      else options.onListening(event.port);
    });
  }
  if (stderr !== null) {
    createInterface({ input: stderr }).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > 40) lastLines.shift();
      options.onLine(line);
    });
  }
  // A child that dies before it has read its line closes the pipe; its exit tells the story, not this error.
  stdin?.on('error', () => undefined);
  stdin?.write(`${JSON.stringify({ token: options.token, port: options.port, service: options.section })}\n`);

  return {
    pid: child.pid,
    terminate: () => {
      child.kill('SIGTERM');
    },
    kill: () => {
      // Closing the lifeline makes the shim kill its whole group; a SIGKILL to the shim alone would leave the engine.
      stdin?.destroy();
    },
    exited: child.then((result) => {
      if (child.pid !== undefined) endGroup(child.pid);
      return describeExit(result, lastLines);
    }),
  };
}

/** A shim that was killed itself could not end its group; what is left of it would hold memory and ports. */
function endGroup(leader: number): void {
  if (process.platform === 'win32') return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // ESRCH: the group is empty, as it should be.
  }
}

function parseEvent(line: string): z.infer<typeof listening> | null {
  try {
    const parsed = listening.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Why a process ended, in words, with the last `error: ` line it wrote. */
export function describeExit(
  result: { readonly exitCode?: number; readonly signal?: string | undefined; readonly failed: boolean },
  lastLines: readonly string[],
): string {
  const said = [...lastLines].reverse().find((line) => line.startsWith('error: '))?.slice('error: '.length);
  const how = result.signal === undefined ? exitText(result.exitCode) : `it was ended by ${result.signal}`;
  return said === undefined ? how : `${said} (${how})`;
}

/** The shim reports a child that a signal ended as 128 + the signal's number, as shells do. */
function exitText(code: number | undefined): string {
  if (code === undefined) return 'it could not be started';
  if (code === 137) return 'it was killed, often because memory ran out (signal 9)';
  if (code > 128 && code <= 192) return `it was ended by signal ${code - 128}`;
  return `it ended with exit code ${code}`;
}

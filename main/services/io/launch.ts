import { execa, type ExecaChildProcess } from 'execa';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { serviceEnvironment } from '../../platform/process-environment.ts';
import { exitStory, type ExitStory } from '../exit-story.ts';
import type { ProcessRun } from '../service.ts';

const serviceEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('listening'), port: z.int().min(1).max(65_535) }),
  z.object({ event: z.literal('beat'), workingMs: z.number().nonnegative() }),
]);

/** How much of what a process says is kept to tell why it ended, and of one line of it. */
const keptLines = 40;
const longestLine = 4_000;
const lastWordsMs = 100;

export interface Launched {
  readonly pid: number | undefined;
  /** Asks for an orderly end; the shim kills the child when five seconds were not enough. */
  readonly terminate: () => void;
  /** Ends the whole tree now, also one that was stopped and hears of nothing. */
  readonly kill: () => void;
  /** Settles when the process and its whole group are gone, with how it ended. */
  readonly exited: Promise<ExitStory>;
}

export interface LaunchOptions {
  readonly root: string;
  readonly run: ProcessRun;
  readonly token: string;
  /** Port it had before, or 0. */
  readonly port: number;
  readonly section: Readonly<Record<string, unknown>>;
  /** Folder of its own for what it keeps for a while, made here and removed with it; the system's where none is named. */
  readonly temporaryFolder?: string;
  readonly onListening: (port: number) => void;
  /** A sign of life from the event loop of the process; `workingMs` is how long its blocking work has gone on. */
  readonly onBeat?: (workingMs: number) => void;
  readonly onLine: (line: string) => void;
  /** Where tests take the place of the disk. */
  readonly remove?: typeof removeFolder;
}

export interface ChildOptions {
  readonly root: string;
  readonly run: Pick<ProcessRun, 'python' | 'module' | 'environment' | 'path'>;
  readonly args?: readonly string[];
  /** Whether its output is kept until it has ended instead of being read as it comes. */
  readonly buffer: boolean;
}

/** Starts one of our Python modules behind the launch shim, with an environment that is fixed here and depends on no shell. */
export function startChild({ root, run, args = [], buffer }: ChildOptions): ExecaChildProcess {
  const python = [run.python, '-s', '-P', '-u'] as const;
  return execa(run.python, [...python.slice(1), join(root, 'python', 'launch', 'shim.py'), '--', ...python, '-m', run.module, ...args], {
    cwd: root,
    env: serviceEnvironment(process.env, { ...run.environment, PYTHONPATH: [join(root, 'python'), ...(run.path === undefined ? [] : [run.path])].join(delimiter) }),
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
  const { root, run, temporaryFolder, remove = removeFolder } = options;
  const child = startChild({ root, run: { ...run, environment: { ...run.environment, ...temporaryPlace(temporaryFolder) } }, buffer: false });
  const lastLines: string[] = [];
  const { stdin, stdout, stderr } = child;
  if (stdout !== null) {
    createInterface({ input: stdout }).on('line', (line) => {
      const event = parseEvent(line);
      if (event === null) options.onLine(`unexpected output: ${line.slice(0, longestLine)}`);
      else if (event.event === 'listening') options.onListening(event.port);
      else options.onBeat?.(event.workingMs);
    });
  }
  const said = stderr === null ? null : createInterface({ input: stderr });
  said?.on('line', (line) => {
    const kept = line.slice(0, longestLine);
    lastLines.push(kept);
    if (lastLines.length > keptLines) lastLines.shift();
    options.onLine(kept);
  });
  const allSaid = said === null ? Promise.resolve() : once(said, 'close');
  // A child that dies before it has read its line closes the pipe; its exit tells the story, not this error.
  stdin?.on('error', () => undefined);
  stdin?.write(`${JSON.stringify({ token: options.token, port: options.port, service: options.section })}\n`);

  return {
    pid: child.pid,
    terminate: () => {
      child.kill('SIGTERM');
    },
    kill: () => {
      // The shim's own way ends its whole group; one that was stopped cannot take it, and is killed with its group.
      stdin?.destroy();
      if (child.pid !== undefined) endGroup(child.pid);
      child.kill('SIGKILL');
    },
    exited: child.then(async (result) => {
      // Its last words tell why, and may still be on their way; something it left behind may hold the pipe open for ever.
      await Promise.race([allSaid, sleep(lastWordsMs)]);
      const story = exitStory(result, [...lastLines]);
      if (child.pid !== undefined) endGroup(child.pid);
      // Why it ended is told whether its folder goes or not: what is left of it goes with the folder of this whole Earshot.
      if (temporaryFolder !== undefined) await remove(temporaryFolder).catch(() => undefined);
      return story;
    }),
  };
}

/** Libraries leave files behind when their process is killed (espeak's loader one of 0.7 MB at each start), so each has a folder that goes with it. */
function temporaryPlace(folder: string | undefined): Readonly<Record<string, string>> {
  if (folder === undefined) return {};
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return { TMPDIR: folder, TEMP: folder, TMP: folder };
}

/** Windows gives EBUSY for a library that it has not let go of yet. */
async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
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

function parseEvent(line: string): z.infer<typeof serviceEvent> | null {
  try {
    const parsed = serviceEvent.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

import { execa, type ExecaChildProcess } from 'execa';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { electronFor } from '../../electron-binary.ts';
import { userFolders } from '../../main/platform/folders.ts';
import { linkedHome, removeHome } from '../../main/telemetry/io/linked-home.ts';
import type { EarshotBridge, Snapshot } from '../../preload/contract.ts';
import { earshotEnvironment } from './cache.ts';
import { startDisplay, type Display } from './display.ts';
import { processTree } from './earshot.ts';
import { repository } from './prepare.ts';
import type { SoundServer } from './sound-server.ts';
import type { Tray } from './tray.ts';

export interface DesktopOptions {
  /** EARSHOT_HOME; one of the test's own that stands on the tests' installed product unless it is given. */
  readonly home?: string;
  /** Settings of the test's own home; what is not named has its default. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Further arguments of Electron: a fake microphone, for example. */
  readonly arguments?: readonly string[];
  /** Whether there is a sound server with a microphone and a speaker. */
  readonly sound?: boolean;
  /** A display to start on; one of its own, ended with the app, unless it is given. */
  readonly display?: Display;
}

/** What both ways of starting the app have in common. */
interface Place {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly display: Display;
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly leave: () => Promise<void>;
}

/** The real app on a private desktop, driven by Playwright. */
export interface Desktop {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly pid: number;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly display: Display;
  readonly tray: Tray;
  readonly sound: () => SoundServer;
  /** Shows the window: one that has never been shown has no picture. */
  readonly show: () => Promise<void>;
  /** The newest state the page was given. */
  readonly snapshot: () => Promise<Snapshot>;
  /** Settles with the first state that `condition` holds for. */
  readonly snapshotWhere: (condition: (snapshot: Snapshot) => boolean, limitMs: number, what: string) => Promise<Snapshot>;
  readonly stop: () => Promise<void>;
}

const launchLimitMs = 60_000;
/** Services end in order first. */
const quitLimitMs = 15_000;

/** Starts the built app and settles once its page is there. */
export async function startDesktop(options: DesktopOptions = {}): Promise<Desktop> {
  const place = await prepare(options);
  try {
    const app = await _electron.launch({
      executablePath: place.executable,
      args: [...place.arguments],
      env: { ...place.env },
      cwd: repository,
      timeout: launchLimitMs,
    });
    const child = app.process();
    if (child.pid === undefined) throw new Error('Electron did not start');
    const { pid } = child;
    const page = await app.firstWindow();
    async function snapshot(): Promise<Snapshot> {
      return page.evaluate(
        () =>
          new Promise<Snapshot>((resolve) => {
            const window = globalThis as unknown as { readonly earshot: EarshotBridge; newestSnapshot?: Snapshot };
            if (window.newestSnapshot !== undefined) {
              resolve(window.newestSnapshot);
              return;
            }
            // Kept for the life of the page: each further listener would announce the page anew.
            window.earshot.onSnapshot((newest) => {
              window.newestSnapshot = newest;
              resolve(newest);
            });
          }),
      );
    }
    return {
      app,
      page,
      pid,
      home: place.home,
      env: place.env,
      display: place.display,
      tray: place.display.tray,
      sound: place.display.sound,
      show: () =>
        app.evaluate(({ BrowserWindow }) => {
          for (const window of BrowserWindow.getAllWindows()) window.show();
        }),
      snapshot,
      snapshotWhere: async (condition, limitMs, what) => {
        const deadline = performance.now() + limitMs;
        for (;;) {
          const newest = await snapshot();
          if (condition(newest)) return newest;
          if (performance.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms, but ${JSON.stringify(newest, null, 2)}\n${await lastLines(join(place.home, 'logs', 'services.log'))}`);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      },
      stop: async () => {
        try {
          await endApp(app, pid);
        } finally {
          await place.leave();
        }
      },
    };
  } catch (error) {
    await place.leave();
    throw error;
  }
}

/** Runs `body` and stops the app; where both fail, what `body` met is the reason, and the other is printed. */
export async function untilDone(desktop: Desktop, body: () => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  function note(error: unknown): void {
    failures.push(error);
  }
  await body().catch(note);
  await desktop.stop().catch(note);
  for (const further of failures.slice(1)) console.log(further);
  if (failures.length > 0) throw failures[0];
}

/** The app without Playwright: for tests that kill it, or that look at how it ends. */
export interface SpawnedDesktop {
  readonly child: ExecaChildProcess;
  readonly pid: number;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly display: Display;
  readonly tray: Tray;
  /** What it has written so far. */
  readonly output: () => string;
  /** Every process of it, itself first. */
  readonly processes: () => ReturnType<typeof processTree>;
  readonly stop: () => Promise<void>;
}

/** Starts the built app as `npm start` does and does not wait for it. */
export async function spawnDesktop(options: DesktopOptions = {}): Promise<SpawnedDesktop> {
  const place = await prepare(options);
  const child = execa(place.executable, place.arguments, { env: { ...place.env }, extendEnv: false, cwd: repository, stdin: 'ignore', all: true, buffer: false, reject: false });
  const { pid } = child;
  if (pid === undefined) {
    await place.leave();
    throw new Error('Electron did not start');
  }
  let said = '';
  child.all?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  return {
    child,
    pid,
    home: place.home,
    env: place.env,
    display: place.display,
    tray: place.display.tray,
    output: () => said,
    processes: () => processTree(pid),
    stop: async () => {
      child.kill('SIGTERM', { forceKillAfterTimeout: quitLimitMs });
      await child;
      await place.leave();
    },
  };
}

async function prepare(options: DesktopOptions): Promise<Place> {
  const home = options.home ?? (await linkedHome(userFolders(earshotEnvironment()), options.settings ?? {}));
  if (home === null) throw new Error('the product is not installed in the home of the tests: npm test does it first');
  const display = options.display ?? (await startDisplay({ sound: options.sound === true }));
  const electron = await electronFor(repository);
  return {
    home,
    env: { ...display.env, OLLAMA_HOST: earshotEnvironment()['OLLAMA_HOST'] ?? '', EARSHOT_HOME: home, ...options.env },
    display,
    executable: electron.executable,
    arguments: [...electron.arguments, ...(options.arguments ?? [])],
    leave: async () => {
      if (options.display === undefined) await display.stop();
      if (options.home === undefined) await removeHome(home);
    },
  };
}

/** What the services said last; the home of a test goes with it. */
async function lastLines(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').slice(-40).join('\n');
}

/** Quits as the tray's menu does; what is still there after that is killed, and the test fails. */
async function endApp(app: ElectronApplication, pid: number): Promise<void> {
  const before = processTree(pid);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => {
      resolve('late');
    }, quitLimitMs);
  });
  const outcome = await Promise.race([app.close(), late]);
  clearTimeout(timer);
  if (outcome !== 'late') return;
  const left = before.filter(({ pid: number }) => existsSync(`/proc/${number}`)).map((entry) => JSON.stringify(entry));
  for (const entry of before) {
    try {
      process.kill(entry.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
  throw new Error(`Earshot did not quit within ${quitLimitMs} ms; these were left:\n${left.join('\n')}`);
}

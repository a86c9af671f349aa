import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Folders } from '../../platform/folders.ts';
import type { Settings } from '../../settings/schema.ts';
import { bounded, informative, quantile, ratioFigure, type Figure } from '../figures.ts';
import { linkedHome, removeHome, writeSettings } from './linked-home.ts';
import { startPrivateDesktop } from './private-desktop.ts';
import { startPrivateSound, type PrivateSound } from './private-sound.ts';
import { writeHelloWorld } from './startup/hello-world.ts';
import { startApp, type RunningApp, type StartCommand } from './startup/launch.ts';
import { proportionalMemoryMiB } from './startup/processes.ts';
import { comeToRest, loadOver, type Load } from './startup/rest.ts';
import { startTrayWatcher } from './tray-watcher.ts';

export interface StartupBenchOptions {
  readonly root: string;
  readonly folders: Folders;
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Starts of each app that count. */
  readonly rounds: number;
  /** How long an idle app is watched. */
  readonly idleMs: number;
}

export interface StartupReport {
  readonly machine: { readonly cpu: string; readonly cores: number };
  readonly figures: readonly Figure[];
}

const goals = { trayRatio: 1.5, trayMs: 3_000, memoryRatio: 1.3, idlePercent: 0.5 };

type Start = (which: 'earshot' | 'hello') => Promise<RunningApp>;

/**
 * What Earshot costs in the tray: time to its icon and memory against a hello-world of the same Electron started the
 * same way, in turn, on a desktop of their own; and the processor time of an Earshot that nobody speaks to.
 */
export async function benchStartup(options: StartupBenchOptions): Promise<StartupReport> {
  const { root, folders, signal } = options;
  if (process.platform !== 'linux') throw new Error('the start is measured on Linux only: elsewhere there is no private desktop to measure it on');
  if (!existsSync(join(root, 'dist', 'start.cjs'))) throw new Error('the start is measured from a checkout: an installed Earshot has no other Electron to compare itself with');
  const home = await linkedHome(folders, settingsFor(options, 'muted'));
  if (home === null) throw new Error('nothing is installed yet: run "earshot install" first');
  const ends: (() => Promise<void> | void)[] = [() => removeHome(home)];
  try {
    const desktop = await startPrivateDesktop(process.env);
    ends.push(desktop.stop);
    const sound = await startPrivateSound(desktop.runtimeFolder, desktop.env);
    ends.push(sound.stop);
    await sound.load('module-null-source', 'source_name=silence');
    await sound.load('module-null-sink', 'sink_name=nowhere');
    const tray = await startTrayWatcher(desktop.busAddress);
    ends.push(tray.stop);
    const hello = await writeHelloWorld(root);
    ends.push(() => removeHome(hello.folder));

    const env = { ...desktop.env, ...sound.env };
    const earshot: StartCommand = { program: 'npm', arguments: ['start'], folder: root };
    function start(which: 'earshot' | 'hello'): Promise<RunningApp> {
      return which === 'hello' ? startApp(hello.command, env, tray, signal) : startApp(earshot, { ...env, EARSHOT_HOME: home ?? '' }, tray, signal);
    }
    const times = await timeStarts(start, options);
    const memory = { hello: await memoryAtRest(start, signal), earshot: 0 };
    const muted = await idle(start, 'muted', sound, options);
    memory.earshot = muted.memoryMiB;
    await writeSettings(home, settingsFor(options, 'hands-free'));
    const handsFree = await idle(start, 'hands-free', sound, options);
    const [processor] = cpus();
    return { machine: { cpu: processor?.model ?? 'unknown', cores: cpus().length }, figures: figuresOf(times, memory, muted.load, handsFree.load) };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

function settingsFor({ settings }: StartupBenchOptions, state: 'muted' | 'hands-free'): Readonly<Record<string, unknown>> {
  // The person's devices are not on this desktop.
  return { ...settings, audio: {}, conversation: { ...settings.conversation, mode: 'hands-free', muted: state === 'muted' } };
}

/** Milliseconds to the icon, in turn, so that a noisy neighbour slows both; the first start of each does not count. */
async function timeStarts(start: Start, { rounds, say }: StartupBenchOptions): Promise<Readonly<Record<'earshot' | 'hello', readonly number[]>>> {
  const times = { hello: [] as number[], earshot: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    for (const which of ['hello', 'earshot'] as const) {
      const app = await start(which);
      await app.stop();
      if (round > 0) times[which].push(app.trayAfterMs);
    }
    if (round > 0) say(`Start ${round} of ${rounds}: Earshot ${Math.round(times.earshot.at(-1) ?? 0)} ms, hello-world ${Math.round(times.hello.at(-1) ?? 0)} ms to the tray icon`);
  }
  return times;
}

async function memoryAtRest(start: Start, signal: AbortSignal): Promise<number> {
  const app = await start('hello');
  try {
    await comeToRest(app.pid, false, signal);
    return proportionalMemoryMiB(app.pid);
  } finally {
    await app.stop();
  }
}

/** Memory and load of an Earshot at rest. */
async function idle(
  start: Start,
  state: 'muted' | 'hands-free',
  sound: PrivateSound,
  { signal, say, idleMs }: StartupBenchOptions,
): Promise<{ readonly memoryMiB: number; readonly load: Load }> {
  const app = await start('earshot');
  try {
    await comeToRest(app.pid, true, signal);
    const memoryMiB = proportionalMemoryMiB(app.pid);
    const open = (await sound.control('list', 'short', 'source-outputs')).trim() !== '';
    if (open !== (state === 'hands-free')) throw new Error(`Earshot is ${state}, but its microphone is ${open ? 'open' : 'closed'}`);
    say(`Watching it for ${Math.round(idleMs / 1000)} s, ${state}`);
    return { memoryMiB, load: await loadOver(app.pid, idleMs, signal) };
  } finally {
    await app.stop();
  }
}

function figuresOf(
  times: Readonly<Record<'earshot' | 'hello', readonly number[]>>,
  memory: { readonly hello: number; readonly earshot: number },
  muted: Load,
  handsFree: Load,
): readonly Figure[] {
  const toTrayMs = quantile(times.earshot, 0.5);
  return [
    ratioFigure('second start to tray icon against a hello-world', toTrayMs, quantile(times.hello, 0.5), 'ms', goals.trayRatio),
    bounded('second start to tray icon', toTrayMs, 'ms', goals.trayMs),
    ratioFigure('memory with a hidden window against a hello-world', memory.earshot, memory.hello, 'MiB', goals.memoryRatio),
    bounded('idle processor time, muted', muted.appPercent, '% of a core', goals.idlePercent),
    bounded('idle processor time, hands-free', handsFree.appPercent, '% of a core', goals.idlePercent),
    informative('idle processor time of the services, muted', muted.servicesPercent, '% of a core'),
    informative('idle processor time of the services, hands-free', handsFree.servicesPercent, '% of a core'),
  ];
}

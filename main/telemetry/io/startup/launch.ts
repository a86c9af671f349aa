import { execa } from 'execa';
import { setTimeout as pause } from 'node:timers/promises';
import type { TrayWatcher } from '../tray-watcher.ts';
import { electronBelow } from './processes.ts';

/** How an app is started. */
export interface StartCommand {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly folder: string;
}

/** An app whose tray icon is there. */
export interface RunningApp {
  /** Of what was started: a launcher, perhaps; the app is below it. */
  readonly pid: number;
  /** From the start of the command to the registration of its icon. */
  readonly trayAfterMs: number;
  readonly stop: () => Promise<void>;
}

const trayLimitMs = 60_000;
const quitLimitMs = 20_000;
/** The bus says at once that an app has gone. */
const iconLimitMs = 5_000;

/** Starts an app on a private desktop and settles once its icon is in the tray. */
export async function startApp(command: StartCommand, env: Readonly<Record<string, string>>, tray: TrayWatcher, signal: AbortSignal): Promise<RunningApp> {
  signal.throwIfAborted();
  if (tray.items().length > 0) throw new Error('an icon of an earlier app is still in the tray');
  const startedMs = performance.now();
  const child = execa(command.program, command.arguments, {
    cwd: command.folder,
    env: { ...env },
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command.program} could not be started: ${(await child).all ?? ''}`);

  // The launchers end with the app; asked themselves, npm would not wait for it.
  function ask(signalName: 'SIGTERM' | 'SIGKILL'): void {
    const electron = pid === undefined ? null : electronBelow(pid);
    if (electron === null) child.kill(signalName);
    else process.kill(electron, signalName);
  }
  async function stop(): Promise<void> {
    ask('SIGTERM');
    const late = setTimeout(() => {
      ask('SIGKILL');
    }, quitLimitMs);
    await child;
    clearTimeout(late);
    const deadlineMs = performance.now() + iconLimitMs;
    while (tray.items().length > 0) {
      if (performance.now() > deadlineMs) throw new Error(`a tray icon is still there ${iconLimitMs / 1000} s after ${command.program} in ${command.folder} ended`);
      await pause(20);
    }
  }
  const ended = child.then((result): never => {
    throw new Error(`${command.program} ${command.arguments.join(' ')} in ${command.folder} ended before its tray icon came: ${result.all ?? ''}`);
  });
  try {
    const item = await Promise.race([tray.item(trayLimitMs), ended]);
    ended.catch(() => undefined);
    return { pid, trayAfterMs: item.registeredAtMs - startedMs, stop };
  } catch (error) {
    if (child.exitCode === null) await stop();
    throw error;
  }
}

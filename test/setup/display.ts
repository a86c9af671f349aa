import { startPrivateDesktop } from '../../main/telemetry/io/private-desktop.ts';
import { startTrayWatcher, type TrayWatcher } from '../../main/telemetry/io/tray-watcher.ts';
import { startSoundServer, type SoundServer } from './sound-server.ts';
import { trayOf, type Tray } from './tray.ts';

/** A desktop without a person: a screen, a tray and, when asked for, a microphone and a speaker. */
export interface Display {
  /** Environment of what shall run on it. */
  readonly env: Readonly<Record<string, string>>;
  readonly watcher: TrayWatcher;
  readonly tray: Tray;
  /** Throws where the display was started without sound. */
  readonly sound: () => SoundServer;
  readonly stop: () => Promise<void>;
}

export interface DisplayOptions {
  readonly sound?: boolean;
  /** Whether the desktop shows tray icons; some do not. */
  readonly tray?: boolean;
}

/** Starts the display; a test may start an app on it as often as it likes. */
export async function startDisplay(options: DisplayOptions = {}): Promise<Display> {
  const desktop = await startPrivateDesktop(process.env);
  const stops: (() => Promise<void> | void)[] = [desktop.stop];
  async function stop(): Promise<void> {
    for (const end of stops.reverse()) await end();
  }
  try {
    const watcher = await startTrayWatcher(desktop.busAddress, { shown: options.tray !== false });
    stops.push(watcher.stop);
    const sound = options.sound === true ? await startSoundServer(desktop) : null;
    if (sound !== null) stops.push(sound.stop);
    return {
      env: sound?.env ?? desktop.env,
      watcher,
      tray: trayOf(watcher),
      sound: () => {
        if (sound === null) throw new Error('this display was started without sound');
        return sound;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

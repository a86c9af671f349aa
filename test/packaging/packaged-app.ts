import { execa } from 'execa';
import { until } from '../setup/earshot.ts';
import { debugPage, type DebuggedPage } from '../setup/devtools.ts';

/** A packaged Earshot. Its fuses leave Playwright's own way in closed, so it is driven over Chromium's. */
export interface PackagedApp {
  readonly pid: number;
  readonly page: DebuggedPage;
  /** Settles with its exit code; fails when that takes longer. */
  readonly ended: (limitMs: number) => Promise<number>;
  readonly kill: () => Promise<void>;
}

const startLimitMs = 60_000;

/** Starts the executable and settles once its page is there. */
export async function startPackaged(executable: string, env: Readonly<Record<string, string>>, cwd: string): Promise<PackagedApp> {
  // Chromium refuses to start as root with its sandbox.
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = execa(executable, [...flags, '--remote-debugging-port=0'], { env, extendEnv: false, cwd, stdin: 'ignore', all: true, buffer: false, reject: false });
  if (child.pid === undefined) throw new Error(`${executable} did not start`);
  const { pid } = child;
  let said = '';
  child.all?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  let code: number | null = null;
  void child.then((result) => (code = result.exitCode));
  async function kill(): Promise<void> {
    child.kill('SIGTERM', { forceKillAfterTimeout: 10_000 });
    await child;
  }
  try {
    await until(() => code !== null || said.includes('DevTools listening on'), startLimitMs, 'a way in for the test');
    const address = /DevTools listening on (\S+)/.exec(said)?.[1];
    if (address === undefined) throw new Error('it ended at once');
    const page = await debugPage(`http://${new URL(address).host}`, startLimitMs);
    return {
      pid,
      page,
      ended: async (limitMs) => {
        await until(() => code !== null, limitMs, 'the end of the packaged app');
        page.close();
        return (await child).exitCode;
      },
      kill,
    };
  } catch (error) {
    await kill();
    throw new Error(`${executable} could not be driven; it said:\n${said}`, { cause: error });
  }
}

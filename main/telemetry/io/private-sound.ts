import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A PulseAudio of its own: it sees no hardware, and nothing of the person's sound goes through it. */
export interface PrivateSound {
  /** Environment of what shall use it. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `pactl`; settles with what it prints. */
  readonly control: (...args: readonly string[]) => Promise<string>;
  /** Loads a module; settles with the number that unloads it. */
  readonly load: (module: string, ...args: readonly string[]) => Promise<string>;
  readonly stop: () => Promise<void>;
}

const startLimitMs = 20_000;

/** Starts the sound server in the runtime folder of a private desktop, without any device. */
export async function startPrivateSound(runtimeFolder: string, environment: NodeJS.ProcessEnv): Promise<PrivateSound> {
  const folder = join(runtimeFolder, 'pulse');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const socket = join(folder, 'native');
  const env = { PULSE_SERVER: `unix:${socket}`, PULSE_RUNTIME_PATH: folder, PULSE_STATE_PATH: folder, PULSE_COOKIE: join(folder, 'cookie') };
  const args = ['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '--disable-shm=yes'];
  const server = execa('pulseaudio', [...args, '-L', `module-native-protocol-unix auth-anonymous=1 socket=${socket}`], {
    // Our own address would be taken for that of a server to hand over to.
    env: { ...environment, PULSE_RUNTIME_PATH: folder, PULSE_STATE_PATH: folder, XDG_RUNTIME_DIR: runtimeFolder, PULSE_SERVER: undefined },
    extendEnv: false,
    stdin: 'ignore',
    stdout: 'ignore',
    reject: false,
  });
  const ended = server.then((result): never => {
    const missing = 'code' in result && result.code === 'ENOENT';
    throw new Error(missing ? 'pulseaudio is not installed (on Debian: apt install pulseaudio pulseaudio-utils)' : `pulseaudio ended: ${result.stderr}`);
  });
  await Promise.race([ended, appears(socket)]);
  ended.catch(() => undefined);

  async function control(...words: readonly string[]): Promise<string> {
    return (await execa('pactl', words, { env: { ...environment, ...env }, extendEnv: false, stdin: 'ignore' })).stdout;
  }
  return {
    env,
    control,
    load: (module, ...words) => control('load-module', module, ...words),
    stop: async () => {
      server.kill('SIGTERM', { forceKillAfterTimeout: 2_000 });
      await server;
    },
  };
}

async function appears(path: string): Promise<void> {
  const deadline = Date.now() + startLimitMs;
  while (!existsSync(path)) {
    if (Date.now() > deadline) throw new Error(`pulseaudio did not start within ${startLimitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

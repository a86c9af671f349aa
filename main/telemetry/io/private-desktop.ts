import { execa, type ExecaChildProcess } from 'execa';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** A screen, a session bus and a runtime folder of its own: what runs there neither sees the person's desktop nor shows on it. */
export interface PrivateDesktop {
  /** Environment of what shall run on it. */
  readonly env: Readonly<Record<string, string>>;
  readonly busAddress: string;
  readonly runtimeFolder: string;
  readonly stop: () => Promise<void>;
}

const startLimitMs = 20_000;

/** Starts the private desktop; each part that is missing is named with its Debian package. */
export async function startPrivateDesktop(environment: NodeJS.ProcessEnv): Promise<PrivateDesktop> {
  const runtimeFolder = await mkdtemp(join(tmpdir(), 'earshot-desktop-'));
  const parts: ExecaChildProcess[] = [];
  async function stop(): Promise<void> {
    for (const part of parts) part.kill('SIGTERM', { forceKillAfterTimeout: 2_000 });
    await Promise.all(parts);
    await rm(runtimeFolder, { recursive: true, force: true });
  }
  try {
    const screen = startPart(parts, 'Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], 'xvfb', 3);
    const bus = startPart(parts, 'dbus-daemon', ['--nofork', '--print-address', `--config-file=${await writeBusConfiguration(runtimeFolder)}`], 'dbus', 1);
    const [display, busAddress] = await Promise.all([screen, bus]);
    const kept = Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !/^(WAYLAND_DISPLAY|XAUTHORITY|PULSE_\w+|PIPEWIRE_\w+)$/.test(entry[0]),
    );
    const env = { ...Object.fromEntries(kept), DISPLAY: `:${display}`, DBUS_SESSION_BUS_ADDRESS: busAddress, XDG_RUNTIME_DIR: runtimeFolder, XDG_SESSION_TYPE: 'x11' };
    return { env, busAddress, runtimeFolder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts one part and settles with the first line it writes to a file descriptor: it says so once it listens. */
async function startPart(parts: ExecaChildProcess[], program: string, args: readonly string[], debianPackage: string, descriptor: number): Promise<string> {
  const part = execa(program, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], reject: false, buffer: false });
  parts.push(part);
  let said = '';
  part.stderr?.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString('utf8')}`.slice(-2_000)));
  const output = part.stdio[descriptor] as Readable | null;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`${program} did not start within ${startLimitMs} ms`));
    }, startLimitMs);
    if (output !== null) {
      createInterface({ input: output }).once('line', (line) => {
        clearTimeout(timer);
        resolve(line);
      });
    }
    void part.then((result) => {
      clearTimeout(timer);
      const missing = 'code' in result && result.code === 'ENOENT';
      reject(new Error(missing ? `${program} is not installed (on Debian: apt install ${debianPackage})` : `${program} ended: ${said.trim()}`));
    });
  });
}

/** A bus that starts no services of the person's desktop: they would live on, and their work would be measured. */
async function writeBusConfiguration(folder: string): Promise<string> {
  const path = join(folder, 'bus.conf');
  await writeFile(
    path,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${join(folder, 'bus')}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`,
  );
  return path;
}

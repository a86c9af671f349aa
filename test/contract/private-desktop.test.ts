import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeHome } from '../../main/telemetry/io/linked-home.ts';
import { writeHelloWorld } from '../../main/telemetry/io/startup/hello-world.ts';
import { startApp } from '../../main/telemetry/io/startup/launch.ts';
import { proportionalMemoryMiB } from '../../main/telemetry/io/startup/processes.ts';
import { startDisplay, type Display } from '../setup/display.ts';
import { processes, until } from '../setup/earshot.ts';
import { repository } from '../setup/prepare.ts';
import { microphoneLabel } from '../setup/sound-server.ts';

// What every test of the desktop stands on: a real Electron, a real bus and a real sound server.

let display: Display;
let hello: Awaited<ReturnType<typeof writeHelloWorld>>;

beforeAll(async () => {
  display = await startDisplay({ sound: true });
  hello = await writeHelloWorld(repository);
});

afterAll(async () => {
  await display.stop();
  await removeHome(hello.folder);
});

test('an app of the real Electron shows in the tray, and its menu works', async () => {
  const app = await startApp(hello.command, display.env, display.watcher, new AbortController().signal);
  expect(app.trayAfterMs).toBeGreaterThan(0);
  const [picture] = await display.tray.pictures();
  expect(picture).toMatchObject({ width: 22, height: 22 });
  expect([...(picture?.argb ?? [])].every((byte) => byte === 0xff)).toBe(true);
  expect((await display.tray.menu()).map((entry) => entry.label)).toEqual(['Quit']);
  await expect(display.tray.choose('Something else')).rejects.toThrow('has no "Something else"');
  expect(proportionalMemoryMiB(app.pid)).toBeGreaterThan(50);
  await display.tray.choose('Quit');
  await until(() => display.watcher.items().length === 0, 10_000, 'the icon goes with the app');
});

test('what is spoken into the microphone arrives, and the speaker stays silent', async () => {
  const heard = execa('pacat', ['--record', '--raw', '--device=microphone', '--rate=16000', '--channels=1', '--format=s16le'], {
    env: display.env,
    extendEnv: false,
    reject: false,
    encoding: 'buffer',
  });
  const speaker = await display.sound().recordSpeaker();
  await display.sound().play(join(repository, 'assets', 'questions', 'seasons.wav'));
  const played = await speaker.stop();
  heard.kill('SIGTERM');
  expect(peak(samplesIn((await heard).stdout))).toBeGreaterThan(1_000);
  expect(played.length / speaker.rateHz).toBeGreaterThan(1);
  expect(peak(played)).toBe(0);
});

test('devices can be unplugged and plugged again', async () => {
  async function devices(): Promise<string> {
    const sources = await execa('pactl', ['list', 'sources'], { env: display.env, extendEnv: false });
    const sinks = await execa('pactl', ['list', 'short', 'sinks'], { env: display.env, extendEnv: false });
    return `${sources.stdout}\n${sinks.stdout}`;
  }
  const sound = display.sound();
  expect(await devices()).toContain(microphoneLabel);
  await sound.unplugMicrophone();
  expect(await devices()).not.toContain(microphoneLabel);
  await sound.plugMicrophone();
  await sound.unplugSpeaker();
  expect(await devices()).not.toContain('speaker');
  expect(await devices()).toContain(microphoneLabel);
  await sound.plugSpeaker();
  expect(await devices()).toContain('speaker');
});

test('a private desktop leaves nothing behind', async () => {
  const other = await startDisplay({ sound: true });
  const folder = other.env['XDG_RUNTIME_DIR'] ?? '';
  expect(existsSync(folder)).toBe(true);
  expect(other.env['DISPLAY']).not.toBe(display.env['DISPLAY']);
  await other.stop();
  expect(existsSync(folder)).toBe(false);
  expect(processes().filter(({ command }) => command.includes(folder))).toEqual([]);
  expect(existsSync(`/tmp/.X${(other.env['DISPLAY'] ?? '').slice(1)}-lock`)).toBe(false);
});

test('a desktop without a tray has no watcher', async () => {
  const other = await startDisplay({ tray: false });
  await expect(other.watcher.item(200)).rejects.toThrow('no tray icon within 200 ms');
  await other.stop();
});

function samplesIn(bytes: Buffer): Int16Array {
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length - (bytes.length % 2)));
}

function peak(samples: Int16Array): number {
  return samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
}

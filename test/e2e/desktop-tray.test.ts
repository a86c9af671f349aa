import { readFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Status } from '../../preload/contract.ts';
import { startLanguageModel } from '../fakes/language-model.ts';
import { startDesktop, type Desktop } from '../setup/desktop.ts';
import { processTree } from '../setup/earshot.ts';
import { recordFigure } from '../setup/figures.ts';
import { peakOf } from '../setup/listener.ts';
import { committedPictures, statesShown } from '../setup/pictures.ts';
import { repository } from '../setup/prepare.ts';
import type { MenuEntry } from '../setup/tray.ts';

const question = join(repository, 'assets', 'questions', 'capital-of-france.wav');
const readyLimitMs = 90_000;
const soon = { timeout: 10_000, interval: 50 };
const longAnswer = Array.from({ length: 12 }, (_, index) => `This is sentence number ${index + 1} of a long answer.`).join(' ');

/** Stands in front of a language model and lets none of its answers through while it is shut. */
interface Gate {
  readonly url: string;
  readonly shut: () => void;
  readonly open: () => void;
  readonly close: () => Promise<void>;
}

async function gateBefore(url: string): Promise<Gate> {
  const port = Number(new URL(url).port);
  const pairs = new Map<Socket, Socket>();
  let isOpen = true;
  const server = createServer((client) => {
    const model = connect(port, '127.0.0.1');
    pairs.set(model, client);
    client.pipe(model);
    if (isOpen) model.pipe(client);
    for (const [end, other] of [[client, model], [model, client]] as const) {
      end.on('error', () => other.destroy());
      end.on('close', () => {
        pairs.delete(model);
        if (isOpen || end === client) other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    shut: () => {
      isOpen = false;
      for (const [model, client] of pairs) model.unpipe(client).pause();
    },
    open: () => {
      isOpen = true;
      for (const [model, client] of pairs) model.pipe(client);
    },
    close: () =>
      new Promise((resolve) => {
        for (const [model, client] of pairs) for (const end of [model, client]) end.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** Settles once the tray shows a state: the picture of that state and of no other, and its headline as tooltip and as the menu's first line. */
async function trayShows(desktop: Desktop, state: Status, headline: RegExp | string, limitMs = soon.timeout): Promise<void> {
  const committed = await committedPictures(desktop.app);
  const text = typeof headline === 'string' ? headline : (expect.stringMatching(headline) as unknown);
  await expect
    .poll(
      async () => {
        const [first] = await desktop.tray.menu();
        return {
          pictures: statesShown(await desktop.tray.pictures(), committed),
          toolTip: (await desktop.tray.toolTip()).replace(/^Earshot: /, ''),
          menu: first?.label,
          canBeChosen: first?.enabled,
        };
      },
      { ...soon, timeout: limitMs },
    )
    .toEqual({ pictures: [state], toolTip: text, menu: text, canBeChosen: false });
}

async function entry(desktop: Desktop, label: string): Promise<Pick<MenuEntry, 'enabled' | 'checked'> | null> {
  const found = (await desktop.tray.menu()).find((candidate) => candidate.label === label);
  return found === undefined ? null : { enabled: found.enabled, checked: found.checked };
}

async function savedSettings(desktop: Desktop): Promise<unknown> {
  return JSON.parse(await readFile(join(desktop.home, 'config', 'settings.json'), 'utf8'));
}

function isVisible(desktop: Desktop): Promise<boolean> {
  return desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().some((window) => window.isVisible() && !window.isMinimized()));
}

async function repeat(action: () => Promise<void>, until: AbortSignal): Promise<void> {
  while (!until.aborted) await action();
}

describe('the tray of a working Earshot', () => {
  let desktop: Desktop;
  let gate: Gate;
  let closeModel: () => Promise<void>;
  beforeAll(async () => {
    const model = await startLanguageModel(longAnswer);
    closeModel = model.close;
    gate = await gateBefore(model.url);
    desktop = await startDesktop({ sound: true, settings: { services: { llm: { url: gate.url, model: 'fake' } } } });
  });
  afterAll(async () => {
    await desktop.stop();
    await gate.close();
    await closeModel();
  });

  test('shows that it starts, and then that it is ready', async () => {
    // Electron has no way to set the title of the icon itself; what desktops show is the tooltip, whose title is ours.
    expect([await desktop.tray.title(), await desktop.tray.status()]).toEqual(['', 'Active']);
    await trayShows(desktop, 'starting', /^(Starting|Setting up)/);
    await trayShows(desktop, 'idle', 'Ready. Just speak.', readyLimitMs);
  });

  test('listens, thinks and speaks; "Stop speaking" silences it', async () => {
    gate.shut();
    expect(await entry(desktop, 'Stop speaking')).toEqual({ enabled: false, checked: null });
    // Said again until it is heard, and then to its end.
    const heard = new AbortController();
    const played = repeat(() => desktop.sound().play(question), heard.signal);
    await trayShows(desktop, 'listening', 'Listening…', 20_000);
    heard.abort();
    await played;
    await trayShows(desktop, 'thinking', 'Thinking…', 30_000);
    const recording = await desktop.sound().recordSpeaker();
    gate.open();
    await trayShows(desktop, 'speaking', 'Speaking', 30_000);
    await expect.poll(() => peakOf(recording.samples()), { timeout: 20_000 }).toBeGreaterThan(1_000);
    await desktop.tray.choose('Stop speaking');
    await trayShows(desktop, 'idle', 'Ready. Just speak.');
    const silentFrom = recording.samples().length;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(peakOf((await recording.stop()).subarray(silentFrom + recording.rateHz / 2))).toBeLessThan(100);
    expect((await desktop.snapshot()).exchanges.map(({ state }) => state)).toEqual(['interrupted']);
  });

  test('"Start a new conversation" empties it', async () => {
    expect(await entry(desktop, 'Start a new conversation')).toEqual({ enabled: true, checked: null });
    await desktop.tray.choose('Start a new conversation');
    await desktop.snapshotWhere(({ exchanges }) => exchanges.length === 0, 5_000, 'the conversation is empty');
    await expect.poll(() => entry(desktop, 'Start a new conversation'), soon).toEqual({ enabled: false, checked: null });
  });

  test('"Mute the microphone" mutes, is ticked and is remembered', async () => {
    await desktop.tray.choose('Mute the microphone');
    await trayShows(desktop, 'muted', 'The microphone is muted');
    expect(await entry(desktop, 'Mute the microphone')).toEqual({ enabled: true, checked: true });
    await expect.poll(() => savedSettings(desktop), soon).toMatchObject({ conversation: { muted: true } });
    await desktop.snapshotWhere(({ audio }) => !audio.capture, 5_000, 'the microphone is closed');
    await desktop.sound().play(question);
    expect((await desktop.snapshot()).exchanges).toEqual([]);
    await desktop.tray.choose('Mute the microphone');
    await trayShows(desktop, 'idle', 'Ready. Just speak.');
    expect(await entry(desktop, 'Mute the microphone')).toEqual({ enabled: true, checked: false });
    await expect.poll(() => savedSettings(desktop), soon).toMatchObject({ conversation: { muted: false } });
  });

  test('shows that something is missing: the microphone, or an engine that has died', async () => {
    await desktop.sound().unplugMicrophone();
    await trayShows(desktop, 'degraded', 'No microphone; you can type');
    await desktop.sound().plugMicrophone();
    await trayShows(desktop, 'idle', 'Ready. Just speak.');
    const voice = processTree(desktop.pid).findLast(({ command }) => command.includes('earshot.engines.kokoro'));
    if (voice === undefined) throw new Error('the voice does not run');
    process.kill(voice.pid, 'SIGKILL');
    await trayShows(desktop, 'degraded', 'Restarting the voice…');
    await trayShows(desktop, 'idle', 'Ready. Just speak.', readyLimitMs);
  });

  test('"Press to talk" and "Hands-free" switch; "Ask a question" opens the microphone until "Send the question"', async () => {
    await desktop.tray.choose('Press to talk');
    await trayShows(desktop, 'idle', 'Ready. Press Ctrl+Shift+Space and speak.');
    expect([await entry(desktop, 'Press to talk'), await entry(desktop, 'Hands-free'), await entry(desktop, 'Mute the microphone')]).toEqual([
      { enabled: true, checked: true },
      { enabled: true, checked: false },
      null,
    ]);
    await expect.poll(() => savedSettings(desktop), soon).toMatchObject({ conversation: { mode: 'press-to-talk' } });
    expect((await desktop.snapshot()).audio.capture).toBe(false);

    await desktop.tray.choose('Ask a question (Ctrl+Shift+Space)');
    await trayShows(desktop, 'listening', 'Listening…');
    expect((await desktop.snapshot()).audio.capture).toBe(true);
    // Cut in mid-sentence: a pause alone would not end this question so soon. Said again until the microphone is open.
    const cut = new AbortController();
    const played = repeat(() => desktop.sound().play(question, cut.signal), cut.signal);
    await desktop.snapshotWhere(({ exchanges }) => exchanges.at(-1)?.state === 'hearing', 10_000, 'the question is heard');
    cut.abort();
    await played;
    gate.shut();
    await desktop.tray.choose('Send the question');
    await trayShows(desktop, 'thinking', 'Thinking…', 30_000);
    const { audio, exchanges } = await desktop.snapshot();
    expect({ capture: audio.capture, asked: exchanges.map(({ asked }) => asked) }).toEqual({ capture: false, asked: ['spoken'] });
    expect(await entry(desktop, 'Ask a question (Ctrl+Shift+Space)')).toEqual({ enabled: true, checked: null });
    gate.open();
    await trayShows(desktop, 'speaking', 'Speaking', 30_000);
    await desktop.tray.choose('Stop speaking');
    await desktop.tray.choose('Hands-free');
    await trayShows(desktop, 'idle', 'Ready. Just speak.');
    await expect.poll(() => savedSettings(desktop), soon).toMatchObject({ conversation: { mode: 'hands-free' } });
    await desktop.snapshotWhere((snapshot) => snapshot.audio.capture, 5_000, 'the microphone is open again');
  });

  test('"Open Earshot" shows the window; a click on the icon hides and shows it', async () => {
    expect(await isVisible(desktop)).toBe(false);
    await desktop.tray.choose('Open Earshot');
    await expect.poll(() => isVisible(desktop), soon).toBe(true);
    await desktop.tray.activate();
    await expect.poll(() => isVisible(desktop), soon).toBe(false);
    await desktop.tray.activate();
    await expect.poll(() => isVisible(desktop), soon).toBe(true);
  });

  test('"Quit Earshot" ends everything within five seconds', async () => {
    const before = processTree(desktop.pid).map(({ pid }) => pid);
    expect(before.length).toBeGreaterThan(6);
    const exited = new Promise((resolve) => desktop.app.process().once('exit', resolve));
    const askedAtMs = performance.now();
    await desktop.tray.choose('Quit Earshot').catch((error: unknown) => {
      // The icon goes at once, and may be gone before it has answered.
      if (!String(error).includes('disconnected')) throw error;
    });
    await expect.poll(() => before.filter(isRunning), { timeout: 10_000, interval: 20 }).toEqual([]);
    const tookMs = performance.now() - askedAtMs;
    recordFigure({ name: 'quit from the tray, until no process is left', value: `${Math.round(tookMs)} ms`, bound: '≤ 5000 ms' });
    expect({ code: await exited, inTime: tookMs <= 5_000 }).toEqual({ code: 0, inTime: true });
  });
});

test('the tray shows that Earshot cannot work, and why', async () => {
  // A port that was free a moment ago: nothing answers there.
  const gone = await startLanguageModel('');
  await gone.close();
  const desktop = await startDesktop({ settings: { services: { llm: { url: gone.url, model: 'fake' } } } });
  try {
    await trayShows(desktop, 'failed', /^The server for the language model does not answer$/, readyLimitMs);
  } finally {
    await desktop.stop();
  }
});

function isRunning(pid: number): boolean {
  return processTree(pid).length > 0;
}

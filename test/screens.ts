/** `npm run screens`: pictures of the real app, light and dark, for docs/screens. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { channels, type Engines, type Notice, type Setup, type SetupStep, type Snapshot } from '../preload/contract.ts';
import { startDesktop, type Desktop } from './setup/desktop.ts';
import { prepareProduct, repository } from './setup/prepare.ts';

const folder = join(repository, 'docs', 'screens');
const question = join(repository, 'assets', 'questions', 'capital-of-france.wav');

async function take(desktop: Desktop, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await desktop.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const path = join(folder, `${name}-${colorScheme}.png`);
    await desktop.page.screenshot({ path, animations: 'disabled' });
    console.log(`docs/screens/${name}-${colorScheme}.png`);
  }
}

/** Shows the page what main would say in a moment that takes gigabytes, or a graphics card, to come to. The next that main says takes its place. */
async function plant(desktop: Desktop, snapshot: Snapshot): Promise<void> {
  await desktop.app.evaluate(
    ({ BrowserWindow }, { channel, planted }) => {
      for (const window of BrowserWindow.getAllWindows()) window.webContents.send(channel, planted);
    },
    { channel: channels.snapshot, planted: snapshot },
  );
}

const mebibyte = 1024 ** 2;

function done(title: string, durationMs: number): SetupStep {
  return { title, state: 'done', detail: null, transfer: null, durationMs };
}

function fetching(title: string, receivedMiB: number, totalMiB: number, remainingSeconds: number): SetupStep {
  const transfer = { receivedBytes: receivedMiB * mebibyte, totalBytes: totalMiB * mebibyte, bytesPerSecond: ((totalMiB - receivedMiB) * mebibyte) / remainingSeconds, remainingSeconds };
  return { title, state: 'running', detail: null, transfer, durationMs: null };
}

const log = ['Resolved 42 packages in 12ms', 'Downloading torch (766.7MiB)', 'Downloading nvidia-cudnn-cu12 (633.9MiB)', 'Prepared 38 packages in 1m 12s'];
const firstSetup: Setup = { where: 'first', state: 'running', log, steps: [done('Installer (uv)', 2_300), fetching('Voice engines (Python packages, about 250 MiB to download)', 102, 250, 34)] };
const background: Setup = { where: 'background', state: 'running', log, steps: [done('PyTorch 2.5.1 for CUDA 12.4', 93_200), fetching('Kyutai speech recognition', 1_066, 2_600, 124)] };
const notices: Readonly<Record<'go-back' | 'failed-environment', Notice>> = {
  'go-back': {
    id: 'changed',
    severity: 'info',
    title: 'Earshot now runs on PyTorch 2.5.1 for CUDA 12.4.',
    detail: 'The speech recognition now uses stt-1b-en_fr on the RTX 3060.\nIf anything is worse than before, go back. Once it has answered a question, this note goes by itself.',
    actions: [{ title: 'Go back', command: 'go-back' }, { title: 'Keep it', command: 'keep-change' }],
  },
  'failed-environment': {
    id: 'finding-0-no-matching-wheel',
    severity: 'warning',
    title: 'PyTorch for CUDA 12.4 could not be set up, so Whisper goes on recognising your speech.',
    detail: 'The package index has no torch 2.5.1 for this computer.',
    actions: [{ title: 'Use the build for CUDA 12.1', command: 'remedy', id: 'use-torch-build', arguments: { build: 'cu121' } }, { title: 'Try again', command: 'try-again' }],
  },
};
const engines: Engines = {
  recognition: [
    { id: 'whisper', title: 'Whisper', detail: 'Understands a question once you pause. Runs on every computer.', chosen: true, hindrance: null },
    { id: 'kyutai', title: 'Kyutai', detail: 'Understands every word while you speak. Adds about 9 GB on the disk, needs a graphics card with 3 GB free.', chosen: false, hindrance: null },
  ],
  endOfTurn: [
    { id: 'smart-turn', title: 'By the sound of it', detail: 'Listens to how a sentence ends.', chosen: true, hindrance: null },
    { id: 'semantic', title: 'By the meaning', detail: 'Follows the words, and waits while you think.', chosen: false, hindrance: 'Whisper cannot tell; Kyutai can.' },
  ],
  processorOnly: { on: false, detail: 'Leaves the graphics card to other programs. Answers take longer.' },
};

/** A day on which something went wrong and was mended. */
function badDay(real: Snapshot): Snapshot {
  const today = new Date();
  function at(hour: number, minute: number): string {
    return new Date(today.getFullYear(), today.getMonth(), today.getDate(), hour, minute).toISOString();
  }
  return {
    ...real,
    services: real.services.map((service) => {
      if (service.id === 'stt') return { ...service, device: 'cpu', detail: 'On the processor instead of the RTX 3060, which failed: illegal memory access.' };
      if (service.id === 'llm') return { ...service, state: 'resting', detail: 'Loads again when you speak.' };
      return service;
    }),
    notices: [
      {
        id: 'fallback-stt',
        severity: 'warning',
        title: 'The graphics card failed while the speech recognition used it, so the speech recognition now runs on the processor.',
        detail: 'Earshot tests the card again by itself and goes back to it once it has been well for a while.\n→ If it happens again and again, restart the computer.',
        actions: [{ title: 'Keep it on the processor', command: 'remedy', id: 'move-to-cpu', arguments: { service: 'stt' } }, { title: 'Try again', command: 'try-again' }],
      },
    ],
    events: [
      { at: at(11, 47), severity: 'info', text: 'The speech recognition is ready on the processor, after 4.1 s.', detail: null },
      { at: at(11, 46), severity: 'warning', text: 'The speech recognition stopped, because its graphics card failed.', detail: 'CUDA error: an illegal memory access was encountered' },
      { at: at(9, 12), severity: 'info', text: 'The computer slept for about 8 hours. Earshot makes sure that everything still works.', detail: null },
      { at: at(0, 58), severity: 'error', text: 'A question got no answer, because the voice failed.', detail: null },
    ],
  };
}

/** What supervision has to tell: an engine that restarts under a question, one that fell back, one that rests, and what happened. */
async function takeSupervision(desktop: Desktop): Promise<void> {
  const real = await desktop.snapshot();
  const last = real.exchanges.at(-1);
  const services: Snapshot['services'] = real.services.map((service) => (service.id === 'tts' ? { ...service, state: 'restarting', detail: 'it was killed from outside' } : service));
  const cutOff: Snapshot['exchanges'] = last === undefined ? [] : [...real.exchanges.slice(0, -1), { ...last, state: 'thinking', answer: 'The capital of France', latency: null, heardAfterMs: null }];
  await plant(desktop, { ...real, services, exchanges: cutOff, status: 'thinking', headline: 'Restarting the voice… your question is kept' });
  await take(desktop, 'restarting');
  await plant(desktop, badDay(real));
  await desktop.page.getByRole('button', { name: /^services/i }).click();
  await take(desktop, 'fallback');
  await plant(desktop, { ...badDay(real), notices: [] });
  await desktop.page.getByText('What happened').click();
  await desktop.page.locator('.happening').first().scrollIntoViewIfNeeded();
  await take(desktop, 'what-happened');
  await desktop.page.getByText('What happened').click();
  await desktop.page.getByRole('button', { name: /^services/i }).click();
  await desktop.page.getByRole('button', { name: 'Settings' }).click();
  await desktop.page.getByText('Starting over forgets').scrollIntoViewIfNeeded();
  await take(desktop, 'settings-resting');
  await desktop.page.getByRole('button', { name: 'Settings' }).click();
  await plant(desktop, real);
}

/** What is shown while something is set up, and after. */
async function takeSetups(desktop: Desktop): Promise<void> {
  const real = await desktop.snapshot();
  await plant(desktop, { ...real, setup: background });
  await take(desktop, 'setup-background');
  await desktop.page.getByRole('button', { name: /^Setting up/ }).click();
  await take(desktop, 'setup-background-open');
  for (const [name, notice] of Object.entries(notices)) {
    await plant(desktop, { ...real, notices: [notice] });
    await take(desktop, name);
  }
  await plant(desktop, { ...real, engines });
  await desktop.page.getByRole('button', { name: 'Settings' }).click();
  await desktop.page.locator('.check-line').scrollIntoViewIfNeeded();
  await take(desktop, 'engines');
  await desktop.page.getByRole('button', { name: 'Settings' }).click();
  await plant(desktop, { ...real, setup: firstSetup, exchanges: [], services: [], status: 'starting', headline: 'Setting up: Voice engines' });
  await take(desktop, 'setup-first');
  await plant(desktop, real);
}

async function takeAll(desktop: Desktop): Promise<void> {
  await desktop.show();
  await desktop.snapshotWhere(({ services }) => services.some(({ state }) => state === 'starting'), 60_000, 'the services start');
  await take(desktop, 'starting');
  await desktop.snapshotWhere(({ status }) => status === 'idle', 120_000, 'the desktop is ready');
  await take(desktop, 'ready');
  await desktop.sound().play(question);
  await desktop.snapshotWhere(({ exchanges, status }) => exchanges.at(-1)?.heardAfterMs != null && status === 'idle', 60_000, 'the question is answered');
  await take(desktop, 'conversation');
  await takeSetups(desktop);
  await takeSupervision(desktop);
  await desktop.page.getByRole('button', { name: /services/i }).click();
  await take(desktop, 'services');
  await desktop.page.getByText('Why it runs like this').click();
  await desktop.page.locator('[data-part="explanation"]').scrollIntoViewIfNeeded();
  await take(desktop, 'plan');
  await desktop.page.getByRole('button', { name: /services/i }).click();
  await desktop.page.getByRole('button', { name: 'Settings' }).click();
  await take(desktop, 'settings');
  await desktop.page.getByRole('button', { name: 'Settings' }).click();
  await desktop.sound().unplugMicrophone();
  await desktop.snapshotWhere(({ notices }) => notices.length > 0, 30_000, 'the microphone is missed');
  await take(desktop, 'no-microphone');
}

await prepareProduct();
await mkdir(folder, { recursive: true });
const desktop = await startDesktop({ sound: true });
try {
  await takeAll(desktop);
} finally {
  await desktop.stop();
}

import { expect, test } from 'vitest';
import { startLanguageModel } from '../fakes/language-model.ts';
import type { EarshotBridge } from '../../preload/contract.ts';
import { spawnDesktop, startDesktop, type SpawnedDesktop } from '../setup/desktop.ts';
import { debugPage, type DebuggedPage } from '../setup/devtools.ts';
import { startDisplay } from '../setup/display.ts';
import { processTree, until } from '../setup/earshot.ts';
import { recordFigure } from '../setup/figures.ts';
import { pausesMs, startListener } from '../setup/listener.ts';
import { wordsOf } from '../setup/words.ts';

const sentences = [
  'The first sentence is about a mountain.',
  'The second sentence is about a river.',
  'The third sentence is about a garden.',
  'The fourth sentence is about a library.',
  'The fifth sentence is about a harbor.',
];

/** Playwright cannot follow a page beyond its crash, so this one is driven over the DevTools protocol alone. */
async function openPage(desktop: SpawnedDesktop): Promise<DebuggedPage> {
  await until(() => desktop.output().includes('DevTools listening on'), 60_000, 'a way in for the test');
  const address = /DevTools listening on (\S+)/.exec(desktop.output())?.[1] ?? '';
  return debugPage(`http://${new URL(address).host}`, 60_000);
}

async function pageShows(page: DebuggedPage, condition: (text: string) => boolean, limitMs: number, what: string): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const text = await page.evaluate(() => (globalThis as unknown as { readonly document: { readonly body: { readonly innerText: string } | null } }).document.body?.innerText ?? '');
    if (condition(text)) return;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms, but ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('a page that is killed in mid-answer comes back, and the rest of the answer is heard, no sentence twice', async () => {
  const model = await startLanguageModel(sentences.join(' '));
  const display = await startDisplay({ sound: true });
  const desktop = await spawnDesktop({ display, settings: { services: { llm: { url: model.url } } }, arguments: ['--remote-debugging-port=0'] });
  const listener = await startListener();
  try {
    const before = await openPage(desktop);
    await pageShows(before, (text) => text.includes('Ready'), 120_000, 'the desktop is ready');
    const recording = await display.sound().recordSpeaker();
    await before.evaluate(() => (globalThis as unknown as { readonly earshot: EarshotBridge }).earshot.send({ kind: 'ask', text: 'Tell me five things.' }));
    await pageShows(before, (text) => text.includes('river'), 60_000, 'the second sentence is spoken');
    const page = desktop.processes().find(({ command }) => command.includes('--type=renderer'));
    if (page === undefined) throw new Error('there is no page');
    process.kill(page.pid, 'SIGKILL');
    before.close();
    await until(() => desktop.processes().some(({ pid, command }) => pid !== page.pid && command.includes('--type=renderer')), 10_000, 'another page is started');
    const after = await openPage(desktop);
    await pageShows(after, (text) => text.includes('harbor') && text.includes('Ready'), 60_000, 'the page is back with the whole answer, and it is played');
    after.close();
    const samples = await recording.stop();
    const heard = await listener.wordsOf(samples, recording.rateHz);
    const words = wordsOf(heard.replaceAll('harbour', 'harbor'));
    const counts = ['mountain', 'river', 'garden', 'library', 'harbor', 'first', 'second', 'third', 'fourth', 'fifth'].map((word) => words.filter((other) => other === word).length);
    recordFigure({ name: 'page killed in mid-answer: longest pause in the answer', value: `${Math.round(Math.max(...pausesMs(samples, recording.rateHz)))} ms`, bound: '–' });
    expect({ heard, counts }).toEqual({ heard, counts: counts.map(() => 1) });
  } finally {
    await listener.stop();
    await desktop.stop();
    await display.stop();
    await model.close();
  }
});

test('an engine that is killed in mid-answer: the panel says so, the answer goes on to its end, no sentence twice, and what happened can be read', async () => {
  const model = await startLanguageModel(sentences.join(' '));
  const desktop = await startDesktop({ sound: true, settings: { services: { llm: { url: model.url } } } });
  try {
    await desktop.show();
    await desktop.snapshotWhere(({ status }) => status === 'idle', 120_000, 'the desktop is ready');
    await desktop.page.getByRole('textbox').fill('Tell me five things.');
    await desktop.page.keyboard.press('Enter');
    await desktop.snapshotWhere(({ exchanges }) => exchanges.at(-1)?.answer.includes('mountain') === true, 60_000, 'the first sentence is spoken');
    const voice = processTree(desktop.pid).findLast(({ command }) => command.includes('earshot.engines.kokoro'));
    if (voice === undefined) throw new Error('there is no voice to kill');
    process.kill(voice.pid, 'SIGKILL');
    const told = await desktop.snapshotWhere(({ services }) => services.some(({ id, state }) => id === 'tts' && state !== 'ready'), 5_000, 'the panel says that the voice is away');
    const kept = told.exchanges.at(-1)?.answer ?? '';
    const over = await desktop.snapshotWhere(({ exchanges, status }) => exchanges.at(-1)?.state === 'done' && status === 'idle', 120_000, 'the answer is spoken to its end');
    expect({ keeps: kept.startsWith(sentences[0] ?? ''), exchanges: over.exchanges.map(({ question, answer, state }) => ({ question, answer, state })) }).toEqual({
      keeps: true,
      exchanges: [{ question: 'Tell me five things.', answer: sentences.join(' '), state: 'done' }],
    });
    await desktop.page.getByRole('button', { name: /^services/i }).click();
    await desktop.page.getByText('What happened').click();
    const events = await desktop.page.locator('[data-part="events"]').innerText();
    expect(events).toContain('The voice was ended from outside');
    expect(events).toMatch(/The voice is ready/);
  } finally {
    await desktop.stop();
    await model.close();
  }
});

test('the graphics process may die: the page stays, and nothing was drawn by a GPU before', async () => {
  const desktop = await startDesktop();
  try {
    await desktop.show();
    await desktop.snapshotWhere((snapshot) => snapshot.status !== 'starting', 120_000, 'the desktop is ready');
    const gpu = await desktop.app.evaluate(({ app }) => ({
      accelerated: app.getGPUFeatureStatus().gpu_compositing === 'enabled',
      pid: app.getAppMetrics().find(({ type }) => type === 'GPU')?.pid ?? null,
    }));
    expect(gpu.accelerated).toBe(false);
    if (gpu.pid === null) throw new Error('there is no graphics process to kill');
    process.kill(gpu.pid, 'SIGKILL');
    await until(() => !processTree(desktop.pid).some(({ pid }) => pid === gpu.pid), 5_000, 'the graphics process is gone');
    await desktop.page.getByRole('textbox').fill('still here');
    const picture = await desktop.page.screenshot();
    expect({ text: await desktop.page.getByRole('textbox').inputValue(), drawn: picture.length > 5_000 }).toEqual({ text: 'still here', drawn: true });
  } finally {
    await desktop.stop();
  }
});

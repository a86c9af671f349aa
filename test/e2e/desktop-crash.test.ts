import { expect, test } from 'vitest';
import { startLanguageModel } from '../fakes/language-model.ts';
import { startDesktop, type Desktop } from '../setup/desktop.ts';
import { processTree, until } from '../setup/earshot.ts';
import { startListener } from '../setup/listener.ts';
import { wordsOf } from '../setup/words.ts';

const sentences = [
  'The first sentence is about a mountain.',
  'The second sentence is about a river.',
  'The third sentence is about a garden.',
  'The fourth sentence is about a library.',
  'The fifth sentence is about a harbor.',
];

/** What the page shows, asked of main: a page that has crashed once is out of reach for Playwright. */
async function pageText(desktop: Desktop): Promise<string> {
  return desktop.app.evaluate(async ({ BrowserWindow }) => (await BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript('document.body.innerText')) as string);
}

async function pageShows(desktop: Desktop, condition: (text: string) => boolean, limitMs: number, what: string): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!condition(await pageText(desktop))) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms, but ${await pageText(desktop)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('a page that is killed in mid-answer comes back, and the rest of the answer is heard, no sentence twice', async () => {
  const model = await startLanguageModel(sentences.join(' '));
  const desktop = await startDesktop({ sound: true, settings: { services: { llm: { url: model.url } } } });
  const listener = await startListener();
  try {
    await desktop.show();
    await desktop.snapshotWhere((snapshot) => snapshot.status === 'idle', 120_000, 'the desktop is ready');
    const recording = await desktop.sound().recordSpeaker();
    await desktop.page.getByRole('textbox').fill('Tell me five things.');
    await desktop.page.keyboard.press('Enter');
    await desktop.snapshotWhere((snapshot) => snapshot.exchanges.at(-1)?.answer.includes('river') === true, 60_000, 'the second sentence is spoken');
    const pid = await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId());
    if (pid === undefined) throw new Error('there is no page');
    process.kill(pid, 'SIGKILL');
    await pageShows(desktop, (text) => text.includes('harbor') && text.includes('Ready'), 60_000, 'the page is back with the whole answer, and it is played');
    const heard = await listener.wordsOf(await recording.stop(), recording.rateHz);
    const words = wordsOf(heard);
    const counts = ['mountain', 'river', 'garden', 'library', 'harbor', 'first', 'second', 'third', 'fourth', 'fifth'].map((word) => words.filter((other) => other === word || other === word.replace('harbor', 'harbour')).length);
    expect({ heard, counts }).toEqual({ heard, counts: counts.map(() => 1) });
  } finally {
    await listener.stop();
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
    if (gpu.pid !== null) {
      process.kill(gpu.pid, 'SIGKILL');
      await until(() => !processTree(desktop.pid).some(({ pid }) => pid === gpu.pid), 5_000, 'the graphics process is gone');
    }
    await desktop.page.getByRole('textbox').fill('still here');
    const picture = await desktop.page.screenshot();
    expect({ text: await desktop.page.getByRole('textbox').inputValue(), drawn: picture.length > 5_000 }).toEqual({ text: 'still here', drawn: true });
  } finally {
    await desktop.stop();
  }
});

import { AxeBuilder } from '@axe-core/playwright';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { channels, type Snapshot } from '../../preload/contract.ts';
import { startDesktop, type Desktop } from '../setup/desktop.ts';

let desktop: Desktop;
let config: string;

beforeAll(async () => {
  config = await mkdtemp(join(tmpdir(), 'earshot-config-'));
  desktop = await startDesktop({ sound: true, env: { XDG_CONFIG_HOME: config } });
  await desktop.show();
});

afterAll(async () => {
  await desktop.stop();
  await rm(config, { recursive: true, force: true });
});

/** What axe finds wrong, in light and in dark. */
async function violations(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await desktop.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // axe opens a second page otherwise, which Earshot refuses.
    const { violations: wrong } = await new AxeBuilder({ page: desktop.page }).setLegacyMode(true).analyze();
    found.push(...wrong.map(({ id, nodes }) => `${colorScheme}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`));
  }
  return found;
}

/** Shows events of these severities, whatever really happened. */
async function plantEvents(severities: readonly Snapshot['events'][number]['severity'][]): Promise<void> {
  const real = await desktop.snapshot();
  const events: Snapshot['events'] = severities.map((severity) => ({ at: new Date().toISOString(), severity, text: `The voice (${severity}).`, detail: severity === 'error' ? 'exit code 1' : null }));
  await desktop.app.evaluate(
    ({ BrowserWindow }, { channel, planted }) => {
      for (const window of BrowserWindow.getAllWindows()) window.webContents.send(channel, planted);
    },
    { channel: channels.snapshot, planted: { ...real, events } },
  );
}

/** As much of an element as is asked of it here; the tests know no page of their own. */
interface FocusedElement {
  readonly tagName: string;
  readonly ariaLabel: string | null;
  readonly textContent: string | null;
  readonly labels?: ArrayLike<{ readonly textContent: string | null }>;
}

/** Presses Tab until the focus is on the control with this name, at most once around the page. */
async function tabTo(name: RegExp): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await desktop.page.keyboard.press('Tab');
    const focused = await desktop.page.evaluate(() => {
      const { activeElement } = (globalThis as unknown as { readonly document: { readonly activeElement: FocusedElement | null } }).document;
      const named = activeElement?.ariaLabel ?? activeElement?.labels?.[0]?.textContent;
      return `${activeElement?.tagName ?? ''} ${named ?? (/^(BUTTON|SUMMARY)$/.test(activeElement?.tagName ?? '') ? activeElement?.textContent : null) ?? ''}`;
    });
    if (name.test(focused)) return;
  }
  throw new Error(`the keyboard does not get to ${String(name)}`);
}

test('axe finds nothing while it starts, when it is ready, with everything unfolded, and in a conversation', async () => {
  expect(await violations()).toEqual([]);
  await desktop.snapshotWhere(({ status }) => status === 'idle', 120_000, 'the desktop is ready');
  expect(await violations()).toEqual([]);
  await desktop.page.getByRole('textbox').fill('What is the capital of France?');
  await desktop.page.keyboard.press('Enter');
  await desktop.snapshotWhere(({ exchanges, status }) => exchanges.at(-1)?.state === 'done' && status === 'idle', 60_000, 'an answer');
  await desktop.page.getByRole('button', { name: /^services/i }).click();
  await desktop.page.getByText('Why it runs like this').click();
  expect(await desktop.page.locator('[data-part="explanation"]').innerText()).toContain('Speech recognition: whisper-base (int8) on the processor');
  await desktop.page.getByText('What happened').click();
  await plantEvents([]);
  expect(await desktop.page.locator('.happenings').innerText()).toContain('Nothing to report.');
  expect(await violations()).toEqual([]);
  // What a bad day would have left, in every colour there is for it.
  await plantEvents(['info', 'warning', 'error']);
  await desktop.page.getByText('Details').click();
  expect(await violations()).toEqual([]);
  await desktop.page.getByRole('button', { name: 'Settings' }).click();
  expect(await violations()).toEqual([]);
  await desktop.page.getByRole('button', { name: 'Settings' }).click();
  await desktop.sound().unplugMicrophone();
  await desktop.snapshotWhere(({ notices }) => notices.length > 0, 30_000, 'a notice');
  expect(await violations()).toEqual([]);
  await desktop.sound().plugMicrophone();
  await desktop.snapshotWhere(({ notices }) => notices.length === 0, 30_000, 'no notice');
  await desktop.page.getByRole('button', { name: /^services/i }).click();
});

test('what is chosen in the settings holds at once: when engines rest, and that the session starts Earshot', async () => {
  const entry = join(config, 'autostart', 'earshot.desktop');
  await desktop.page.getByRole('button', { name: 'Settings' }).click();
  await desktop.page.getByLabel('Voice rests after').selectOption('30 minutes');
  await desktop.snapshotWhere(({ rest }) => rest.some(({ service, minutes }) => service === 'tts' && minutes === 30), 5_000, 'the voice rests after half an hour');
  await desktop.page.getByLabel('Start Earshot when I log in').click();
  await desktop.snapshotWhere(({ startsAtLogin }) => startsAtLogin, 5_000, 'the session starts Earshot');
  const command = /^Exec=(.*)$/m.exec(await readFile(entry, 'utf8'))?.[1] ?? '';
  expect(command.split(' ')).toEqual(['env', `EARSHOT_HOME=${desktop.home}`, expect.stringMatching(/electron$/), expect.stringMatching(/^\//)]);
  await desktop.page.getByLabel('Start Earshot when I log in').click();
  await desktop.snapshotWhere(({ startsAtLogin }) => !startsAtLogin, 5_000, 'the session does not start Earshot');
  expect(existsSync(entry)).toBe(false);
  await desktop.page.getByRole('button', { name: 'Settings' }).click();
});

test('everything can be done by keyboard: ask, mute, unfold, switch to press to talk, hold to talk, close', async () => {
  const before = (await desktop.snapshot()).exchanges.length;
  await tabTo(/your question/i);
  await desktop.page.keyboard.type('What is the capital of Spain?');
  await desktop.page.keyboard.press('Enter');
  await desktop.snapshotWhere(({ exchanges, status }) => exchanges.length === before + 1 && exchanges.at(-1)?.state === 'done' && status === 'idle', 60_000, 'an answer');

  await tabTo(/^BUTTON Mute/);
  await desktop.page.keyboard.press('Enter');
  await desktop.snapshotWhere(({ listening }) => listening.muted, 5_000, 'muted');
  await desktop.page.keyboard.press('Enter');
  await desktop.snapshotWhere(({ listening }) => !listening.muted, 5_000, 'unmuted');

  await tabTo(/^BUTTON Settings$/);
  await desktop.page.keyboard.press('Enter');
  await tabTo(/^INPUT Hands-free/);
  await desktop.page.keyboard.press('ArrowDown');
  await desktop.snapshotWhere(({ listening }) => listening.mode === 'press-to-talk', 5_000, 'press to talk');
  expect(await violations()).toEqual([]);
  await tabTo(/^BUTTON Settings$/);
  await desktop.page.keyboard.press('Enter');

  await tabTo(/^BUTTON Services/);
  await desktop.page.keyboard.press('Enter');
  await tabTo(/^UL Services/);
  await desktop.page.keyboard.down('Space');
  await desktop.snapshotWhere(({ listening }) => listening.pressed, 5_000, 'held');
  await desktop.page.keyboard.up('Space');
  await desktop.snapshotWhere(({ listening }) => !listening.pressed, 5_000, 'let go');
  await tabTo(/^SUMMARY Why it runs like this/);
  await desktop.page.keyboard.press('Space');
  await desktop.page.locator('[data-part="explanation"]').waitFor({ state: 'visible', timeout: 5_000 });

  await tabTo(/^BUTTON Close/);
  await desktop.page.keyboard.press('Enter');
  const deadline = performance.now() + 5_000;
  while (await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().some((window) => window.isVisible()))) {
    if (performance.now() > deadline) throw new Error('the window does not close');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

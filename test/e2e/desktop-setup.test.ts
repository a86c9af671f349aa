import { AxeBuilder } from '@axe-core/playwright';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { userFolders } from '../../main/platform/folders.ts';
import { writeSettings } from '../../main/telemetry/io/linked-home.ts';
import type { Command, EarshotBridge, Exchange } from '../../preload/contract.ts';
import { earshotEnvironment } from '../setup/cache.ts';
import { startDesktop, type Desktop } from '../setup/desktop.ts';

/** A computer that has never run Earshot, but for the downloads, which come from what the tests have kept. */
let home: string;
let index: Server;
let desktop: Desktop;
let question = 0;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'earshot-new-'));
  const kept = userFolders(earshotEnvironment());
  for (const folder of ['config', 'data', 'logs']) await mkdir(join(home, folder));
  for (const name of ['models', 'tools']) await symlink(join(kept.data, name), join(home, 'data', name));
  await symlink(kept.cache, join(home, 'cache'));
  await writeSettings(home, {});
  index = await startSilentIndex();
  desktop = await startDesktop({ home, sound: true });
});

afterAll(async () => {
  await desktop.stop();
  index.closeAllConnections();
  index.close();
  await rm(home, { recursive: true, force: true, maxRetries: 3 });
});

/** A package index that is there, and lets everybody wait who wants something of it. */
async function startSilentIndex(): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/' || request.url === '/simple/') response.end('<!doctype html><title>Simple index</title>');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

function send(command: Command): Promise<void> {
  return desktop.page.evaluate((sent) => (globalThis as unknown as { readonly earshot: EarshotBridge }).earshot.send(sent), command);
}

/** What Earshot answers to a question in writing. */
async function answerTo(text: string): Promise<Exchange['state']> {
  question += 1;
  await desktop.page.getByRole('textbox').fill(text);
  await desktop.page.keyboard.press('Enter');
  const { exchanges } = await desktop.snapshotWhere((snapshot) => ['done', 'failed'].includes(snapshot.exchanges[question - 1]?.state ?? ''), 120_000, `the answer to “${text}”`);
  return exchanges[question - 1]?.state ?? 'failed';
}

async function violations(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await desktop.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations: wrong } = await new AxeBuilder({ page: desktop.page }).setLegacyMode(true).analyze();
    found.push(...wrong.map(({ id, nodes }) => `${colorScheme}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`));
  }
  return found;
}

test('the first set-up shows itself and how far it is, can be cancelled, goes on where it was, and ends with an answer', async () => {
  await desktop.snapshotWhere(({ setup }) => setup?.where === 'first' && setup.steps.some(({ state }) => state === 'running'), 120_000, 'a step of the set-up');
  expect(await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().some((window) => window.isVisible()))).toBe(true);
  await desktop.page.getByRole('progressbar').first().waitFor({ timeout: 10_000 });
  expect(await violations()).toEqual([]);

  await desktop.page.getByRole('button', { name: 'Cancel' }).click();
  const stopped = await desktop.snapshotWhere(({ setup, notices }) => setup?.state === 'ended' && notices.some(({ id }) => id === 'setup-failed'), 60_000, 'the set-up is stopped');
  expect(stopped.notices.filter(({ id }) => id === 'setup-failed').map(({ title, actions }) => [title, actions.map((action) => action.title)])).toEqual([['Setting up was stopped.', ['Go on']]]);
  expect(await violations()).toEqual([]);

  await desktop.page.getByRole('button', { name: 'Go on' }).click();
  await desktop.snapshotWhere(({ services, setup }) => setup === null && services.length > 0 && services.every(({ state }) => state === 'ready'), 280_000, 'everything runs');
  expect(await answerTo('What is the capital of France?')).toBe('done');
});

test('what a person adds is set up beside the conversation, which answers meanwhile, after it was cancelled, and after it was taken back', async () => {
  const { port } = index.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}/simple/`;
  await writeSettings(home, { downloads: { packageIndex: address, torchIndex: address } });
  await send({ kind: 'remedy', id: 'use-torch-build', arguments: { build: 'cu124' } });
  await desktop.snapshotWhere(({ setup }) => setup?.where === 'background' && setup.steps.length > 0, 120_000, 'a set-up in the background');
  const strip = desktop.page.getByRole('button', { name: /^Setting up/ });
  await strip.waitFor({ timeout: 10_000 });
  expect(await answerTo('What is the capital of Italy?')).toBe('done');
  expect((await desktop.snapshot()).setup?.where).toBe('background');
  await strip.click();
  expect(await violations()).toEqual([]);

  await desktop.page.getByRole('button', { name: 'Cancel' }).click();
  const { notices } = await desktop.snapshotWhere(({ setup, notices: said }) => setup === null && said.some(({ id }) => id === 'set-up-unfinished'), 60_000, 'the set-up is stopped');
  expect(notices.find(({ id }) => id === 'set-up-unfinished')?.actions.map(({ title }) => title)).toEqual(['Go on', 'Leave it as it was']);
  expect(await answerTo('What is the capital of Spain?')).toBe('done');

  await desktop.page.getByRole('button', { name: 'Leave it as it was' }).click();
  await desktop.snapshotWhere(({ setup, notices: said }) => setup === null && !said.some(({ id }) => id === 'set-up-unfinished'), 60_000, 'it was taken back');
  expect(await answerTo('What is the capital of Germany?')).toBe('done');
  expect(JSON.parse(await readFile(join(home, 'config', 'settings.json'), 'utf8'))).toMatchObject({ overrides: { torchBuild: null } });
});

import { listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installedUv } from '../../main/environment/io/uv.ts';
import { userFolders } from '../../main/platform/folders.ts';
import { linkedHome, removeHome } from '../../main/telemetry/io/linked-home.ts';
import { packageApp, type PackagedFolder } from '../../package.ts';
import type { EarshotBridge, Exchange, ServiceRow } from '../../preload/contract.ts';
import { earshotEnvironment } from '../setup/cache.ts';
import { startDisplay } from '../setup/display.ts';
import { environmentOf, processes, until } from '../setup/earshot.ts';
import { repository } from '../setup/prepare.ts';
import { startPackaged, type PackagedApp } from './packaged-app.ts';

const readyLimitMs = 180_000;
const answerLimitMs = 90_000;
/** Design, P5: five seconds for the services; and Electron's own end after that. */
const quitLimitMs = 7_000;

/** What a test adds to the page: the newest state it was given. */
type TestedPage = typeof globalThis & {
  readonly document: { readonly body: { readonly textContent: string } };
  readonly earshot: EarshotBridge;
  newest?: { readonly services: readonly ServiceRow[]; readonly exchanges: readonly Exchange[] };
};

let output: string;
let packaged: PackagedFolder;
let home: string;
let app: PackagedApp;
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  output = await mkdtemp(join(tmpdir(), 'earshot-package-'));
  ends.push(() => rm(output, { recursive: true, force: true }));
  packaged = await packageApp(output, userFolders(earshotEnvironment()));
  const linked = await linkedHome(userFolders(earshotEnvironment()), {});
  if (linked === null) throw new Error('the product is not installed in the home of the tests: npm test does it first');
  home = linked;
  ends.push(() => removeHome(home));
  const display = await startDisplay();
  ends.push(display.stop);
  // Started from its own folder: nothing of the checkout is in reach.
  app = await startPackaged(packaged.executable, { ...display.env, OLLAMA_HOST: earshotEnvironment()['OLLAMA_HOST'] ?? '', EARSHOT_HOME: home }, output);
  ends.push(app.kill);
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** Settles with the page's newest state once `condition` holds for it. */
async function stateWhere(condition: (state: NonNullable<TestedPage['newest']>) => boolean, limitMs: number): Promise<NonNullable<TestedPage['newest']>> {
  let state: TestedPage['newest'];
  const deadline = performance.now() + limitMs;
  for (;;) {
    state = await app.page.evaluate(() => {
      const page = globalThis as TestedPage;
      // Kept for the life of the page: each further listener would announce the page anew.
      page.newest ??= (page.earshot.onSnapshot((newest) => (page.newest = newest)), { services: [], exchanges: [] });
      return page.newest;
    });
    if (condition(state)) return state;
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms: ${JSON.stringify(state)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('the package consists of the bundles, what they need beside them, and nothing of the checkout', async () => {
  const resources = join(packaged.folder, 'resources');
  const archive = join(resources, 'app.asar');
  const held = listPackage(archive, { isPack: false });
  expect(held.filter((path) => path !== '/package.json' && !/^\/dist(\/|$)/.test(path))).toEqual([]);
  expect(held).toEqual(expect.arrayContaining(['/package.json', '/dist/index.cjs', '/dist/preload.cjs', '/dist/renderer/index.html']));
  expect((await readdir(resources)).sort()).toEqual(['LICENSE', 'NOTICES.md', 'app.asar', 'assets', 'python', 'tools']);
  const files = (await readdir(resources, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  expect(files.filter((file) => /__pycache__|\.pyc$|test_|\.map$/.test(file))).toEqual([]);
  expect(files.filter((file) => readFileSync(file).includes(repository))).toEqual([]);
});

test('it carries the uv of its lock, with the licences of that, and needs no other', async () => {
  const resources = join(packaged.folder, 'resources');
  const pinned = /^uv==(\S+)/m.exec(readFileSync(join(resources, 'python', 'locks', 'uv.txt'), 'utf8'))?.[1] ?? '';
  const folder = join(resources, 'tools', `uv-${pinned}`);
  expect((await readdir(folder, { recursive: true })).sort()).toEqual(['bin', join('bin', 'uv'), 'licenses', join('licenses', 'LICENSE-APACHE'), join('licenses', 'LICENSE-MIT')]);
  // A home where nothing was ever installed.
  const found = await installedUv(userFolders({ EARSHOT_HOME: join(output, 'new-home') }), resources);
  expect((await found?.run(['--version']))?.stdout).toMatch(new RegExp(`^uv ${pinned.replaceAll('.', String.raw`\.`)}\\b`));
});

test('its fuses close every way to run other code with its name', async () => {
  const wire = await getCurrentFuseWire(packaged.executable);
  function isOn(fuse: FuseV1Options): boolean {
    // In the executable a fuse is the digit 0 or 1.
    return String.fromCharCode(wire[fuse] ?? 0) === '1';
  }
  expect({
    runAsNode: isOn(FuseV1Options.RunAsNode),
    nodeOptions: isOn(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
    nodeInspect: isOn(FuseV1Options.EnableNodeCliInspectArguments),
    cookieEncryption: isOn(FuseV1Options.EnableCookieEncryption),
    onlyFromAsar: isOn(FuseV1Options.OnlyLoadAppFromAsar),
    asarIntegrity: isOn(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
  }).toEqual({ runAsNode: false, nodeOptions: false, nodeInspect: false, cookieEncryption: false, onlyFromAsar: true, asarIntegrity: true });
});

test('its page is ours and knows nothing of Node', async () => {
  expect(app.page.url).toBe('app://earshot/index.html');
  const known = await app.page.evaluate(() => ['require', 'process', 'module', 'Buffer', 'global'].filter((name) => name in globalThis));
  expect(known).toEqual([]);
});

test('its services become ready, and a typed question gets its answer', async () => {
  const { services } = await stateWhere((state) => state.services.length > 0 && state.services.every((service) => service.state === 'ready'), readyLimitMs);
  expect(services.map(({ id }) => id).sort()).toEqual(['conversation', 'llm', 'stt', 'tts']);
  await app.page.evaluate(() => (globalThis as TestedPage).earshot.send({ kind: 'ask', text: 'What is the capital of France?' }));
  const { exchanges } = await stateWhere((state) => state.exchanges.some((exchange) => exchange.state === 'done' || exchange.state === 'failed'), answerLimitMs);
  expect(exchanges).toMatchObject([{ asked: 'typed', question: 'What is the capital of France?', state: 'done', problem: null }]);
  const answer = exchanges[0]?.answer ?? '';
  expect(answer).toContain('Paris');
  expect(await app.page.evaluate(() => (globalThis as TestedPage).document.body.textContent)).toContain(answer);
});

test('it quits in order and leaves no process behind', async () => {
  function ours(): readonly string[] {
    return processes()
      .filter(({ pid, command }) => command.includes(output) || environmentOf(pid).includes(home))
      .map(({ command }) => command);
  }
  expect(ours().length).toBeGreaterThan(4);
  // The page ends before it hears that its command was taken.
  void app.page.evaluate(() => (globalThis as TestedPage).earshot.send({ kind: 'quit' })).catch(() => undefined);
  expect(await app.ended(quitLimitMs)).toBe(0);
  await until(() => ours().length === 0, 1_000, 'the end of every process');
});

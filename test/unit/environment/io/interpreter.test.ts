import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { expect, test, vi, onTestFinished } from 'vitest';
import { findInterpreter, type InterpreterOptions } from '../../../../main/environment/io/interpreter.ts';
import { runTool } from '../../../../main/environment/io/run-tool.ts';
import { installedUv, type Uv } from '../../../../main/environment/io/uv.ts';
import { rememberedPythonFailure, userFolders, type Folders } from '../../../../main/platform/folders.ts';
import { startWebServer, type WebServer } from '../../../fakes/web-server.ts';
import { repository } from '../../../setup/prepare.ts';
import { realUv, uvData } from '../../real-uv.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

// The real uv, on cores that others use as well.
vi.setConfig({ testTimeout: 120_000 });

/** uv runs every Python that it considers, and those are several here. */
const limitMs = 60_000;
const nowMs = Date.UTC(2026, 10, 21);

interface Bench {
  readonly uv: Uv;
  readonly folders: Folders;
  /** Where a Python would be fetched from: it has none. */
  readonly mirror: WebServer;
  readonly ask: (options?: Partial<InterpreterOptions>) => ReturnType<typeof findInterpreter>;
}

/** A new home with the real uv. Its person has named a mirror. */
async function bench(): Promise<Bench> {
  const mirror = await startWebServer((_request, response) => response.writeHead(404).end());
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  vi.stubEnv('UV_PYTHON_INSTALL_MIRROR', `${mirror.origin}/pythons`);
  vi.stubEnv('NO_PROXY', '127.0.0.1');
  await realUv();
  const folders = userFolders({ EARSHOT_HOME: temporaryFolder() });
  mkdirSync(folders.data);
  symlinkSync(join(uvData, 'tools'), join(folders.data, 'tools'));
  const uv = await installedUv(folders, repository);
  if (uv === null) throw new Error('the tests’ home lost its uv');
  return { uv, folders, mirror, ask: (options = {}) => findInterpreter(uv, { folders, versions: ['3.11', '3.12', '3.13'], nowMs, ...options }) };
}

async function seriesOf(python: string): Promise<string> {
  return (await runTool(python, ['-I', '-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], { env: {} })).stdout;
}

/** A Python like that at `path` in a folder of its own. */
async function copyOf(path: string, folder: string): Promise<string> {
  const program = 'import os, sys; print(os.path.realpath(sys.executable)); print(sys.base_prefix)';
  const [executable = '', prefix = ''] = (await runTool(path, ['-I', '-c', program], { env: {} })).stdout.split('\n');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  copyFileSync(executable, join(folder, 'bin', 'python3.11'));
  symlinkSync(join(prefix, 'lib'), join(folder, 'lib'));
  return folder;
}

test('where none can be fetched, a real Python of this computer is found; the failure is remembered, and not paid for again that day', async () => {
  const { ask, folders, mirror } = await bench();
  const first = await ask();
  expect(first.origin).toBe('system');
  expect(await seriesOf(first.path)).toBe(first.series);
  expect(mirror.requests).toEqual([expect.stringContaining('/pythons/') as string]);
  expect(JSON.parse(readFileSync(rememberedPythonFailure(folders), 'utf8'))).toEqual({ source: `${mirror.origin}/pythons`, failedMs: nowMs });

  expect(await ask({ nowMs: nowMs + 3_600_000 })).toEqual(first);
  expect(mirror.requests.length).toBe(1);
  expect(await ask({ nowMs: nowMs + 25 * 3_600_000 })).toEqual(first);
  expect(mirror.requests.length).toBe(2);
}, limitMs);

test('a managed Python that is there is taken before all others, and nothing is asked of the network', async () => {
  const { ask, uv, folders, mirror } = await bench();
  const { path } = await ask();
  const asked = mirror.requests.length;
  const version = (await runTool(path, ['-I', '-c', 'import platform; print(platform.python_version())'], { env: {} })).stdout;
  // As uv lays them out.
  await copyOf(path, join(folders.data, 'python', `cpython-${version}-linux-x86_64-gnu`));
  const found = await findInterpreter(uv, { folders, versions: ['3.11', '3.12', '3.13'], nowMs: nowMs + 30 * 3_600_000 });
  expect(found).toMatchObject({ origin: 'managed', path: expect.stringContaining(join(folders.data, 'python')) as string });
  expect(mirror.requests.length).toBe(asked);
}, limitMs);

test('a Python that will not do is passed over for one that will, and each is named when none does', async () => {
  const { ask, mirror } = await bench();
  const good = await ask();
  const conda = await copyOf(good.path, temporaryFolder());
  mkdirSync(join(conda, 'conda-meta'));
  const shop = temporaryFolder();
  writeFileSync(join(shop, 'python3.11'), '#!/bin/sh\necho "Python was not found; run without arguments to install from the shop"\nexit 49\n', { mode: 0o755 });

  vi.stubEnv('PATH', [shop, join(conda, 'bin'), dirname(good.path)].join(delimiter));
  expect(await ask()).toEqual(good);

  vi.stubEnv('PATH', [shop, join(conda, 'bin')].join(delimiter));
  vi.stubEnv('UV_HTTP_RETRIES', '0');
  const asked = mirror.requests.length;
  await expect(ask()).rejects.toMatchObject({
    fault: {
      id: 'python-missing',
      title: expect.stringMatching(/those on this computer will not do/) as string,
      detail: expect.stringMatching(new RegExp(`${conda}.*: it belongs to a Conda installation.*\\n.*could not be fetched`, 's')) as string,
    },
  });
  // Nothing else was left, so it was tried in spite of what was remembered.
  expect(mirror.requests.length).toBe(asked + 1);
}, limitMs);

test('who cancels is not told that there is no Python', async () => {
  const { ask } = await bench();
  await expect(ask({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
}, limitMs);

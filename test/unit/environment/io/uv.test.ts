import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { pythonForShim } from '../../../../main/environment/io/python.ts';
import { installedUv, type Uv } from '../../../../main/environment/io/uv.ts';
import { userFolders, type Folders } from '../../../../main/platform/folders.ts';
import { startPackageIndex, wheel, type Wheel } from '../../../fakes/package-index.ts';
import { repository } from '../../../setup/prepare.ts';
import { smallCheckout } from '../../small-checkout.ts';
import { useIndexAlone } from '../../real-uv.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

// The real uv, on cores that others use as well.
vi.setConfig({ testTimeout: 120_000 });

/** Greater than the mebibyte from which uv names a package. */
const large = largeWheel();
const small = wheel('small', '1.0', { 'small/__init__.py': '' });

function largeWheel(): Wheel {
  const program = `
import io, sys, zipfile
info = "large-1.0.dist-info/"
out = io.BytesIO()
with zipfile.ZipFile(out, "w") as wheel:
    wheel.writestr("large/weights.txt", "0123456789abcdef" * 2**18)
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: large\\nVersion: 1.0\\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: earshot-test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "".join(f"{each.filename},,\\n" for each in wheel.filelist) + info + "RECORD,,\\n")
sys.stdout.buffer.write(out.getvalue())`;
  const bytes = execFileSync('python3', ['-c', program], { maxBuffer: 2 ** 24 });
  return { name: 'large', version: '1.0', bytes, requirement: `large==1.0 --hash=sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}

interface HaltingIndex {
  readonly origin: string;
  readonly goOn: () => void;
  readonly close: () => void;
}

/** An index that tells what is in its packages, as the great ones do, and stops a download of the large one at its half until it is let go on. */
async function haltingIndex(): Promise<HaltingIndex> {
  const wheels = [large, small];
  const halted: ServerResponse[] = [];
  let isOpen = false;
  const half = Math.floor(large.bytes.length / 2);
  const index = await startPackageIndex(wheels, (path, response) => {
    const named = wheels.find(({ name }) => path === `/simple/${name}/` || path.startsWith(`/files/${name}-`));
    if (named === undefined) return false;
    if (path.startsWith('/simple/')) {
      const file = `${named.name}-1.0-py3-none-any.whl`;
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<a href="/files/${file}#sha256=${named.requirement.replace(/.*:/, '')}" data-core-metadata="true">${file}</a>`);
    } else if (path.endsWith('.metadata')) response.end(`Metadata-Version: 2.1\nName: ${named.name}\nVersion: 1.0\n`);
    else if (named === large && !isOpen) {
      response.writeHead(200, { 'content-length': large.bytes.length }).write(large.bytes.subarray(0, half));
      halted.push(response);
    } else return false;
    return true;
  });
  function goOn(): void {
    isOpen = true;
    for (const response of halted) response.end(large.bytes.subarray(half));
  }
  return { origin: index.origin, goOn, close: index.close };
}

interface Bench {
  readonly uv: Uv;
  readonly folders: Folders;
  readonly python: string;
  readonly install: readonly string[];
}

/** An empty environment and what installs `wheels` into it. */
async function bench(wheels: readonly Wheel[]): Promise<Bench> {
  const { uv, folders } = await smallCheckout();
  const python = (await pythonForShim({ PATH: process.env['PATH'] ?? '' })) ?? '';
  const environment = temporaryFolder();
  const lock = join(temporaryFolder(), 'lock.txt');
  writeFileSync(lock, wheels.map((each) => `${each.requirement}\n`).join(''));
  await uv.run(['venv', '--no-config', '--allow-existing', '--python', python, environment]);
  return { uv, folders, python, install: ['pip', 'install', '--python', environment, '--no-deps', '--require-hashes', '-r', lock] };
}

test('the bytes of a package are told while it arrives, and at the end all are there', async () => {
  const index = await haltingIndex();
  useIndexAlone(index.origin);
  const { uv, python, install } = await bench([large, small]);
  const expectedBytes = new Map([large, small].map(({ name, bytes }) => [name, bytes.length]));
  const wholeBytes = large.bytes.length + small.bytes.length;
  const lines: string[] = [];
  const told: (readonly [number, number | null])[] = [];
  const running = uv.keptBy(python).run(install, { expectedBytes, onLine: (line) => lines.push(line), onBytes: (...bytes) => told.push(bytes) });
  await expect.poll(() => told.at(-1)?.[0] ?? 0, { timeout: 20_000 }).toBeGreaterThan(0);
  expect(told.at(-1)?.[0]).toBeLessThan(large.bytes.length * 0.6);
  index.goOn();
  const { ok, lastLines } = await running;
  expect({ ok, last: told.at(-1), totals: new Set(told.map(([, total]) => total)) }).toEqual({ ok: true, last: [wholeBytes, wholeBytes], totals: new Set([wholeBytes]) });
  expect(lines).toEqual(['Downloading large (4.0 MiB)', expect.stringMatching(/^Prepared 2 packages in /), expect.stringMatching(/^Installed 2 packages in /)]);
  expect(lastLines).not.toMatch(/\x1b|\r/);
  expect(lastLines).toContain(' + small==1.0');
});

test('the second time all comes from the cache, and that is told too', async () => {
  const index = await haltingIndex();
  index.goOn();
  useIndexAlone(index.origin);
  const { uv, python, install } = await bench([large, small]);
  const expectedBytes = new Map([large, small].map(({ name, bytes }) => [name, bytes.length]));
  await uv.keptBy(python).run(install);
  index.close();
  const told: (readonly [number, number | null])[] = [];
  const { ok } = await uv.keptBy(python).run([...install, '--reinstall-package', 'large', '--offline'], { expectedBytes, onBytes: (...bytes) => told.push(bytes) });
  expect({ ok, last: told.at(-1)?.[0] }).toEqual({ ok: true, last: large.bytes.length + small.bytes.length });
});

test('without a shim there is no terminal, and the packages uv names are told as they arrive', async () => {
  const index = await haltingIndex();
  index.goOn();
  useIndexAlone(index.origin);
  const { uv, install } = await bench([large, small]);
  const told: number[] = [];
  const lines: string[] = [];
  const { ok } = await uv.run(install, { onLine: (line) => lines.push(line), onBytes: (received) => told.push(received) });
  expect({ ok, told: told.length > 1 && told[0] === 0 && (told.at(-1) ?? 0) === 4 * 2 ** 20 }).toEqual({ ok: true, told: true });
  expect(lines[0]).toBe('Downloading large (4.0MiB)');
});

test('cancelled, uv is gone at once, the environment has nothing of it, and the next run succeeds with the same cache', async () => {
  const index = await haltingIndex();
  useIndexAlone(index.origin);
  const { uv, folders, python, install } = await bench([large, small]);
  const cancel = new AbortController();
  const running = uv.keptBy(python).run(install, {
    signal: cancel.signal,
    onBytes: (received) => {
      // uv draws now and then: what it drew last before the index halted can be any part of the half that arrived.
      if (received > 0) cancel.abort();
    },
  });
  expect(await running).toMatchObject({ ok: false, cancelled: true });
  const cache = join(folders.cache, 'uv');
  expect(uvsWorkingIn(cache)).toEqual([]);
  const halfFetched = readdirSync(cache).filter((name) => name.startsWith('.tmp'));
  expect(halfFetched.length).toBeGreaterThan(0);
  expect((await uv.tidyCache()).ok).toBe(true);
  expect(readdirSync(cache).filter((name) => name.startsWith('.tmp'))).toEqual([]);

  index.goOn();
  expect(await uv.keptBy(python).run(install)).toMatchObject({ ok: true, cancelled: false });
  // Tidied again, the cache still has all that was fetched whole.
  await uv.tidyCache();
  expect(await uv.run([...install, '--reinstall', '--offline'])).toMatchObject({ ok: true });
});

test('a run that was cancelled before it began starts nothing', async () => {
  const { uv, python } = await bench([]);
  expect(await uv.keptBy(python).run(['--version'], { signal: AbortSignal.abort() })).toEqual({ ok: false, cancelled: true, stdout: '', lastLines: '' });
});

/** Commands of the processes that were given this cache. */
function uvsWorkingIn(cache: string): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(cache) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : [];
    } catch {
      return [];
    }
  });
}

/** A folder laid out as a packaged app's, whose uv prints what it was given. */
function appWithUv(): string {
  const root = temporaryFolder();
  mkdirSync(join(root, 'python', 'locks'), { recursive: true });
  copyFileSync(join(repository, 'python', 'locks', 'uv.txt'), join(root, 'python', 'locks', 'uv.txt'));
  const version = /^uv==(\S+)/m.exec(readFileSync(join(root, 'python', 'locks', 'uv.txt'), 'utf8'))?.[1] ?? '';
  const bin = join(root, 'tools', `uv-${version}`, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'uv'), '#!/bin/sh\nenv\n', { mode: 0o755 });
  return root;
}

test('the uv that came with the app is taken where nothing was ever installed', async () => {
  const folders = userFolders({ EARSHOT_HOME: join(temporaryFolder(), 'home') });
  expect(await installedUv(folders, appWithUv())).not.toBeNull();
  expect(await installedUv(folders, repository)).toBeNull();
  expect(existsSync(folders.data)).toBe(false);
});

test('uv waits longer for a slow line, unless the person or the run says how long', async () => {
  const uv = await installedUv(userFolders({ EARSHOT_HOME: temporaryFolder() }), appWithUv());
  async function settings(preset: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
    const { stdout } = (await uv?.run([], { preset })) ?? { stdout: '' };
    return stdout.split('\n').filter((line) => /^UV_(HTTP|CONCURRENT)/.test(line)).sort();
  }
  vi.stubEnv('UV_HTTP_TIMEOUT', undefined);
  vi.stubEnv('UV_HTTP_RETRIES', undefined);
  expect(await settings()).toEqual(['UV_HTTP_TIMEOUT=60']);
  expect(await settings({ UV_HTTP_TIMEOUT: '10', UV_HTTP_RETRIES: '0' })).toEqual(['UV_HTTP_RETRIES=0', 'UV_HTTP_TIMEOUT=10']);
  vi.stubEnv('UV_HTTP_TIMEOUT', '300');
  expect(await settings({ UV_HTTP_TIMEOUT: '10' })).toEqual(['UV_HTTP_TIMEOUT=300']);
  vi.unstubAllEnvs();
});

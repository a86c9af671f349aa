import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freeDiskSpace, tryAgain } from '../../../../main/environment/install-remedies.ts';
import { fetchModel } from '../../../../main/environment/io/model-store.ts';
import { FaultError } from '../../../../main/platform/fault.ts';
import type { Model } from '../../../../main/plan/catalogue.ts';
import { startHub, tinyModel } from '../../../fakes/hub.ts';
import { startWebServer } from '../../../fakes/web-server.ts';
import { oneMebibyteDisk } from '../../small-disk.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const tooLarge = Buffer.alloc(2 * 1024 ** 2, 'weights ');
const config = Buffer.from('{"layers": 2}');

/** Fetches the whole of `model` onto `disk`; the fault it ends with, and every file that is there then. */
async function fetchOnto(
  disk: string,
  model: Model,
  from: { hubEndpoint?: string; sitePackages?: string; localFolder?: string },
): Promise<{ fault: unknown; files: readonly string[] }> {
  const fault = await fetchModel({ folder: disk, localFolder: from.localFolder }, model, model.files, {
    uv: { version: 'none', run: () => Promise.reject(new Error('no source here needs uv')) },
    hubEndpoint: from.hubEndpoint ?? 'http://127.0.0.1:1',
    sitePackages: from.sitePackages === undefined ? {} : { voice: from.sitePackages },
    onLine: () => undefined,
  }).catch((error: unknown) => (error instanceof FaultError ? error.fault : error));
  const files = readdirSync(disk, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return { fault, files: files.map((file) => file.name) };
}

function diskFull(size: string): unknown {
  return {
    id: 'disk-full',
    title: `The disk is full: A tiny model (${size}) could not be stored.`,
    detail: expect.stringContaining('no space left on device') as string,
    cure: 'Free some space and start again; what has arrived is kept.',
    remedies: [freeDiskSpace, tryAgain],
  };
}

test('a disk that fills up during a download is said, and no half file is visible', async (context) => {
  const disk = oneMebibyteDisk(context);
  const hub = await startHub({ 'model.bin': [tooLarge] });
  expect(await fetchOnto(disk, tinyModel({ 'model.bin': tooLarge }), { hubEndpoint: hub.origin })).toEqual({ fault: diskFull('2.0 MiB'), files: [] });
});

test('what fitted before the disk was full is kept', async (context) => {
  const disk = oneMebibyteDisk(context);
  const hub = await startHub({ 'config.json': [config], 'model.bin': [tooLarge] });
  expect(await fetchOnto(disk, tinyModel({ 'config.json': config, 'model.bin': tooLarge }), { hubEndpoint: hub.origin })).toEqual({
    fault: diskFull('2.0 MiB'),
    files: ['config.json', 'config.json.verified'],
  });
});

test('a full disk is said even when a later source has no such file', async (context) => {
  const disk = oneMebibyteDisk(context);
  const hub = await startHub({ 'model.bin': [tooLarge] });
  const mirror = await startWebServer((_request, response) => response.writeHead(404).end());
  const model = tinyModel({ 'model.bin': tooLarge });
  const sources = [...model.sources, { kind: 'url' as const, files: { 'model.bin': `${mirror.origin}/model.bin` } }];
  expect(await fetchOnto(disk, { ...model, sources }, { hubEndpoint: hub.origin })).toEqual({ fault: diskFull('2.0 MiB'), files: [] });
});

test('a disk that fills up while a local copy is made is said too', async (context) => {
  const disk = oneMebibyteDisk(context);
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'model.bin'), tooLarge);
  const model = tinyModel({ 'model.bin': tooLarge }, [{ kind: 'environment', environment: 'voice', files: { 'model.bin': 'model.bin' } }]);
  expect(await fetchOnto(disk, model, { sitePackages: folder })).toEqual({ fault: diskFull('2.0 MiB'), files: [] });
  expect(await fetchOnto(disk, model, { localFolder: folder })).toEqual({ fault: diskFull('2.0 MiB'), files: [] });
});

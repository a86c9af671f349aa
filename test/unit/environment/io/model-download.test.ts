import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { missingFiles } from '../../../../main/environment/io/model-store.ts';
import type { Model } from '../../../../main/plan/catalogue.ts';
import { startFileServer } from '../../../fakes/file-server.ts';
import { startHub, tinyModel } from '../../../fakes/hub.ts';
import { deadOrigin, startWebServer } from '../../../fakes/web-server.ts';
import { config, contentsOf, emptyStore, fetchMissing, one, two, weights } from './fetch-missing.ts';

test('an interrupted model is gone on with, over restarts and over sources, and how much of it is here is told from the start', async () => {
  const large = randomBytes(3 * 1024 ** 2);
  const flaky = await startFileServer(large, [{ cutAt: 2_000_000 }, { status: 404 }]);
  const steady = await startFileServer(large);
  function modelFrom(...urls: readonly string[]): Model {
    return tinyModel({ 'model.bin': large }, urls.map((url) => ({ kind: 'url' as const, files: { 'model.bin': url } })));
  }
  const store = emptyStore();
  const interrupted = await fetchMissing(store, modelFrom(flaky.url), 'http://127.0.0.1:1');
  const told: (readonly [number, number])[] = [];
  const model = modelFrom(await deadOrigin(), steady.url);
  const { fault } = await fetchMissing(store, model, 'http://127.0.0.1:1', { onBytes: (received, total) => told.push([received, total]) });
  expect({
    interrupted: interrupted.fault?.id,
    fault,
    sent: steady.sent,
    missing: await missingFiles(store, model, { rehash: true }),
    left: readdirSync(store.folder),
    last: told.at(-1),
  }).toEqual({ interrupted: 'download-failed', fault: null, sent: [{ from: 2_000_000, bytes: large.length - 2_000_000 }], missing: [], left: ['tiny'], last: [large.length, large.length] });
  expect(told[0]?.[0]).toBeGreaterThan(2_000_000);
});

test('small files come four at a time, and never more', async () => {
  const names = Array.from({ length: 10 }, (_, index) => `voice-${index}.txt`);
  const files = Object.fromEntries(names.map((name) => [name, Buffer.from(name)]));
  const waiting: (() => void)[] = [];
  const counts: number[] = [];
  const hub = await startWebServer((request, response) => {
    waiting.push(() => response.end(files[(request.url ?? '').split('/').at(-1) ?? '']));
    counts.push(waiting.length);
    // Only when four wait are they answered, so fewer at a time would wait for ever; the last two are alone.
    if (waiting.length === 4 || counts.length >= 9) for (const end of waiting.splice(0)) end();
  });
  const store = emptyStore();
  const model = tinyModel(files);
  expect({ ...(await fetchMissing(store, model, hub.origin)), most: Math.max(...counts), missing: await missingFiles(store, model, { rehash: true }) }).toEqual({
    lines: [],
    fault: null,
    most: 4,
    missing: [],
  });
});

test('one file that a source lacks does not keep its others away', async () => {
  const hub = await startHub({ 'config.json': [config] });
  const store = emptyStore();
  const { fault } = await fetchMissing(store, two, hub.origin);
  expect([fault?.id, contentsOf(store)]).toEqual(['download-failed', { 'tiny/config.json': '{"layers' }]);
});

test('a cancelled model stops at once, tells nobody of a fault, and is gone on with later', async () => {
  const large = randomBytes(3 * 1024 ** 2);
  const server = await startFileServer(large, [{ stallAt: 1_500_000 }, {}]);
  const model = tinyModel({ 'model.bin': large }, [{ kind: 'url', files: { 'model.bin': server.url } }]);
  const store = emptyStore();
  const cancel = new AbortController();
  const cancelled = fetchMissing(store, model, 'http://127.0.0.1:1', {
    signal: cancel.signal,
    onBytes: (received) => {
      if (received === 1_500_000) cancel.abort();
    },
  });
  await expect(cancelled).rejects.toThrow('aborted');
  expect((await fetchMissing(store, model, 'http://127.0.0.1:1')).fault).toBeNull();
  expect(server.sent.map(({ from }) => from)).toEqual([0, 1_500_000]);
});

test('a partial download that nobody went on with for a month is removed', async () => {
  const store = emptyStore();
  const flaky = await startHub({ 'model.bin': [{ bytes: weights, cutAfter: 100_000 }] });
  await fetchMissing(store, one, flaky.origin);
  const folder = join(store.folder, '.partial');
  const [begun = ''] = readdirSync(folder).filter((name) => name.endsWith('.part'));
  const weeksAgo = Date.now() / 1000 - 25 * 86_400;
  utimesSync(join(folder, begun), weeksAgo, weeksAgo);
  const hub = await startHub({ 'config.json': [config] });
  const otherModel = { ...tinyModel({ 'config.json': config }), id: 'other' };
  await fetchMissing(store, otherModel, hub.origin);
  const keptFor25Days = existsSync(join(folder, begun));
  utimesSync(join(folder, begun), weeksAgo - 10 * 86_400, weeksAgo - 10 * 86_400);
  await fetchMissing(store, otherModel, hub.origin);
  expect([keptFor25Days, existsSync(folder)]).toEqual([true, false]);
});

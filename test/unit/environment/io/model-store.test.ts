import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, utimesSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { missingFiles, type ModelStore } from '../../../../main/environment/io/model-store.ts';
import { hubPath, startHub, tinyModel } from '../../../fakes/hub.ts';
import { deadOrigin, startWebServer } from '../../../fakes/web-server.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { config, contentsOf, emptyStore, fetchMissing, one, two, weights, wrongWeights } from './fetch-missing.ts';

/** Every name that something ever had in the model's folder, from now until asked. */
function namesEverSeen(store: ModelStore): () => Promise<ReadonlySet<string>> {
  const folder = join(store.folder, 'tiny');
  mkdirSync(folder, { recursive: true });
  const seen = new Set<string>();
  const watcher = watch(folder, (_event, name) => {
    seen.add(name ?? '');
    if (name === 'last') watcher.emit('all-seen');
  });
  onTestFinished(() => {
    watcher.close();
  });
  return async () => {
    // The system tells names in order: once this one is told, all others have been.
    const allSeen = once(watcher, 'all-seen');
    writeFileSync(join(folder, 'last'), '');
    await allSeen;
    return seen;
  };
}

test('the right bytes come to stand under their name, asked for once', async () => {
  const hub = await startHub({ 'model.bin': [weights], 'config.json': [config] });
  const store = emptyStore();
  const names = namesEverSeen(store);
  expect(await fetchMissing(store, two, hub.origin)).toEqual({ lines: [], fault: null });
  expect({ contents: contentsOf(store), requests: [...hub.requests].sort(), missing: await missingFiles(store, two, { rehash: true }) }).toEqual({
    contents: { 'tiny/model.bin': 'weights ', 'tiny/config.json': '{"layers' },
    requests: [hubPath('config.json'), hubPath('model.bin')],
    missing: [],
  });
  expect(await names()).toContain('model.bin');
});

test('a second start asks for nothing', async () => {
  const hub = await startHub({ 'model.bin': [weights] });
  const store = emptyStore();
  await fetchMissing(store, one, hub.origin);
  await fetchMissing(store, one, hub.origin);
  expect(hub.requests).toEqual([hubPath('model.bin')]);
});

test('an endpoint with a slash at its end is the same endpoint', async () => {
  const hub = await startHub({ 'model.bin': [weights] });
  expect({ ...(await fetchMissing(emptyStore(), one, `${hub.origin}/`)), requests: hub.requests }).toEqual({
    lines: [],
    fault: null,
    requests: [hubPath('model.bin')],
  });
});

test('a hub that sends people on to another server is followed', async () => {
  const content = await startWebServer((_request, response) => response.end(weights));
  const hub = await startWebServer((_request, response) => {
    response.writeHead(302, { location: `${content.origin}/blob` }).end();
  });
  const store = emptyStore();
  expect((await fetchMissing(store, one, hub.origin)).fault).toBeNull();
  expect(contentsOf(store)).toEqual({ 'tiny/model.bin': 'weights ' });
});

describe('wrong bytes', () => {
  test('are never used: fetched again once, then said, and never seen under the file’s name', async () => {
    const hub = await startHub({ 'model.bin': [wrongWeights] });
    const store = emptyStore();
    const names = namesEverSeen(store);
    const { fault } = await fetchMissing(store, one, hub.origin);
    expect({ fault, requests: hub.requests, contents: contentsOf(store), names: [...(await names())] }).toEqual({
      fault: {
        id: 'hash-mismatch',
        title: 'A tiny model: what was downloaded is not the file that Earshot was tested with, so it is not used.',
        detail: '  - hub: model.bin has the wrong checksum\n  - hub, second try: model.bin has the wrong checksum',
        cure: 'Try again later, or from another network: a proxy or a broken download can change files on their way.',
      },
      requests: [hubPath('model.bin'), hubPath('model.bin')],
      contents: {},
      names: ['last'],
    });
  });

  test('and then the right ones: the second are used', async () => {
    const hub = await startHub({ 'model.bin': [wrongWeights, weights] });
    const store = emptyStore();
    expect({ ...(await fetchMissing(store, one, hub.origin)), requests: hub.requests.length, contents: contentsOf(store) }).toEqual({
      lines: [],
      fault: null,
      requests: 2,
      contents: { 'tiny/model.bin': 'weights ' },
    });
  });

  test('of one file do not cost the other: only the wrong one is asked for again', async () => {
    const hub = await startHub({ 'model.bin': [wrongWeights], 'config.json': [config] });
    const store = emptyStore();
    expect({ id: (await fetchMissing(store, two, hub.origin)).fault?.id, requests: [...hub.requests].sort(), contents: contentsOf(store) }).toEqual({
      id: 'hash-mismatch',
      requests: [hubPath('config.json'), hubPath('model.bin'), hubPath('model.bin')],
      contents: { 'tiny/config.json': '{"layers' },
    });
  });

  test('from one source send us to the next', async () => {
    const hub = await startHub({ 'model.bin': [wrongWeights] });
    const mirror = await startWebServer((_request, response) => response.end(weights));
    const store = emptyStore();
    const model = tinyModel({ 'model.bin': weights }, [...one.sources, { kind: 'url', files: { 'model.bin': `${mirror.origin}/model.bin` } }]);
    expect({ ...(await fetchMissing(store, model, hub.origin)), contents: contentsOf(store) }).toEqual({
      lines: [],
      fault: null,
      contents: { 'tiny/model.bin': 'weights ' },
    });
  });
});

test('half of a file is nowhere to be seen while the other half is on its way', async () => {
  const store = emptyStore();
  const seen: string[][] = [];
  const hub = await startWebServer((_request, response) => {
    response.writeHead(200, { 'content-length': weights.length });
    response.write(weights.subarray(0, 100_000), () => {
      seen.push(readdirSync(join(store.folder, 'tiny')));
      response.end(weights.subarray(100_000));
    });
  });
  expect({ ...(await fetchMissing(store, one, hub.origin)), seen }).toEqual({ lines: [], fault: null, seen: [[]] });
});

test('a download that is cut off is a network fault and not a wrong file', async () => {
  const hub = await startHub({ 'model.bin': [{ bytes: weights, cutAfter: 100_000 }], 'config.json': [config] });
  const store = emptyStore();
  expect({ fault: (await fetchMissing(store, one, hub.origin)).fault, contents: contentsOf(store) }).toMatchObject({
    fault: {
      id: 'download-failed',
      title: 'No network. Still missing: A tiny model (195.3 KiB).',
      detail: expect.stringMatching(/^Tried:\n {2}- hub: 127\.0\.0\.1:\d+: the connection was cut \(ECONNRESET\)$/) as string,
      cure: 'Connect to the internet and start again; what has arrived is kept and Earshot goes on from there.',
    },
    contents: {},
  });
});

describe('a folder of the user', () => {
  /** A folder that holds these files. */
  function folderWith(files: Readonly<Record<string, Buffer>>): string {
    const folder = temporaryFolder();
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
    return folder;
  }

  test.each([
    ['flat', { 'model.bin': weights, 'config.json': config }],
    ['by the model’s id', { 'tiny/model.bin': weights, 'tiny/config.json': config }],
  ])('is looked at before any network, its files %s', async (_how, files) => {
    const hub = await startHub({});
    const store = emptyStore(folderWith(files));
    expect({ ...(await fetchMissing(store, two, hub.origin)), requests: hub.requests, contents: contentsOf(store) }).toEqual({
      lines: [],
      fault: null,
      requests: [],
      contents: { 'tiny/model.bin': 'weights ', 'tiny/config.json': '{"layers' },
    });
  });

  test('gives what it has; only the rest is downloaded', async () => {
    const hub = await startHub({ 'config.json': [config] });
    const store = emptyStore(folderWith({ 'model.bin': weights }));
    expect({ ...(await fetchMissing(store, two, hub.origin)), requests: hub.requests }).toEqual({
      lines: [],
      fault: null,
      requests: [hubPath('config.json')],
    });
  });

  test('keeps its own files', async () => {
    const folder = folderWith({ 'model.bin': weights });
    await fetchMissing(emptyStore(folder), one, await deadOrigin());
    expect(readdirSync(folder)).toEqual(['model.bin']);
  });

  test.each([
    ['holds wrong bytes', { 'model.bin': wrongWeights }],
    ['cannot be read', { 'model.bin/is-a-folder': weights }],
    ['is empty', {}],
  ])('that %s leaves the work to the next source', async (_what, files) => {
    const hub = await startHub({ 'model.bin': [weights] });
    const store = emptyStore(folderWith(files));
    expect({ fault: (await fetchMissing(store, one, hub.origin)).fault, contents: contentsOf(store) }).toEqual({
      fault: null,
      contents: { 'tiny/model.bin': 'weights ' },
    });
  });

  test('that holds wrong bytes is not called a bad download where there is no network', async () => {
    const folder = folderWith({ 'model.bin': wrongWeights });
    expect((await fetchMissing(emptyStore(folder), one, await deadOrigin())).fault).toMatchObject({
      id: 'download-failed',
      title: 'Could not be fetched: A tiny model (195.3 KiB).',
      detail: expect.stringContaining(`the folder ${folder}: model.bin is another file than the one that is wanted`) as string,
    });
  });
});

test('where the hub is down, the next source carries the files', async () => {
  const mirror = await startWebServer((_request, response) => response.end(weights));
  const model = tinyModel({ 'model.bin': weights }, [...one.sources, { kind: 'url', files: { 'model.bin': `${mirror.origin}/model.bin` } }]);
  const store = emptyStore();
  expect({ ...(await fetchMissing(store, model, await deadOrigin())), contents: contentsOf(store) }).toEqual({
    lines: [],
    fault: null,
    contents: { 'tiny/model.bin': 'weights ' },
  });
});

test('a file that was damaged on disk is fetched again, and that is said', async () => {
  const hub = await startHub({ 'model.bin': [weights], 'config.json': [config] });
  const store = emptyStore();
  await fetchMissing(store, two, hub.origin);
  const path = join(store.folder, 'tiny', 'model.bin');
  writeFileSync(path, wrongWeights);
  utimesSync(path, 1_000_000, 1_000_000);
  expect({ ...(await fetchMissing(store, two, hub.origin)), requests: hub.requests.slice(2), contents: contentsOf(store) }).toEqual({
    lines: ['model.bin on disk is damaged (its checksum is wrong); fetching it again'],
    fault: null,
    requests: [hubPath('model.bin')],
    contents: { 'tiny/model.bin': 'weights ', 'tiny/config.json': '{"layers' },
  });
});

test('a damaged file is not used in the meantime where it cannot be fetched again', async () => {
  const hub = await startHub({ 'model.bin': [weights] });
  const store = emptyStore();
  await fetchMissing(store, one, hub.origin);
  writeFileSync(join(store.folder, 'tiny', 'model.bin'), wrongWeights.subarray(1));
  expect({ id: (await fetchMissing(store, one, await deadOrigin())).fault?.id, contents: contentsOf(store) }).toEqual({
    id: 'download-failed',
    contents: {},
  });
});

test('without a network it says what is missing, keeps what came, and a later start goes on from there', async () => {
  const store = emptyStore();
  const flaky = await startHub({ 'model.bin': [weights], 'config.json': [{ bytes: config, cutAfter: 5 }] });
  const first = await fetchMissing(store, two, flaky.origin);
  const offline = await fetchMissing(store, two, await deadOrigin());
  const kept = contentsOf(store);
  const hub = await startHub({ 'model.bin': [weights], 'config.json': [config] });
  const later = await fetchMissing(store, two, hub.origin);
  expect({ faults: [first.fault?.id, offline.fault?.title, offline.fault?.cure, later.fault], kept, requests: hub.requests }).toEqual({
    faults: [
      'download-failed',
      'No network. Still missing: A tiny model (13 B).',
      'Connect to the internet and start again; what has arrived is kept and Earshot goes on from there.',
      null,
    ],
    kept: { 'tiny/model.bin': 'weights ' },
    requests: [hubPath('config.json')],
  });
});

test('a hub that lacks the file is named with its answer', async () => {
  const hub = await startHub({});
  expect((await fetchMissing(emptyStore(), one, hub.origin)).fault).toMatchObject({
    id: 'download-failed',
    title: 'Could not be fetched: A tiny model (195.3 KiB).',
    detail: `Tried:\n  - hub: 127.0.0.1:${hub.port} answered 404`,
    cure: 'Start again to retry; what has arrived is kept.',
  });
});

test('nothing but the model’s folder is left behind, however it ends', async () => {
  const store = emptyStore();
  const hub = await startHub({ 'model.bin': [wrongWeights, wrongWeights, { bytes: weights, cutAfter: 13 }, weights] });
  for (let start = 0; start < 3; start += 1) await fetchMissing(store, one, hub.origin);
  expect({ folders: readdirSync(store.folder), arrived: existsSync(join(store.folder, 'tiny', 'model.bin')) }).toEqual({
    folders: ['tiny'],
    arrived: true,
  });
});

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { downloadPolicy } from '../../../../main/environment/download-policy.ts';
import { fetchModel, missingFiles, type ModelStore } from '../../../../main/environment/io/model-store.ts';
import type { Carrier } from '../../../../main/environment/io/model-sources.ts';
import { FaultError, type Fault } from '../../../../main/platform/fault.ts';
import type { Model } from '../../../../main/plan/catalogue.ts';
import { startFileServer } from '../../../fakes/file-server.ts';
import { hubPath, startHub, startListingHub, tinyModel, unpinned } from '../../../fakes/hub.ts';
import { deadOrigin, startWebServer } from '../../../fakes/web-server.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const weights = Buffer.alloc(200_000, 'weights ');
const wrongWeights = Buffer.alloc(200_000, 'virus ');
const config = Buffer.from('{"layers": 2}');
const one = tinyModel({ 'model.bin': weights });
const two = tinyModel({ 'model.bin': weights, 'config.json': config });

function emptyStore(localFolder?: string): ModelStore {
  return { folder: temporaryFolder(), localFolder };
}

/** Fetches what is missing of `model`, as every start does; says what it told and how it ended. */
async function fetchMissing(store: ModelStore, model: Model, hubEndpoint: string, parts: Partial<Carrier> = {}): Promise<{ lines: readonly string[]; fault: Fault | null }> {
  const lines: string[] = [];
  const carrier: Carrier = {
    uv: { version: 'none', run: () => Promise.reject(new Error('no source here needs uv')) },
    hubEndpoint,
    sitePackages: {},
    onLine: (line) => lines.push(line),
    patience: { policy: { ...downloadPolicy, stallAfterMs: 5_000 }, wait: () => Promise.resolve() },
    ...parts,
  };
  try {
    await fetchModel(store, model, await missingFiles(store, model, { rehash: false }), carrier);
    return { lines, fault: null };
  } catch (error) {
    if (error instanceof FaultError) return { lines, fault: error.fault };
    throw error;
  }
}

/** Everything below the store's folder that is not on its way still, with its text's first letters. */
function contentsOf({ folder }: ModelStore): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name)).filter((path) => !path.endsWith('.verified') && !path.includes('.partial'));
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8').slice(0, 8)]));
}

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
  await fetchModel(store, otherModel, [], { uv: { version: 'none', run: () => Promise.reject(new Error('not needed')) }, hubEndpoint: hub.origin, sitePackages: {}, onLine: () => undefined });
  expect([keptFor25Days, existsSync(folder)]).toEqual([true, false]);
});

describe('a model whose sums only the hub knows', () => {
  const files = { 'int8/model.bin': weights, 'int8/config.json': config };
  const open = unpinned(two);
  const first = { commit: 'a'.repeat(40), files };

  test('is learned once, with its commit, and checked against that from then on', async () => {
    const hub = await startListingHub(() => first);
    const store = emptyStore();
    const before = await missingFiles(store, open, { rehash: false });
    expect(await fetchMissing(store, open, hub.origin)).toEqual({ lines: [], fault: null });
    const pins = JSON.parse(readFileSync(join(store.folder, 'tiny', 'pins.json'), 'utf8')) as unknown;
    expect({ before: before.length, after: await missingFiles(store, open, { rehash: true }), pins, listed: hub.requests[0], requests: hub.requests.slice(1).sort() }).toEqual({
      before: 2,
      after: [],
      pins: {
        repository: 'owner/tiny',
        commit: first.commit,
        files: {
          'model.bin': { bytes: weights.length, digest: `sha256:${two.files[0]?.sha256 ?? ''}` },
          'config.json': { bytes: config.length, digest: expect.stringMatching(/^git-sha1:[0-9a-f]{40}$/) as string },
        },
      },
      listed: '/api/models/owner/tiny/revision/main?blobs=true',
      requests: [`/owner/tiny/resolve/${first.commit}/int8/config.json`, `/owner/tiny/resolve/${first.commit}/int8/model.bin`],
    });
  });

  test('is not changed by what the hub changes later: a damaged file is asked for as it was', async () => {
    let now = first;
    const hub = await startListingHub(() => now);
    const store = emptyStore();
    await fetchMissing(store, open, hub.origin);
    writeFileSync(join(store.folder, 'tiny', 'config.json'), '{"layers": 9}');
    now = { commit: 'b'.repeat(40), files: { ...files, 'int8/config.json': Buffer.from('{"layers": 3}') } };
    const { fault } = await fetchMissing(store, open, hub.origin);
    expect({ id: fault?.id, asked: hub.requests.at(-1), contents: Object.keys(contentsOf(store)) }).toEqual({
      id: 'download-failed',
      asked: `/owner/tiny/resolve/${first.commit}/int8/config.json`,
      contents: ['tiny/model.bin', 'tiny/pins.json'],
    });
  });

  test.each([
    ['a large file', 'int8/model.bin', wrongWeights],
    ['a small file', 'int8/config.json', Buffer.from('{"layers": 3}')],
  ])('is refused where the bytes of %s are not those that were listed', async (_what, path, bytes) => {
    let listed = false;
    const hub = await startListingHub(() => {
      const now = listed ? { ...first, files: { ...files, [path]: bytes } } : first;
      listed = true;
      return now;
    });
    const store = emptyStore();
    const { fault } = await fetchMissing(store, open, hub.origin);
    expect([fault?.id, Object.keys(contentsOf(store)).includes(`tiny/${path.slice(5)}`)]).toEqual(['hash-mismatch', false]);
  });

  test.each([
    ['a pickle under the name of weights', Buffer.concat([Buffer.from('PK\u0003\u0004'), weights])],
    ['a pickle of the old kind', Buffer.concat([Buffer.from([0x80, 2]), weights])],
  ])('is refused where it turns out to be %s', async (_what, bytes) => {
    const hub = await startListingHub(() => ({ ...first, files: { ...files, 'int8/model.bin': bytes } }));
    const store = emptyStore();
    const { fault } = await fetchMissing(store, open, hub.origin);
    expect({ detail: fault?.detail, names: readdirSync(join(store.folder, 'tiny')).sort() }).toEqual({
      detail: expect.stringContaining('model.bin holds a Python pickle, which runs code when it is opened') as string,
      names: ['config.json', 'config.json.verified', 'pins.json'],
    });
  });

  test('is not fetched again when only what was learned of it is lost', async () => {
    const hub = await startListingHub(() => first);
    const store = emptyStore();
    await fetchMissing(store, open, hub.origin);
    rmSync(join(store.folder, 'tiny', 'pins.json'));
    const asked = hub.requests.length;
    expect((await fetchMissing(store, open, hub.origin)).fault).toBeNull();
    expect(hub.requests.slice(asked)).toEqual(['/api/models/owner/tiny/revision/main?blobs=true']);
  });

  test('comes from the person’s own folder where the hub cannot be asked, and is kept to that', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'model.bin'), weights);
    writeFileSync(join(folder, 'config.json'), config);
    const store = emptyStore(folder);
    expect((await fetchMissing(store, open, await deadOrigin())).fault).toBeNull();
    writeFileSync(join(store.folder, 'tiny', 'config.json'), '{"layers": 3}');
    expect((await missingFiles(store, open, { rehash: false })).map(({ name }) => name)).toEqual(['config.json']);
  });

  test('without a network is a network fault', async () => {
    expect((await fetchMissing(emptyStore(), open, await deadOrigin())).fault?.title).toMatch(/^No network\. Still missing: A tiny model/);
  });

  test('that the hub has no longer is said by name', async () => {
    const hub = await startListingHub(() => ({ ...first, files: { 'int8/model.bin': weights } }));
    expect((await fetchMissing(emptyStore(), open, hub.origin)).fault?.detail).toContain('owner/tiny has no int8/config.json any more');
  });
});

describe('a hub that wants to know who asks', () => {
  const open = unpinned(one);
  const repository = { commit: 'a'.repeat(40), files: { 'int8/model.bin': weights } };

  test.each([['with sums of ours', one], ['with sums of its own', open]])('gives a model %s to the person’s token', async (_what, model) => {
    const hub = await startListingHub(() => repository, 'secret');
    expect((await fetchMissing(emptyStore(), model, hub.origin, { hubToken: 'secret' })).fault).toBeNull();
    expect(new Set(hub.tokens)).toEqual(new Set(['Bearer secret']));
  });

  test.each([
    ['nobody', {}, /gives this only to people it knows/, /make a read token/],
    ['the wrong token', { hubToken: 'guess' }, /does not accept the token/, /downloads\.hubToken/],
  ])('tells %s what to do', async (_who, parts, title, cure) => {
    for (const model of [one, open]) {
      const hub = await startListingHub(() => repository, 'secret');
      expect((await fetchMissing(emptyStore(), model, hub.origin, parts)).fault).toMatchObject({
        id: 'download-unauthorised',
        title: expect.stringMatching(title) as string,
        cure: expect.stringMatching(cure) as string,
      });
    }
  });

  test('is the only one that sees the token', async () => {
    const seen: (string | undefined)[] = [];
    const mirror = await startWebServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end(weights);
    });
    const model = tinyModel({ 'model.bin': weights }, [{ kind: 'url', files: { 'model.bin': `${mirror.origin}/model.bin` } }]);
    expect((await fetchMissing(emptyStore(), model, await deadOrigin(), { hubToken: 'secret' })).fault).toBeNull();
    expect(seen).toEqual([undefined]);
  });
});

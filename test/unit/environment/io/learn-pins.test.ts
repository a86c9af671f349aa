import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { missingFiles } from '../../../../main/environment/io/model-store.ts';
import { startListingHub, tinyModel, unpinned } from '../../../fakes/hub.ts';
import { deadOrigin, startWebServer } from '../../../fakes/web-server.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { config, contentsOf, emptyStore, fetchMissing, one, two, weights, wrongWeights } from './fetch-missing.ts';

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

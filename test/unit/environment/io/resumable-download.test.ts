import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { downloadPolicy } from '../../../../main/environment/download-policy.ts';
import { download, type Download, type DownloadProblem } from '../../../../main/environment/io/resumable-download.ts';
import { sentTwice, startFileServer, type Behaviour, type FileServer } from '../../../fakes/file-server.ts';
import { deadOrigin, startWebServer } from '../../../fakes/web-server.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const mebibyte = 1024 ** 2;
/** Not a whole number of anything. */
const content = randomBytes(6 * mebibyte + 4321);
const other = randomBytes(content.length);
const size = content.length;
const digest = { algorithm: 'sha256', hex: createHash('sha256').update(content).digest('hex') } as const;

/** A place for downloads, and everything that ever went wrong under the file's final name while the test ran. */
function place(): { readonly store: string; readonly folder: string; readonly path: string; readonly bad: readonly string[] } {
  const store = temporaryFolder();
  const folder = join(store, 'tiny');
  const path = join(folder, 'model.bin');
  mkdirSync(folder);
  const bad: string[] = [];
  function look(event: string): void {
    if (!existsSync(path)) return;
    const bytes = readFileSync(path);
    if (!bytes.equals(content)) bad.push(`${event}: ${bytes.length} bytes`);
  }
  const watcher = watch(folder, (event, name) => {
    look(`${event} ${name ?? ''}`);
    if (name !== null && name !== 'model.bin') bad.push(`${event} ${name}`);
  });
  onTestFinished(() => {
    watcher.close();
  });
  return { store, folder, path, bad };
}

interface Told {
  readonly lines: string[];
  readonly waits: number[];
  readonly received: number[];
}

/** One start of the app that wants the file; waits are told rather than waited. */
async function fetchFrom(url: string, at: ReturnType<typeof place>, parts: Partial<Download> & { tries?: number; stallAfterMs?: number } = {}): Promise<Told & { readonly problem: DownloadProblem | null }> {
  const told: Told = { lines: [], waits: [], received: [] };
  const { tries = 5, stallAfterMs = 10_000, ...rest } = parts;
  const problem = await download({
    url,
    expected: { name: 'model.bin', bytes: size, digest },
    store: at.store,
    path: at.path,
    onBytes: (received) => {
      if (existsSync(at.path)) throw new Error('the file has its name before it is whole');
      told.received.push(received);
    },
    onLine: (line) => told.lines.push(line),
    patience: {
      policy: { ...downloadPolicy, tries, stallAfterMs },
      wait: (milliseconds) => {
        told.waits.push(milliseconds);
        return Promise.resolve();
      },
    },
    ...rest,
  });
  return { ...told, problem };
}

/** What is to be seen after a download that went well. */
function outcome(server: FileServer, at: ReturnType<typeof place>, problem: DownloadProblem | null): unknown {
  return { problem, right: existsSync(at.path) && readFileSync(at.path).equals(content), bad: at.bad, files: readdirSync(at.store, { recursive: true }).sort(), twice: sentTwice(server, size) };
}

const well = { problem: null, right: true, bad: [], files: ['.partial', 'tiny', 'tiny/model.bin'], twice: 0 };

/** Twenty places to cut at: before the first byte, after it, before the last, and in between. */
const cuts = [0, 1, ...Array.from({ length: 17 }, (_, index) => Math.floor(((index + 1) * size) / 18)), size - 1];

test('a download cut twenty times comes whole, and no byte of it twice', async () => {
  expect(cuts).toHaveLength(20);
  const server = await startFileServer(content, [...cuts.map((cutAt) => ({ cutAt })), {}]);
  const at = place();
  const { problem, received } = await fetchFrom(server.url, at);
  expect({ ...(outcome(server, at, problem) as object), requests: server.requests.length, counted: received.at(-1) }).toEqual({ ...well, requests: 21, counted: size });
});

test.each(cuts)('cut after %i bytes and asked for again by the next start of the app, it goes on from there', async (cutAt) => {
  const server = await startFileServer(content, [{ cutAt }, {}]);
  const at = place();
  const first = await fetchFrom(server.url, at, { tries: 1 });
  const second = await fetchFrom(server.url, at);
  expect({ first: first.problem?.code, ...(outcome(server, at, second.problem) as object), asked: server.headers[1]?.range }).toEqual({
    first: 'interrupted',
    ...well,
    asked: cutAt === 0 ? undefined : `bytes=${cutAt}-`,
  });
});

test('only the file it was is gone on with: the state of it is sent along', async () => {
  const server = await startFileServer(content, [{ cutAt: 2 * mebibyte }, {}]);
  await fetchFrom(server.url, place());
  expect(server.headers[1]?.['if-range']).toMatch(/^"[0-9a-f]{16}"$/);
});

describe('a server that', () => {
  const half = 3 * mebibyte;
  const cut: Behaviour = { cutAt: half };

  test.each<[string, readonly Behaviour[], number]>([
    ['answers 500 in between', [cut, { status: 500 }, { status: 503 }, {}], 0],
    ['is asked too often', [cut, { status: 429, headers: { 'retry-after': '7' } }, {}], 0],
    ['stalls', [{ stallAt: half }, {}], 0],
    ['stalls before the first byte of its body', [cut, { stallAt: 0 }, {}], 0],
    ['names no state of its file', [{ ...cut, anonymous: true }, { anonymous: true }], 0],
    ['knows no ranges', [cut, { ignoresRange: true }], half],
    ['gives another range than it is asked for', [cut, { rangeFrom: half - 10 }, {}], 0],
    ['knows nothing of the range', [cut, { status: 416, headers: { 'content-range': `bytes */${size}` } }, {}], half],
    ['cuts a file whose length it does not tell', [{ cutAt: half, chunkedWith: Buffer.alloc(0) }, {}], 0],
  ])('%s gives the file all the same', async (_what, behaviours, twice) => {
    const server = await startFileServer(content, behaviours);
    const at = place();
    const { problem } = await fetchFrom(server.url, at, { stallAfterMs: 300 });
    // What a wrong range sends is thrown away unread; what it put on the line counts nevertheless.
    const wrongRange = behaviours.some((each) => each.rangeFrom !== undefined);
    const result = outcome(server, at, problem) as { twice: number };
    expect({ ...result, twice: wrongRange ? twice : result.twice }).toEqual({ ...well, twice });
  });

  test('has another file in the meantime is asked for the right one from its start', async () => {
    const server = await startFileServer(content, [{ content: other, cutAt: half }, {}]);
    const at = place();
    const { problem, lines } = await fetchFrom(server.url, at);
    expect({ ...(outcome(server, at, problem) as object), lines: lines.length }).toEqual({ ...well, twice: half, lines: 2 });
    expect(lines[1]).toMatch(/another file now than the one that was begun; starting over$/);
  });

  test('changes its file without telling is seen through by the checksum', async () => {
    const server = await startFileServer(content, [{ content: other, cutAt: half, anonymous: true }, { anonymous: true }, {}]);
    const at = place();
    const first = await fetchFrom(server.url, at);
    const second = await fetchFrom(server.url, at);
    expect({ first: first.problem, ...(outcome(server, at, second.problem) as object) }).toEqual({
      first: { code: 'wrong-checksum', message: 'the file has the wrong checksum' },
      ...well,
      twice: size,
    });
  });

  test.each<[string, Behaviour, DownloadProblem['code']]>([
    ['says 401', { status: 401 }, 'unauthorised'],
    ['says 403', { status: 403 }, 'unauthorised'],
    ['has no such file', { status: 404 }, 'not-found'],
    ['says 500 and nothing else', { status: 500 }, 'interrupted'],
    ['wants to be left alone for an hour', { status: 503, headers: { 'retry-after': '3600' } }, 'interrupted'],
    ['announces fewer bytes', { lie: -1000 }, 'wrong-file'],
    ['announces more bytes', { lie: 1000 }, 'wrong-file'],
    ['sends more than there is', { chunkedWith: Buffer.from('more') }, 'wrong-file'],
    ['packs the file', { headers: { 'content-encoding': 'gzip' } }, 'wrong-file'],
    ['has another file', { content: other }, 'wrong-checksum'],
    ['has a shorter file', { content: other.subarray(1) }, 'wrong-file'],
  ])('%s gives nothing, and nothing is seen of it', async (_what, behaviour, code) => {
    const server = await startFileServer(content, [behaviour]);
    const at = place();
    const { problem } = await fetchFrom(server.url, at);
    expect({ code: problem?.code, bad: at.bad, folder: readdirSync(at.folder) }).toEqual({ code, bad: [], folder: [] });
  });

  test('lies about the length is not listened to: nothing of its file is taken', async () => {
    const server = await startFileServer(content, [{ lie: 1000 }]);
    const at = place();
    const { received } = await fetchFrom(server.url, at);
    expect(received).toEqual([]);
  });
});

test('what came before a server lost its file is kept for the next source', async () => {
  const at = place();
  const first = await startFileServer(content, [{ cutAt: 3 * mebibyte }, { status: 404 }]);
  const second = await startFileServer(content);
  const lost = await fetchFrom(first.url, at);
  const found = await fetchFrom(second.url, at);
  expect([lost.problem?.code, found.problem, second.headers[0]?.range, second.headers[0]?.['if-range'], second.sent]).toEqual([
    'not-found',
    null,
    `bytes=${3 * mebibyte}-`,
    // The state of the file is that of the other server, and means nothing here.
    undefined,
    [{ from: 3 * mebibyte, bytes: size - 3 * mebibyte }],
  ]);
});

describe('patience', () => {
  test('grows from failure to failure and begins anew with every byte', async () => {
    const failures: Behaviour[] = [{ status: 500 }, { status: 500 }, { status: 500 }, { cutAt: mebibyte }, { status: 500 }, {}];
    const server = await startFileServer(content, failures);
    expect((await fetchFrom(server.url, place())).waits).toEqual([500, 1000, 2000, 500, 1000]);
  });

  test('is as long as the server asks for', async () => {
    const server = await startFileServer(content, [{ status: 429, headers: { 'retry-after': '7' } }, {}]);
    expect((await fetchFrom(server.url, place())).waits).toEqual([7000]);
  });

  test('ends: after five failures in a row the source is left', async () => {
    const server = await startFileServer(content, [{ status: 500 }]);
    const { problem, waits } = await fetchFrom(server.url, place());
    expect([problem, waits, server.requests.length]).toEqual([{ code: 'interrupted', message: `127.0.0.1:${server.port} answered 500` }, [500, 1000, 2000, 4000], 5]);
  });

  test('is none where nobody is: another source is quicker', async () => {
    const { problem, waits } = await fetchFrom(`${await deadOrigin()}/model.bin`, place());
    expect([problem?.code, waits]).toEqual(['unreachable', []]);
  });

  test('is had where somebody was until now', async () => {
    const server = await startFileServer(content, [{ cutAt: mebibyte }]);
    const at = place();
    const started = fetchFrom(server.url, at, {
      onBytes: (received) => {
        if (received === mebibyte) server.close();
      },
    });
    const { problem, waits } = await started;
    expect([problem?.code, waits]).toEqual(['unreachable', [500, 1000, 2000, 4000]]);
  });
});

test('a cancelled download ends at once and keeps what came', async () => {
  const server = await startFileServer(content, [{ stallAt: 2 * mebibyte }, {}]);
  const at = place();
  const cancel = new AbortController();
  const cancelled = fetchFrom(server.url, at, {
    signal: cancel.signal,
    onBytes: (received) => {
      if (received === 2 * mebibyte) cancel.abort();
    },
  });
  await expect(cancelled).rejects.toThrow('aborted');
  const { problem } = await fetchFrom(server.url, at);
  expect(outcome(server, at, problem)).toEqual(well);
});

describe('a part that a power cut', () => {
  /** A download of which 3 MiB came and were remembered. */
  async function begun(at: ReturnType<typeof place>): Promise<string> {
    const server = await startFileServer(content, [{ cutAt: 3 * mebibyte }]);
    await fetchFrom(server.url, at, { tries: 1 });
    return join(at.store, '.partial', `${digest.hex}.part`);
  }

  test('made shorter is gone on with from where it ends', async () => {
    const at = place();
    truncateSync(await begun(at), 2 * mebibyte);
    const server = await startFileServer(content);
    const { problem } = await fetchFrom(server.url, at);
    expect([problem, server.sent]).toEqual([null, [{ from: 2 * mebibyte, bytes: size - 2 * mebibyte }]]);
  });

  test('filled with zeros at its end is gone on with from where the disk was sure', async () => {
    const at = place();
    const part = await begun(at);
    writeFileSync(part, Buffer.alloc(mebibyte), { flag: 'a' });
    const server = await startFileServer(content);
    const { problem } = await fetchFrom(server.url, at);
    expect([problem, server.sent.map(({ from }) => from)]).toEqual([null, [4 * mebibyte, 3 * mebibyte]]);
  });

  test('parted from its record counts for nothing', async () => {
    const at = place();
    writeFileSync((await begun(at)).replace(/part$/, 'json'), '');
    const server = await startFileServer(content);
    const { problem } = await fetchFrom(server.url, at);
    expect([problem, server.sent, statSync(at.path).size]).toEqual([null, [{ from: 0, bytes: size }], size]);
  });
});

test('a token goes to the server it is for and not to where that one sends us on', async () => {
  const storage = await startFileServer(content);
  const seen: (string | undefined)[] = [];
  const hub = await startWebServer((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(302, { location: storage.url }).end();
  });
  const { problem } = await fetchFrom(`${hub.origin}/model.bin`, place(), { authorisation: 'Bearer secret' });
  expect([problem, seen, storage.headers[0]?.authorization]).toEqual([null, ['Bearer secret'], undefined]);
});

test('a storage that refuses an address which grew old is not taken for a hub that wants a token', async () => {
  const storage = await startFileServer(content, [{ status: 403 }]);
  const hub = await startWebServer((_request, response) => response.writeHead(302, { location: storage.url }).end());
  expect((await fetchFrom(`${hub.origin}/model.bin`, place())).problem?.code).toBe('refused');
});

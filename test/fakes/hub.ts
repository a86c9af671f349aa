import { createHash } from 'node:crypto';
import type { Model } from '../../main/plan/catalogue.ts';
import { startWebServer, type WebServer } from './web-server.ts';

/** The same model as the catalogue has it when only the hub knows its sums; `bytes` are a guess then. */
export function unpinned(model: Model): Model {
  return { ...model, engine: 'whisper', files: model.files.map((file) => ({ ...file, bytes: file.bytes + 1000, sha256: null })) };
}

/** What the hub sends for a file: its bytes, a status, or as many of its bytes as are said and then a cut line. */
export type HubAnswer = Buffer | number | { readonly bytes: Buffer; readonly cutAfter: number };

/** A model small enough to be served from memory, had from `owner/tiny` on the hub unless other sources are given. */
export function tinyModel(files: Readonly<Record<string, Buffer>>, sources?: Model['sources']): Model {
  const names = Object.keys(files);
  return {
    id: 'tiny',
    title: 'A tiny model',
    role: 'stt',
    engine: 'tiny',
    precision: 'int8',
    licence: 'MIT',
    files: Object.entries(files).map(([name, bytes]) => ({
      name,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })),
    sources: sources ?? [{ kind: 'hub', repository: 'owner/tiny', files: Object.fromEntries(names.map((name) => [name, `int8/${name}`])) }],
  };
}

/** Path the hub is asked for a file of {@link tinyModel}. */
export function hubPath(name: string): string {
  return `/owner/tiny/resolve/main/int8/${name}`;
}

/** A stand-in of the hub: for each file the answers in turn, the last one again and again. */
export function startHub(answers: Readonly<Record<string, readonly HubAnswer[]>>): Promise<WebServer> {
  const asked = new Map<string, number>();
  return startWebServer((request, response) => {
    const url = request.url ?? '';
    const [, inTurn = [404]] = Object.entries(answers).find(([name]) => hubPath(name) === url) ?? [];
    const turn = asked.get(url) ?? 0;
    asked.set(url, turn + 1);
    const answer = inTurn[Math.min(turn, inTurn.length - 1)] ?? 404;
    if (typeof answer === 'number') response.writeHead(answer).end();
    else if (Buffer.isBuffer(answer)) response.writeHead(200, { 'content-length': answer.length }).end(answer);
    else {
      response.writeHead(200, { 'content-length': answer.bytes.length });
      response.write(answer.bytes.subarray(0, answer.cutAfter), () => response.destroy());
    }
  });
}

export interface Repository {
  readonly commit: string;
  /** By their paths. Large ones are listed with their sha256, small ones with git's sum, as the hub does. */
  readonly files: Readonly<Record<string, Buffer>>;
}

/** A stand-in of the hub with its listing: one repository, `owner/tiny`, as `now()` says it is; only its present commit and "main" are there. */
export async function startListingHub(now: () => Repository, token?: string): Promise<WebServer & { readonly tokens: readonly (string | undefined)[] }> {
  const tokens: (string | undefined)[] = [];
  const server = await startWebServer((request, response) => {
    tokens.push(request.headers.authorization);
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end('{"error":"Invalid username or password."}');
      return;
    }
    const { commit, files } = now();
    const [, listed] = /^\/api\/models\/owner\/tiny\/revision\/(.+)\?blobs=true$/.exec(request.url ?? '') ?? [];
    const [, revision, path = ''] = /^\/owner\/tiny\/resolve\/([^/]+)\/(.+)$/.exec(request.url ?? '') ?? [];
    const bytes = files[decodeURIComponent(path)];
    if (listed === 'main' || listed === commit) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ id: 'owner/tiny', sha: commit, private: false, siblings: Object.entries(files).map(([name, content]) => listedAs(name, content)) }));
    } else if ((revision === 'main' || revision === commit) && bytes !== undefined) response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    else response.writeHead(404).end('{"error":"Entry not found"}');
  });
  return { ...server, tokens };
}

const pointer = 'version https://git-lfs.github.com/spec/v1\n';

function listedAs(rfilename: string, content: Buffer): unknown {
  const large = content.length > 1000;
  const blob = large ? Buffer.from(pointer) : content;
  const blobId = createHash('sha1').update(`blob ${blob.length}\0`).update(blob).digest('hex');
  const lfs = large ? { lfs: { sha256: createHash('sha256').update(content).digest('hex'), size: content.length, pointerSize: pointer.length } } : {};
  return { rfilename, size: content.length, blobId, ...lfs };
}

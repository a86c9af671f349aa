import { createHash } from 'node:crypto';
import type { Model } from '../../main/plan/catalogue.ts';
import { startWebServer, type WebServer } from './web-server.ts';

/** What the hub sends for a file: its bytes, a status, or the first part of its bytes and then a cut line. */
export type HubAnswer = Buffer | number | { readonly cutAfter: Buffer };

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
      response.writeHead(200, { 'content-length': answer.cutAfter.length + 1000 });
      response.write(answer.cutAfter, () => response.destroy());
    }
  });
}

import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startWebServer, type WebServer } from './web-server.ts';

/** One answer of a server that does not always do its work. Offsets count from the start of the file. */
export interface Behaviour {
  /** Another file than the one the server began with. */
  readonly content?: Buffer;
  /** A status without a file; with what it says beside it. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The line is cut once the byte before this offset is sent. */
  readonly cutAt?: number;
  /** Nothing more comes after this offset, and the line stays open. */
  readonly stallAt?: number;
  /** Added to the length that is announced. */
  readonly lie?: number;
  /** Announces no length at all, and sends these bytes after the file's. */
  readonly chunkedWith?: Buffer;
  readonly ignoresRange?: boolean;
  /** Gives every range from this offset, whatever was asked for. */
  readonly rangeFrom?: number;
  /** Names no state of its file. */
  readonly anonymous?: boolean;
}

export interface FileServer extends WebServer {
  /** First byte and how many were sent, for each answer that carried any. */
  readonly sent: readonly { readonly from: number; readonly bytes: number }[];
  readonly headers: readonly IncomingMessage['headers'][];
  readonly url: string;
}

/** A real server of one file that honours ranges as the RFC has it, except where it is told to misbehave: once a request, the last for ever. */
export async function startFileServer(content: Buffer, behaviours: readonly Behaviour[] = []): Promise<FileServer> {
  const sent: { from: number; bytes: number }[] = [];
  const headers: IncomingMessage['headers'][] = [];
  let turn = 0;
  const server = await startWebServer((request, response) => {
    const behaviour = behaviours[Math.min(turn, behaviours.length - 1)] ?? {};
    turn += 1;
    headers.push(request.headers);
    const tally = { from: 0, bytes: 0 };
    sent.push(tally);
    answer(request, response, behaviour.content ?? content, behaviour, tally);
  });
  return { ...server, sent, headers, url: `${server.origin}/model.bin` };
}

function answer(request: IncomingMessage, response: ServerResponse, content: Buffer, behaviour: Behaviour, tally: { from: number; bytes: number }): void {
  if (behaviour.status !== undefined) {
    response.writeHead(behaviour.status, behaviour.headers).end('<html>an error page</html>');
    return;
  }
  const etag = `"${createHash('sha256').update(content).digest('hex').slice(0, 16)}"`;
  const { range: asked, 'if-range': onlyOf } = request.headers;
  const wanted = behaviour.ignoresRange === true || (onlyOf !== undefined && onlyOf !== etag) ? undefined : /^bytes=(\d+)-$/.exec(asked ?? '')?.[1];
  const from = wanted === undefined ? 0 : (behaviour.rangeFrom ?? Number(wanted));
  if (from >= content.length && content.length > 0) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const body = content.subarray(from);
  response.writeHead(wanted === undefined ? 200 : 206, {
    ...(behaviour.anonymous === true ? {} : { etag, 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' }),
    ...(behaviour.chunkedWith === undefined ? { 'content-length': body.length + (behaviour.lie ?? 0) } : {}),
    ...(wanted === undefined ? {} : { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
    ...behaviour.headers,
  });
  response.flushHeaders();
  const stop = behaviour.cutAt ?? behaviour.stallAt;
  const part = stop === undefined ? body : body.subarray(0, Math.max(0, stop - from));
  tally.from = from;
  function last(): void {
    if (behaviour.cutAt !== undefined || behaviour.lie !== undefined) response.destroy();
    else if (behaviour.stallAt === undefined) response.end(behaviour.chunkedWith);
  }
  if (part.length === 0) {
    // The head is on its way before the line is cut.
    setImmediate(last);
    return;
  }
  response.write(part, () => {
    tally.bytes = part.length;
    last();
  });
}

/** How many bytes were sent more than once. */
export function sentTwice(server: FileServer, size: number): number {
  return server.sent.reduce((total, { bytes }) => total + bytes, 0) - size;
}

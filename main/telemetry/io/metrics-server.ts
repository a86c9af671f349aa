import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { errorMessage } from '../../platform/text.ts';

export interface MetricsServerOptions {
  /** null: any free one. */
  readonly port: number | null;
  readonly contentType: string;
  readonly text: () => Promise<string>;
  readonly say: (line: string) => void;
}

export interface MetricsServer {
  readonly url: string;
  /** Ends it with its connections. */
  readonly close: () => Promise<void>;
}

const host = '127.0.0.1';

/** Answers `GET /metrics` on this computer alone; null, and said, when it cannot. */
export async function openMetricsServer({ port, contentType, text, say }: MetricsServerOptions): Promise<MetricsServer | null> {
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 });
  // A scraper opens one connection; whoever opens many is none.
  server.maxConnections = 32;
  const bound = await bind(server, port, say);
  if (bound === null) return null;
  server.on('request', (request, response) => {
    const refusal = refusalOf(request, `${host}:${bound}`);
    if (refusal === null) void answer(response, contentType, text);
    else response.writeHead(refusal.status, { 'content-type': 'text/plain; charset=utf-8', ...refusal.headers }).end(`${refusal.reason}\n`);
  });
  // What goes wrong with one connection ends that one.
  server.on('error', () => undefined);
  return {
    url: `http://${host}:${bound}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** The port it got: the one asked for, or any other when that is taken. */
async function bind(server: Server, port: number | null, say: (line: string) => void): Promise<number | null> {
  try {
    return await listen(server, port ?? 0);
  } catch (error) {
    if (port === null) {
      say(`The figures for Prometheus cannot be had: ${errorMessage(error)}.`);
      return null;
    }
    const other = await bind(server, null, say);
    const why = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' ? 'another program has it' : errorMessage(error);
    if (other !== null) say(`Port ${port}, which the settings name for the figures (/metrics), cannot be used: ${why}. They are at http://${host}:${other}/metrics this time.`);
    return other;
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('it has no address'));
      else resolve(address.port);
    });
  });
}

interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A page can reach 127.0.0.1 too: by DNS rebinding (its Host is the page's name), or directly (a browser then says its Origin). */
function refusalOf({ headers, method, url }: IncomingMessage, ownHost: string): Refusal | null {
  if (headers.host !== ownHost) return { status: 403, reason: 'The Host header is not this service.' };
  if (headers.origin !== undefined) return { status: 403, reason: 'Web pages may not use this service.' };
  if (url?.split('?')[0] !== '/metrics') return { status: 404, reason: 'Only /metrics is here.' };
  if (method !== 'GET') return { status: 405, reason: 'Only GET is understood.', headers: { allow: 'GET' } };
  return null;
}

async function answer(response: ServerResponse, contentType: string, text: () => Promise<string>): Promise<void> {
  try {
    const body = await text();
    response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
  } catch (error) {
    response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(`The figures could not be put together: ${errorMessage(error)}\n`);
  }
}

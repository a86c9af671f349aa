import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface WebServer {
  readonly origin: string;
  readonly port: number;
  /** Paths asked for, in order. */
  readonly requests: readonly string[];
  /** Cuts every connection and frees the port. */
  readonly close: () => void;
}

/** A real HTTP server on a free loopback port that goes with the test. */
export async function startWebServer(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<WebServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer(request, response);
  });
  function close(): void {
    server.close();
    server.closeAllConnections();
  }
  onTestFinished(close);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, port, requests, close };
}

/** Origin of a server that was there a moment ago: a free port that refuses connections. */
export async function deadOrigin(): Promise<string> {
  const server = await startWebServer((_request, response) => response.end());
  server.close();
  return server.origin;
}

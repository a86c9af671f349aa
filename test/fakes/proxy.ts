import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';

export interface Proxy {
  readonly url: string;
  /** What it was asked for: "CONNECT host:port", "GET address". */
  readonly asked: readonly string[];
  readonly authorisations: readonly (string | undefined)[];
}

/** A real HTTP proxy for which every name on the net is `target`, a server on this machine. `refuses` answers every request with that status. */
export async function startProxy(target: { readonly port: number }, refuses?: number): Promise<Proxy> {
  const asked: string[] = [];
  const authorisations: (string | undefined)[] = [];
  const open = new Set<Duplex>();
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    authorisations.push(request.headers['proxy-authorization']);
    if (refuses !== undefined) {
      response.writeHead(refuses).end();
      return;
    }
    const { pathname, host } = new URL(request.url ?? '');
    const onward = ask({ host: '127.0.0.1', port: target.port, path: pathname, headers: { ...request.headers, host } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    onward.end();
  });
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url ?? ''}`);
    authorisations.push(request.headers['proxy-authorization']);
    open.add(socket);
    socket.on('error', () => undefined);
    if (refuses !== undefined) {
      socket.end(`HTTP/1.1 ${refuses} Refused\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const onward = connect(target.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    open.add(onward);
    onward.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
    for (const socket of open) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked, authorisations };
}

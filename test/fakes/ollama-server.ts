import { startWebServer, type WebServer } from './web-server.ts';

export interface OllamaServer extends WebServer {
  /** Bodies of the pulls that were asked for. */
  readonly pulls: readonly unknown[];
  /** Pulls whose caller hung up before their end. */
  readonly left: () => number;
}

/** A stand-in of Ollama that answers a pull with these lines, as the real one streams them; "hold" keeps the line open from there, "cut" cuts it. */
export async function startOllamaServer(lines: readonly (object | 'hold' | 'cut')[], status = 200): Promise<OllamaServer> {
  const pulls: unknown[] = [];
  let left = 0;
  const server = await startWebServer((request, response) => {
    const body: Buffer[] = [];
    request.on('data', (chunk: Buffer) => body.push(chunk));
    request.on('end', () => {
      pulls.push(JSON.parse(Buffer.concat(body).toString()));
      response.on('close', () => {
        if (!response.writableFinished) left += 1;
      });
      response.writeHead(status, { 'content-type': 'application/x-ndjson' });
      for (const line of lines) {
        if (line === 'hold') return;
        if (line === 'cut') {
          setImmediate(() => response.destroy());
          return;
        }
        // In pieces: a line of Ollama need not come in one packet.
        const text = `${JSON.stringify(line)}\n`;
        response.write(text.slice(0, 9));
        response.write(text.slice(9));
      }
      response.end();
    });
  });
  return { ...server, pulls, left: () => left };
}

const layer = `sha256:${'a'.repeat(64)}`;

/** What Ollama 0.6.5 said of a pull of one layer of 1000 bytes, but for the digest. */
export const pullOfOneLayer: readonly object[] = [
  { status: 'pulling manifest' },
  { status: 'pulling aaaaaaaaaaaa', digest: layer, total: 1000 },
  { status: 'pulling aaaaaaaaaaaa', digest: layer, total: 1000, completed: 400 },
  { status: 'pulling aaaaaaaaaaaa', digest: layer, total: 1000, completed: 1000 },
  { status: 'verifying sha256 digest' },
  { status: 'writing manifest' },
  { status: 'success' },
];

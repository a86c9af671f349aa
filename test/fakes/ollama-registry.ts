import { createHash } from 'node:crypto';
import { startWebServer, type WebServer } from './web-server.ts';

export interface OllamaRegistry extends WebServer {
  /** Name by which an Ollama on this machine asks for the model, `insecure`. */
  readonly model: string;
  /** Bytes of layers that were sent. */
  readonly sentBytes: () => number;
}

/** A registry with one model of these weights, as Ollama's own speaks: a manifest, and layers by their digest. `hold` keeps all layers back after so many bytes. */
export async function startOllamaRegistry(weights: Buffer, hold: () => number | null = () => null): Promise<OllamaRegistry> {
  const config = Buffer.from(JSON.stringify({ model_format: 'gguf', model_family: 'llama', model_type: '1B', file_type: 'Q4_0', architecture: 'amd64', os: 'linux' }));
  const blobs = new Map([weights, config].map((blob) => [digest(blob), blob]));
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: { mediaType: 'application/vnd.docker.container.image.v1+json', digest: digest(config), size: config.length },
    layers: [{ mediaType: 'application/vnd.ollama.image.model', digest: digest(weights), size: weights.length }],
  };
  let sent = 0;
  const server: WebServer = await startWebServer((request, response) => {
    const path = request.url ?? '';
    const [, place, name = ''] = /^\/(v2\/tests\/tiny\/blobs|storage)\/(sha256:[0-9a-f]{64})$/.exec(path) ?? [];
    const blob = blobs.get(name);
    if (path === '/v2/tests/tiny/manifests/latest') {
      response.writeHead(200, { 'content-type': manifest.mediaType }).end(JSON.stringify(manifest));
    } else if (blob === undefined) response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
    else if (place !== 'storage' && request.method === 'GET') {
      // Layers lie on another host, and Ollama takes none from the registry itself.
      response.writeHead(307, { location: `http://localhost:${server.port}/storage/${name}` }).end();
    } else {
      const [, from = '0', to = String(blob.length - 1)] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
      const body = blob.subarray(Number(from), Number(to) + 1);
      const ranged = request.headers.range === undefined ? {} : { 'content-range': `bytes ${from}-${to}/${blob.length}` };
      response.writeHead(request.headers.range === undefined ? 200 : 206, { 'content-length': body.length, ...ranged });
      if (request.method === 'HEAD') {
        response.end();
        return;
      }
      const limit = hold();
      const part = limit === null ? body : body.subarray(0, limit);
      sent += part.length;
      if (part.length === body.length) response.end(part);
      else response.write(part);
    }
  });
  return { ...server, model: `127.0.0.1:${server.port}/tests/tiny:latest`, sentBytes: () => sent };
}

function digest(blob: Buffer): string {
  return `sha256:${createHash('sha256').update(blob).digest('hex')}`;
}

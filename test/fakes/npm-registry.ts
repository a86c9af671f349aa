import { createHash } from 'node:crypto';
import { startWebServer, type WebServer } from './web-server.ts';

/** A stand-in of the npm registry that has one version of one package. */
export async function startNpmRegistry(name: string, version: string, tarball: Buffer): Promise<WebServer> {
  const server: WebServer = await startWebServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    if (path === `/${name}`) {
      const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
      const dist = { tarball: `${server.origin}/package.tgz`, integrity };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: { name, version, dist } } }));
    } else if (path === '/package.tgz') response.writeHead(200, { 'content-length': tarball.length }).end(tarball);
    else response.writeHead(404).end();
  });
  return server;
}

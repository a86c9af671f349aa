import { execa } from 'execa';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { ask, textOf, type HttpRequest } from '../../../../main/environment/io/http.ts';
import { trustExtraCertificates } from '../../../../main/platform/extra-certificates.ts';
import { startProxy } from '../../../fakes/proxy.ts';
import { deadOrigin, startWebServer } from '../../../fakes/web-server.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** Status and text of what is answered at an address, or why nothing is. */
async function asked(url: string, parts: Partial<HttpRequest> = {}): Promise<string> {
  try {
    const answer = await ask({ url, stallAfterMs: 10_000, environment: {}, ...parts });
    return `${answer.status} ${await textOf(answer, 1000)}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A server that speaks TLS with a certificate of a company's own, for hub.example; trusted from now to the end of the test. */
async function companyServer(): Promise<{ readonly port: number }> {
  const folder = temporaryFolder();
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=hub.example', '-addext', 'subjectAltName=DNS:hub.example'];
  await execa('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject]);
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => response.end(`secretly ${request.headers.authorization ?? ''}`));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const create = tls.createSecureContext.bind(tls);
  onTestFinished(() => {
    tls.createSecureContext = create;
    server.close();
    server.closeAllConnections();
  });
  trustExtraCertificates({ SSL_CERT_FILE: cert });
  return { port: (server.address() as AddressInfo).port };
}

test('an address is asked for through the proxy the environment names, plain and with TLS behind a company’s certificate', async () => {
  const plain = await startWebServer((request, response) => response.end(`plainly ${request.url ?? ''}`));
  const plainProxy = await startProxy(plain);
  const tunnel = await startProxy(await companyServer());
  const environment = { http_proxy: plainProxy.url, HTTPS_PROXY: tunnel.url.replace('//', '//me:pass%20word@') };
  expect({
    plain: await asked('http://hub.example/one', { environment }),
    secure: await asked('https://hub.example/two', { environment, authorisation: 'Bearer token' }),
    plainProxy: plainProxy.asked,
    tunnel: tunnel.asked,
    password: Buffer.from((tunnel.authorisations[0] ?? '').replace('Basic ', ''), 'base64').toString(),
  }).toEqual({
    plain: '200 plainly /one',
    secure: '200 secretly Bearer token',
    plainProxy: ['GET http://hub.example/one'],
    tunnel: ['CONNECT hub.example:443'],
    password: 'me:pass word',
  });
});

test('what NO_PROXY names, and this machine, is asked for directly', async () => {
  const server = await startWebServer((_request, response) => response.end('well'));
  const proxy = await startProxy(server);
  const local = await asked(server.origin, { environment: { HTTP_PROXY: proxy.url } });
  const exempt = await asked(`http://no-such-name.invalid:${server.port}/`, { environment: { HTTP_PROXY: proxy.url, NO_PROXY: 'invalid' } });
  expect([local, exempt, proxy.asked]).toEqual(['200 well', expect.stringMatching(/ENOTFOUND|EAI_AGAIN/), []]);
});

test('a proxy that refuses, or is not there, is named, and its answer never taken for that of the server', async () => {
  const proxy = await startProxy({ port: 1 }, 407);
  const host = proxy.url.replace('http://', '');
  const away = await deadOrigin();
  const awayHost = away.replace('http://', '');
  expect([
    await asked('https://hub.example/', { environment: { HTTPS_PROXY: proxy.url } }),
    await asked('https://hub.example/', { environment: { HTTPS_PROXY: away } }),
    await asked('http://hub.example/', { environment: { HTTP_PROXY: away } }),
    await asked('http://hub.example/', { environment: { HTTP_PROXY: 'socks5://me:secret@proxy:1080' } }),
  ]).toEqual([
    `hub.example: the proxy ${host} refused with 407`,
    `hub.example: the proxy ${awayHost}: connect ECONNREFUSED ${awayHost}`,
    `hub.example: the proxy ${awayHost}: connect ECONNREFUSED ${awayHost}`,
    'the proxy setting "socks5://proxy:1080" is not the address of an HTTP proxy',
  ]);
});

test('a server that sends us round in circles is left', async () => {
  const server = await startWebServer((_request, response) => response.writeHead(302, { location: '/again' }).end());
  expect([await asked(server.origin), server.requests.length]).toEqual([`127.0.0.1:${server.port} keeps sending us on`, 11]);
});

test('a server that says nothing is left, before its answer and in the middle of it', async () => {
  const silent = await startWebServer(() => undefined);
  const faltering = await startWebServer((_request, response) => response.writeHead(200, { 'content-length': 10 }).write('half'));
  expect([await asked(silent.origin, { stallAfterMs: 100 }), await asked(faltering.origin, { stallAfterMs: 100 })]).toEqual([
    `127.0.0.1:${silent.port}: nothing came for 0.1 s (timed out)`,
    `127.0.0.1:${faltering.port}: nothing came for 0.1 s (timed out)`,
  ]);
});

test('all that came before the line was cut is handed on, however late it is read', async () => {
  const bytes = 3_000_000;
  const server = await startWebServer((_request, response) => {
    response.writeHead(200, { 'content-length': bytes + 1 });
    response.write(Buffer.alloc(bytes), () => response.destroy());
  });
  const answer = await ask({ url: server.origin, stallAfterMs: 10_000, environment: {} });
  let received = 0;
  const read = (async () => {
    for await (const chunk of answer.body) {
      // The line is long since cut when the reader comes back.
      if (received === 0) await new Promise((resolve) => setTimeout(resolve, 200));
      received += chunk.length;
    }
  })();
  await expect(read).rejects.toThrow('the connection was cut (ECONNRESET)');
  expect(received).toBe(bytes);
});

test('a small answer that grows without end is not listened to', async () => {
  const server = await startWebServer((_request, response) => response.end(Buffer.alloc(5000)));
  expect(await asked(server.origin)).toBe(`127.0.0.1:${server.port} sent more than anybody asked for`);
});

test('what is cancelled ends at once, before the answer and in the middle of it', async () => {
  const cancel = new AbortController();
  const silent = await startWebServer(() => {
    cancel.abort(new Error('not any more'));
  });
  const cancelLater = new AbortController();
  const faltering = await startWebServer((_request, response) => {
    response.writeHead(200, { 'content-length': 10 });
    response.write('half', () => {
      cancelLater.abort(new Error('enough'));
    });
  });
  expect([await asked(silent.origin, { signal: cancel.signal }), await asked(faltering.origin, { signal: cancelLater.signal })]).toEqual(['not any more', 'enough']);
});

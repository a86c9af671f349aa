import tls from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { askIndex, networkSeams, type NetworkSeams } from '../../../../main/environment/io/ask-index.ts';
import { readDownloadFailure } from '../../../../main/environment/download-failure.ts';
import { trustExtraCertificates } from '../../../../main/platform/extra-certificates.ts';
import { companyCertificates, startSecureServer } from '../../../fakes/company-certificates.ts';
import { startProxy } from '../../../fakes/proxy.ts';
import { deadOrigin, startWebServer } from '../../../fakes/web-server.ts';

const nowhere = 'https://index.invalid/simple';

/** What came of asking: a status, or how the error reads, or that it was slow. */
async function asked(url: string, environment: NodeJS.ProcessEnv = {}, seams: Partial<NetworkSeams> = {}): Promise<unknown> {
  const facts = await askIndex(url, environment, { ...networkSeams, ...seams });
  if (facts === null) return 'not asked';
  const { outcome, serverDate } = facts;
  const came = outcome.kind === 'answered' ? outcome.status : outcome.kind === 'slow' ? 'slow' : readDownloadFailure(outcome.text);
  return { came, serverDate };
}

function trust(authority: string): void {
  const create = tls.createSecureContext.bind(tls);
  onTestFinished(() => {
    tls.createSecureContext = create;
  });
  trustExtraCertificates({ SSL_CERT_FILE: authority });
}

test.each([200, 404, 503])('an index that answers %i has answered, after one question', async (status) => {
  const index = await startWebServer((_request, response) => response.writeHead(status).end('a page'));
  expect([await asked(`${index.origin}/simple`), index.requests]).toEqual([{ came: status, serverDate: null }, ['/simple']]);
});

test('an index that says nothing is slow, and waiting for it ends', async () => {
  const index = await startWebServer(() => undefined);
  expect(await asked(`${index.origin}/simple`, {}, { answerWithinMs: 100 })).toEqual({ came: 'slow', serverDate: null });
});

test('nobody at the address is a missing network', async () => {
  expect(await asked(await deadOrigin())).toEqual({ came: { kind: 'no-network' }, serverDate: null });
});

describe('behind a proxy', () => {
  test.each([
    [403, 'refuses'],
    [407, 'wants-login'],
    [502, 'refuses'],
  ] as const)('that answers %i', async (status, how) => {
    const proxy = await startProxy({ port: 9 }, status);
    expect(await asked(nowhere, { HTTPS_PROXY: proxy.url })).toEqual({ came: { kind: 'proxy', how }, serverDate: null });
  });

  test('that is not there', async () => {
    expect(await asked(nowhere, { HTTPS_PROXY: await deadOrigin() })).toEqual({ came: { kind: 'proxy', how: 'unreachable' }, serverDate: null });
  });

  test('that only uv can speak to, nothing is asked and nothing said', async () => {
    expect(await asked(nowhere, { HTTPS_PROXY: 'socks5://127.0.0.1:1' })).toEqual('not asked');
  });
});

describe('certificates', () => {
  test('one that nobody vouches for', async () => {
    const { valid } = companyCertificates();
    const origin = await startSecureServer(valid, (_request, response) => response.end());
    expect(await asked(origin)).toEqual({ came: { kind: 'certificate', how: 'not-trusted' }, serverDate: null });
  });

  test('that of a company, once its file is named', async () => {
    const { valid, authority } = companyCertificates();
    const origin = await startSecureServer(valid, (_request, response) => response.end());
    trust(authority);
    expect(await asked(origin)).toEqual({ came: 200, serverDate: null });
  });

  test.each(['expired', 'early'] as const)('one that is %s: the same server is asked what day it is', async (name) => {
    const { [name]: certificate, authority } = companyCertificates();
    const origin = await startSecureServer(certificate, (_request, response) => response.end());
    trust(authority);
    const plain: string[] = [];
    function request(...[url, options]: Parameters<NetworkSeams['request']>): ReturnType<NetworkSeams['request']> {
      if (url.startsWith('https:')) return networkSeams.request(url, options);
      plain.push(url);
      return Promise.resolve({ status: 301, headers: { date: 'Sat, 21 Nov 2026 12:00:00 GMT' } });
    }
    const problem = { kind: name === 'early' ? 'not-yet-valid' : 'expired', bound: null };
    expect([await asked(origin, {}, { request }), plain]).toEqual([{ came: { kind: 'clock', problem }, serverDate: new Date('2026-11-21T12:00:00Z') }, ['http://localhost/']]);
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { uvFinding } from '../../../../main/environment/uv-fault.ts';
import { companyCertificates, startSecureServer } from '../../../fakes/company-certificates.ts';
import { startPackageIndex, wheel } from '../../../fakes/package-index.ts';
import { startProxy } from '../../../fakes/proxy.ts';
import { deadOrigin, startWebServer } from '../../../fakes/web-server.ts';
import { realUv, useIndexAlone } from '../../real-uv.ts';
import { tiny } from '../../small-checkout.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

// Where the tests' home has no uv yet, the first test that needs it installs it.
vi.setConfig({ testTimeout: 120_000 });

/** What is told of the failure of the product's uv, whichever version that is now. */
async function told(): Promise<readonly string[]> {
  const folder = temporaryFolder();
  const lock = join(folder, 'lock.txt');
  writeFileSync(lock, `${tiny.requirement}\n`);
  const uv = await realUv();
  const result = await uv.run(['pip', 'install', '--cache-dir', join(folder, 'cache'), '--target', join(folder, 'packages'), '--no-deps', '--require-hashes', '--only-binary', ':all:', '-r', lock]);
  if (result.ok) throw new Error('uv was to fail');
  const { fault, remedies } = uvFinding('the packages', result.lastLines);
  return [fault, ...remedies.map(({ id }) => id)];
}

async function behindProxy(status?: 403 | 407): Promise<void> {
  useIndexAlone('https://index.invalid');
  const address = status === undefined ? await deadOrigin() : (await startProxy({ port: 9 }, status)).url;
  for (const name of ['HTTPS_PROXY', 'https_proxy']) vi.stubEnv(name, address);
}

async function behindCertificate(name: 'valid' | 'expired' | 'early', trusted: boolean): Promise<void> {
  const { [name]: certificate, authority } = companyCertificates();
  useIndexAlone(await startSecureServer(certificate, (_request, response) => response.end()));
  vi.stubEnv('SSL_CERT_FILE', trusted ? authority : join(temporaryFolder(), 'not-there.pem'));
}

/** The outputs in uv-outputs are of one version; should the next one word it differently, this tells. */
test.each<[string, () => Promise<void>, readonly string[]]>([
  ['an index that is away', async () => { useIndexAlone(await deadOrigin()); }, ['download-failed', 'connect-network', 'try-again']],
  ['a name nobody knows', () => { useIndexAlone('http://index.invalid'); return Promise.resolve(); }, ['download-failed', 'connect-network', 'try-again']],
  ['an index in trouble', async () => { useIndexAlone((await startWebServer((_request, response) => response.writeHead(503).end())).origin); }, ['download-failed', 'try-again']],
  ['an index for members', async () => { useIndexAlone((await startWebServer((_request, response) => response.writeHead(401).end())).origin); }, ['download-unauthorised', 'sign-in-to-source', 'try-again']],
  ['an index without the package', async () => { useIndexAlone((await startPackageIndex([])).origin); }, ['no-matching-wheel', 'check-package-index', 'try-again']],
  ['other bytes', async () => { useIndexAlone((await startPackageIndex([wheel('tiny', '1.0', { 'tiny/__init__.py': 'other' })])).origin); }, ['hash-mismatch', 'check-package-index', 'try-again']],
  ['a proxy that refuses', () => behindProxy(403), ['proxy-or-tls', 'ask-network-owner', 'set-proxy', 'try-again']],
  ['a proxy that wants a password', () => behindProxy(407), ['proxy-or-tls', 'sign-in-to-proxy', 'try-again']],
  ['a proxy that is away', () => behindProxy(), ['proxy-or-tls', 'set-proxy', 'try-again']],
  ['a certificate before its time', () => behindCertificate('early', true), ['proxy-or-tls', 'set-clock', 'try-again']],
  ['a certificate after its time', () => behindCertificate('expired', true), ['proxy-or-tls', 'set-clock', 'ask-network-owner', 'try-again']],
  ['a certificate file that is not there', () => behindCertificate('valid', false), ['proxy-or-tls', 'mend-certificate-file', 'try-again']],
])('the uv we ship is understood: %s', async (_what, prepare, expected) => {
  await prepare();
  expect(await told()).toEqual(expected);
});

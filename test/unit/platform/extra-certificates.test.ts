import { execa } from 'execa';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extraCertificates, readExtraCertificates, trustExtraCertificates } from '../../../main/platform/extra-certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'earshot-unit-'));
const certificate = join(folder, 'company.pem');
const key = join(folder, 'company.key');
const create = tls.createSecureContext.bind(tls);

beforeAll(async () => {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  await execa('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate, ...subject]);
});

afterAll(() => {
  tls.createSecureContext = create;
  rmSync(folder, { recursive: true });
});

/** Status of a request to a server with that certificate, or why there was none. */
async function ask(): Promise<number | string> {
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_request, response) => response.end('well'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return (await fetch(`https://localhost:${port}/`)).status;
  } catch (error) {
    return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a server behind a company’s own certificate is reached once that is named, and not before', async () => {
  const before = await ask();
  trustExtraCertificates({ NODE_EXTRA_CA_CERTS: join(folder, 'not-there.pem') });
  const unnamed = await ask();
  trustExtraCertificates({ NODE_EXTRA_CA_CERTS: certificate });
  expect([before, unnamed, await ask()]).toEqual([expect.stringMatching(/self.signed/), expect.stringMatching(/self.signed/), 200]);
});

describe('as text, for who asks with certificates of its own', () => {
  test('the files of both variables are read, and what both hold once', () => {
    const pem = readFileSync(certificate, 'utf8').trim();
    const bundle = join(folder, 'bundle.pem');
    writeFileSync(bundle, `# A company\n${pem}\n${pem}\n`);
    expect(extraCertificates({ NODE_EXTRA_CA_CERTS: certificate, SSL_CERT_FILE: bundle })).toEqual([pem]);
    expect([extraCertificates({}), extraCertificates({ SSL_CERT_FILE: '' })]).toEqual([[], []]);
  });

  test('one broken entry of a file costs only itself', () => {
    const pem = readFileSync(certificate, 'utf8').trim();
    const bundle = join(folder, 'half-broken.pem');
    writeFileSync(bundle, `-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n${pem}\n`);
    expect(readExtraCertificates({ SSL_CERT_FILE: bundle })).toEqual({ certificates: [pem], problems: [] });
  });

  test('a file that is of no use is told with the reason, and never thrown', () => {
    const paths = { missing: join(folder, 'not-there.pem'), unreadable: join(folder, 'a-folder'), 'no-certificate': join(folder, 'text.pem') };
    mkdirSync(paths.unreadable);
    writeFileSync(paths['no-certificate'], 'nothing here');
    const found = Object.values(paths).map((path) => readExtraCertificates({ SSL_CERT_FILE: path }));
    expect(found).toEqual(Object.entries(paths).map(([problem, path]) => ({ certificates: [], problems: [{ variable: 'SSL_CERT_FILE', path, problem }] })));
  });
});

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../unit/temporary-folder.ts';

export interface ServerCertificate {
  readonly key: Buffer;
  readonly cert: Buffer;
}

export interface CompanyCertificates {
  /** File with the certificate that a computer of this company trusts. */
  readonly authority: string;
  readonly valid: ServerCertificate;
  /** Valid until 2021-01-01. */
  readonly expired: ServerCertificate;
  /** Valid from 2040-01-01 on. */
  readonly early: ServerCertificate;
}

const configuration = `[ca]
default_ca=company
[company]
database=index.txt
new_certs_dir=.
rand_serial=yes
default_md=sha256
policy=any
unique_subject=no
[any]
commonName=supplied
[server]
subjectAltName=DNS:localhost,IP:127.0.0.1
`;

/** Real certificates for `localhost`, from an authority that nobody knows yet. */
export function companyCertificates(): CompanyCertificates {
  const folder = temporaryFolder();
  function openssl(...args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  }
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  writeFileSync(join(folder, 'company.cnf'), configuration);
  writeFileSync(join(folder, 'index.txt'), '');
  openssl('req', '-x509', ...key, '-days', '2', '-keyout', 'company.key', '-out', 'company.pem', '-subj', '/CN=A company');
  function certificate(name: string, from: string, until: string): ServerCertificate {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', '/CN=localhost');
    const signer = ['-config', 'company.cnf', '-extensions', 'server', '-cert', 'company.pem', '-keyfile', 'company.key'];
    openssl('ca', '-batch', '-notext', ...signer, '-startdate', from, '-enddate', until, '-in', `${name}.csr`, '-out', `${name}.pem`);
    return { key: readFileSync(join(folder, `${name}.key`)), cert: readFileSync(join(folder, `${name}.pem`)) };
  }
  return {
    authority: join(folder, 'company.pem'),
    valid: certificate('valid', '20200101000000Z', '20600101000000Z'),
    expired: certificate('expired', '20200101000000Z', '20210101000000Z'),
    early: certificate('early', '20400101000000Z', '20600101000000Z'),
  };
}

/** Origin of a real HTTPS server with that certificate, on a free loopback port; it goes with the test. */
export async function startSecureServer(certificate: ServerCertificate, answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(certificate, answer);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

import { describe, expect, test } from 'vitest';
import { networkFindings, type IndexFacts, type NetworkFacts } from '../../../main/environment/install-network.ts';

const url = 'https://index.example/simple';
const quiet: NetworkFacts = { platform: 'linux', indexes: [], badProxies: [], certificateFiles: [], now: new Date('2026-11-21'), builtAt: new Date('2026-11-01'), serverDate: null };

function failed(text: string): IndexFacts {
  return { url, outcome: { kind: 'failed', text } };
}

function answered(status: number): IndexFacts {
  return { url, outcome: { kind: 'answered', status } };
}

function said(facts: Partial<NetworkFacts>): readonly string[] {
  return networkFindings({ ...quiet, ...facts }).map(({ severity, fault, title }) => `${severity} ${fault}: ${title}`);
}

const lead = 'Could not be fetched: the packages Earshot needs.';

test.each([200, 204, 301, 404, 405])('an index that answers %i is there', (status) => {
  expect(said({ indexes: [answered(status)] })).toEqual([]);
});

test('nothing is said where nobody knows the index', () => {
  expect(said({})).toEqual([]);
});

describe('what uv fails at too ends the installation', () => {
  test.each([
    ['a name nobody knows', failed('getaddrinfo ENOTFOUND index.example'), 'download-failed: No network. Still missing: the packages Earshot needs.'],
    ['nobody at the address', failed('index.example: connect ECONNREFUSED 10.0.0.1:443 (ECONNREFUSED)'), 'download-failed: No network. Still missing: the packages Earshot needs.'],
    ['a proxy that is away', failed('index.example: the proxy 10.0.0.1:3128: connect ECONNREFUSED 10.0.0.1:3128 (ECONNREFUSED)'), `proxy-or-tls: ${lead} The proxy does not answer.`],
    ['a proxy that refuses', failed('index.example: the proxy 10.0.0.1:3128 refused with 403'), `proxy-or-tls: ${lead} The proxy does not let Earshot through.`],
    ['a proxy that wants a password', failed('index.example: the proxy 10.0.0.1:3128 refused with 407'), `proxy-or-tls: ${lead} The proxy wants a name and a password.`],
    ['a certificate before its time', failed('certificate is not yet valid (CERT_NOT_YET_VALID)'), `proxy-or-tls: ${lead} The clock of this computer is wrong.`],
    ['one after its time', failed('certificate has expired (CERT_HAS_EXPIRED)'), `proxy-or-tls: ${lead} The certificate of the server has expired, or the clock of this computer is wrong.`],
  ])('%s', (_what, index, expected) => {
    expect(said({ indexes: [index] })).toEqual([`error ${expected}`]);
  });
});

describe('what uv may know better is a warning', () => {
  test.each([
    ['a certificate we do not trust', failed('unable to verify the first certificate'), `proxy-or-tls: ${lead} This computer does not trust the certificate of the server.`],
    ['a password we do not have', answered(401), `download-unauthorised: ${lead} The server does not let Earshot in.`],
    ['a server in trouble', answered(503), `download-failed: ${lead} The server is in trouble.`],
  ])('%s', (_what, index, expected) => {
    expect(said({ indexes: [index] })).toEqual([`warning ${expected}`]);
  });
});

test('an index that is slow is only mentioned', () => {
  expect(said({ indexes: [{ ...answered(0), outcome: { kind: 'slow' } }] })).toEqual(['info download-failed: The package index answers slowly; the download may take long.']);
});

test('the day another server says convicts the clock, with both dates', () => {
  const [finding] = networkFindings({ ...quiet, now: new Date('2031-05-01'), serverDate: new Date('2026-11-21'), indexes: [failed('certificate has expired')] });
  expect(finding).toMatchObject({
    title: `${lead} The clock of this computer is wrong.`,
    detail: 'This computer believes it is 2031-05-01; the server says it is 2026-11-21.',
    remedies: [{ id: 'set-clock' }, { id: 'try-again' }],
  });
});

test('a clock before the day Earshot was built is warned of, unless a certificate was just believed', () => {
  const now = new Date('2020-01-01');
  expect([said({ now }), said({ now, indexes: [answered(200)] })]).toEqual([['warning proxy-or-tls: The clock of this computer is wrong; secure connections may fail.'], []]);
});

test('a certificate file that uv cannot use ends the installation, since it trusts nobody then; not where nothing is encrypted', () => {
  const certificateFiles = [{ variable: 'SSL_CERT_FILE', path: '/etc/company.pem', problem: 'missing' }] as const;
  const plain = { ...answered(200), url: 'http://127.0.0.1/simple' };
  const told = 'proxy-or-tls: The file with the certificates to trust cannot be used: it does not exist.';
  expect([said({ certificateFiles }), said({ certificateFiles, indexes: [plain] })]).toEqual([[`error ${told}`], [`warning ${told}`]]);
});

test('Node’s own certificate file costs no installation', () => {
  const certificateFiles = [{ variable: 'NODE_EXTRA_CA_CERTS', path: '/etc/company.pem', problem: 'no-certificate' }] as const;
  expect(said({ certificateFiles })).toEqual(['warning proxy-or-tls: The file with the certificates to trust cannot be used: it holds no certificate.']);
});

test('a proxy address that is none is shown without its password', () => {
  const [finding] = networkFindings({ ...quiet, badProxies: [{ variable: 'HTTPS_PROXY', value: 'ftp://me:secret@proxy:1' }] });
  expect(finding).toMatchObject({ severity: 'warning', detail: 'HTTPS_PROXY is "ftp://…@proxy:1".' });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { damagedCacheFile, uvFault, uvFinding } from '../../../main/environment/uv-fault.ts';
import type { FaultId } from '../../../main/platform/fault.ts';

/** What uv 0.13.8 really said on Linux, one way of failing a file; only addresses and folders were made neutral. */
const folder = join(import.meta.dirname, 'uv-outputs');

function outputOf(name: string): string {
  return readFileSync(join(folder, `${name}.txt`), 'utf8');
}

const now = new Date('2026-11-21T12:00:00Z');
const what = 'the packages';

/** Fault, what is said after "the packages", and the remedies. */
type Told = readonly [FaultId, string, ...string[]];

const notFetched = 'Could not be fetched: the packages.';
const offline: Told = ['download-failed', 'No network. Still missing: the packages.', 'connect-network', 'try-again'];
const full: Told = ['disk-full', 'The disk is full: the packages could not be stored.', 'free-disk-space', 'try-again'];
const locked: Told = ['not-writable', 'Earshot may not write into its own folder: the packages could not be stored.', 'allow-writing', 'try-again'];
const unknown: Told = ['download-failed', notFetched, 'try-again'];
const busy: Told = ['download-failed', `${notFetched} The server is in trouble.`, 'try-again'];
const refused: Told = ['download-unauthorised', `${notFetched} The server does not let Earshot in.`, 'sign-in-to-source', 'try-again'];
const wrongBytes: Told = ['hash-mismatch', `${notFetched} What arrived is not what it should be, so it was thrown away.`, 'check-package-index', 'try-again'];
const unfit: Told = ['no-matching-wheel', 'Cannot be installed here: the packages. A part of it does not exist for this computer.', 'use-torch-build', 'update-earshot'];
const absent: Told = ['no-matching-wheel', `${notFetched} A part of it is not to be had.`, 'check-package-index', 'use-torch-build', 'try-again'];
const proxyLogin: Told = ['proxy-or-tls', `${notFetched} The proxy wants a name and a password.`, 'sign-in-to-proxy', 'try-again'];
const proxyRefuses: Told = ['proxy-or-tls', `${notFetched} The proxy does not let Earshot through.`, 'ask-network-owner', 'set-proxy', 'try-again'];
const proxySilent: Told = ['proxy-or-tls', `${notFetched} The proxy does not answer.`, 'set-proxy', 'try-again'];
const notTrusted: Told = ['proxy-or-tls', `${notFetched} This computer does not trust the certificate of the server.`, 'trust-certificate', 'try-again'];
const noCertificates: Told = ['proxy-or-tls', `${notFetched} The file with the certificates to trust cannot be used.`, 'mend-certificate-file', 'try-again'];

const told: Readonly<Record<string, Told>> = {
  'cache-archive-damaged': ['hash-mismatch', 'Could not be installed: the packages. A package that was kept from an earlier download is damaged.', 'clear-package-cache'],
  'certificates-missing': noCertificates,
  'certificates-no-pem': noCertificates,
  'cut-in-the-middle': offline,
  'damaged-zip': wrongBytes,
  'direct-wheel-of-another-platform': unfit,
  'disk-full-cache': full,
  'disk-full-environment': full,
  'disk-full-venv': full,
  'file-403': refused,
  'file-404': unknown,
  'hash-mismatch': wrongBytes,
  'network-unreachable': offline,
  'no-name': offline,
  offline: ['download-failed', `${notFetched} Earshot was told to stay away from the network.`, 'go-online', 'try-again'],
  'other-content-type': unknown,
  'package-not-there': absent,
  'permission-cache': locked,
  'permission-venv': locked,
  'proxy-403': proxyRefuses,
  'proxy-407': proxyLogin,
  'proxy-407-http': proxyLogin,
  'proxy-502': proxyRefuses,
  'proxy-no-name': proxySilent,
  'proxy-refused': proxySilent,
  'read-only-cache': locked,
  'read-only-environment': locked,
  'read-only-venv': locked,
  refused: offline,
  'requires-another-python': unfit,
  silent: offline,
  'silent-in-the-middle': offline,
  'sources-only': unfit,
  'status-401': refused,
  'status-403': refused,
  'status-407': proxyLogin,
  'status-429': busy,
  'status-500': busy,
  'status-503': busy,
  'tls-expired': ['proxy-or-tls', `${notFetched} The certificate of the server has expired, or the clock of this computer is wrong.`, 'set-clock', 'ask-network-owner', 'try-again'],
  'tls-future': ['proxy-or-tls', `${notFetched} The clock of this computer is wrong.`, 'set-clock', 'try-again'],
  'tls-not-spoken': ['proxy-or-tls', `${notFetched} The server does not speak an encrypted language.`, 'sign-in-to-source', 'try-again'],
  'tls-othername': ['proxy-or-tls', `${notFetched} The server answers with the certificate of another one.`, 'trust-certificate', 'try-again'],
  'tls-self-signed': notTrusted,
  'tls-unknown-issuer': notTrusted,
  'version-not-there': absent,
  'web-page-instead-of-index': absent,
  'wheel-of-a-newer-glibc': ['glibc-too-old', "Cannot be installed here: the packages. This computer's system is too old for it.", 'update-system', 'use-torch-build'],
  'wheel-of-a-newer-python': unfit,
  'wheel-of-another-platform': unfit,
  'wheel-of-another-python': unfit,
  'wheel-of-musl': unfit,
  'zip-that-is-none': wrongBytes,
};

test('every output that was collected is told apart', () => {
  const found = readdirSync(folder).map((name) => name.replace(/\.txt$/, ''));
  const said = found.map((name) => {
    const { fault, title, remedies } = uvFinding(what, outputOf(name), { build: 'cu124', now });
    return [name, [fault, title, ...remedies.map(({ id }) => id)]];
  });
  expect(Object.fromEntries(said)).toEqual(told);
});

describe('what is said', () => {
  test('a wrong clock is told with both dates', () => {
    const details = ['tls-future', 'tls-expired'].map((name) => uvFinding(what, outputOf(name), { now }).detail);
    expect(details).toEqual([
      'This computer believes it is 2026-11-21; the certificate of the server is valid from 2040-01-01 on.',
      'This computer believes it is 2026-11-21; the certificate of the server was valid until 2021-01-01.',
    ]);
  });

  test('the day Earshot was built decides between a wrong clock and an old certificate', () => {
    const { title, detail } = uvFinding(what, outputOf('tls-expired'), { now, builtAt: new Date('2027-02-03') });
    expect([title, detail]).toEqual([`${notFetched} The clock of this computer is wrong.`, 'This computer believes it is 2026-11-21, but this Earshot was made on 2027-02-03.']);
  });

  test('a system that is too old is told with both versions', () => {
    expect(uvFinding(what, outputOf('wheel-of-a-newer-glibc')).detail).toBe('It needs version 2.99 of the C library (glibc); this system has 2.36.');
  });

  test('a wheel for another processor is no question of the system’s age', () => {
    const other = outputOf('wheel-of-a-newer-glibc').replace('manylinux_2_99_x86_64', 'manylinux_2_99_aarch64');
    const older = outputOf('wheel-of-a-newer-glibc').replace('`manylinux_2_99_x86_64`', '`manylinux_2_99_x86_64`, `manylinux2014_x86_64`');
    expect([other, older].map((output) => uvFinding(what, output).fault)).toEqual(['no-matching-wheel', 'no-matching-wheel']);
  });

  test('the part that is missing is named', () => {
    expect(['package-not-there', 'wheel-of-another-platform', 'direct-wheel-of-another-platform'].map((name) => uvFinding(what, outputOf(name)).detail)).toEqual([
      'The package index does not carry tiny.',
      'tiny==1.0 is not made for this system, its processor or its Python.',
      'tiny-1.0-py3-none-win_amd64.whl is not made for this system, its processor or its Python.',
    ]);
  });

  test('another build is offered only where there is one', () => {
    const offered = [null, 'cpu', 'cu124'].map((build) => uvFinding(what, outputOf('wheel-of-another-python'), { build }).remedies);
    const processor = { id: 'use-torch-build', title: 'Let these engines compute on the processor instead.', kind: 'click', arguments: { build: 'cpu' } };
    const update = { id: 'update-earshot', title: 'Install the newest version of Earshot.', kind: 'guide' };
    expect(offered).toEqual([[update], [update], [processor, update]]);
  });

  test('the evidence is uv’s own words from the error on, without passwords', () => {
    const output = 'Using Python 3.11.7 environment at: venv\nDownloading tiny (3.0MiB)\nerror: Failed to fetch: `https://me:secret@index.example/simple/tiny/`\n  cause: dns error\n';
    expect(uvFinding(what, output).evidence).toEqual(['error: Failed to fetch: `https://…@index.example/simple/tiny/`', 'cause: dns error']);
  });

  test('as what ends a command it says the same, and what to do', () => {
    expect(uvFault(what, outputOf('hash-mismatch'))).toMatchObject({
      id: 'hash-mismatch',
      title: `${notFetched} What arrived is not what it should be, so it was thrown away.`,
      detail: expect.stringMatching(/cause: Hash mismatch for `tiny==1\.0`/) as string,
      cure: 'If a package index of your own is set, check that it carries this package (downloads.packageIndex in the settings).',
    });
  });
});

test('a damaged package in uv’s cache is named, so that it can be fetched again', () => {
  expect([damagedCacheFile(outputOf('cache-archive-damaged')), damagedCacheFile(outputOf('hash-mismatch'))]).toEqual(['/cache/uv/archive-v0/KSbe3Hoa_BAXTioz/tiny-1.0.dist-info/RECORD', null]);
  expect(uvFinding(what, outputOf('cache-archive-damaged')).remedies).toEqual([
    { id: 'clear-package-cache', title: 'Delete the folder /cache/uv and start again; what was in it is fetched anew.', kind: 'guide' },
  ]);
});

test('Windows says its errors in the person’s language; their numbers are read', () => {
  const said = {
    'Es steht nicht genug Speicherplatz auf dem Datenträger zur Verfügung. (os error 112)': 'disk-full',
    'Zugriff verweigert (os error 5)': 'not-writable',
    'Der Dateiname oder die Erweiterung ist zu lang. (os error 206)': 'path-unsuitable',
    'Input/output error (os error 5)': 'download-failed',
  };
  expect(Object.keys(said).map((text) => uvFinding(what, `error: Failed to install: tiny\n  cause: ${text}`).fault)).toEqual(Object.values(said));
});

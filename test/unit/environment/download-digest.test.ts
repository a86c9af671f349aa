import { expect, test } from 'vitest';
import { digestOfIntegrity, digestText, parseDigest } from '../../../main/environment/download-digest.ts';

test.each([`sha256:${'a'.repeat(64)}`, `sha512:${'b'.repeat(128)}`, `git-sha1:${'0'.repeat(40)}`])('%s is read as it is written', (text) => {
  const digest = parseDigest(text);
  expect(digest === null ? null : digestText(digest)).toBe(text);
});

test.each(['', 'sha256:', `sha256:${'a'.repeat(40)}`, `sha1:${'a'.repeat(40)}`, `git-sha1:${'a'.repeat(64)}`, `sha256:${'A'.repeat(64)}`, `sha256:${'a'.repeat(64)}\n`])('"%s" is no digest', (text) => {
  expect(parseDigest(text)).toBeNull();
});

test('the integrity of a npm package is its sha512, and older sums do not do', () => {
  const zeros = Buffer.alloc(64).toString('base64');
  expect([digestOfIntegrity(`sha512-${zeros}`), digestOfIntegrity('sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=')]).toEqual([{ algorithm: 'sha512', hex: '0'.repeat(128) }, null]);
});

import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hexOf, isVerified, removeVerified, stampVerified, type ExpectedFile } from '../../../../main/environment/io/verified-file.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const right = 'the right bytes';
const wrong = 'the wrong bytes';
const sha256 = createHash('sha256').update(right).digest('hex');
const expected: ExpectedFile = { name: 'model.bin', bytes: right.length, digest: { algorithm: 'sha256', hex: sha256 } };
/** sha256 that nothing has: with it in the catalogue, only the stamp can say yes. */
const impossible: ExpectedFile = { ...expected, digest: { algorithm: 'sha256', hex: '0'.repeat(64) } };
const trust = { rehash: false };

/** A model file that was written long ago, so that every later write has another time. */
function modelFile(content: string): string {
  const path = join(temporaryFolder(), 'model.bin');
  writeFileSync(path, content);
  utimesSync(path, 1_000_000, 1_000_000);
  return path;
}

test('the sha256 of a file is that of its bytes, whatever its length', async () => {
  const bytes = Buffer.alloc(3 * 1024 ** 2 + 1, 'x');
  const path = join(temporaryFolder(), 'model.bin');
  writeFileSync(path, bytes);
  expect(await hexOf(path, 'sha256')).toBe(createHash('sha256').update(bytes).digest('hex'));
});

test('the sum that git has of a file is git’s own', async () => {
  // git hash-object of a file with these bytes.
  expect(await hexOf(modelFile('the right bytes\n'), 'git-sha1')).toBe('5fe00b1daf06624bb05133586fb82738267791ae');
});

test('a file with the catalogue’s bytes is the catalogue’s file, and that is remembered beside it', async () => {
  const path = modelFile(right);
  expect(await isVerified(path, expected, trust)).toBe(true);
  expect(readdirSync(join(path, '..'))).toEqual(['model.bin', 'model.bin.verified']);
});

test.each([
  ['other bytes of the same length', wrong],
  ['fewer bytes', right.slice(1)],
  ['more bytes', `${right}!`],
  ['no bytes', ''],
])('a file with %s is not, and nothing is remembered', async (_what, content) => {
  const path = modelFile(content);
  expect(await isVerified(path, expected, trust)).toBe(false);
  expect(readdirSync(join(path, '..'))).toEqual(['model.bin']);
});

test('a file that is not there is not the catalogue’s', async () => {
  expect(await isVerified(join(temporaryFolder(), 'model.bin'), expected, trust)).toBe(false);
});

test('what was remembered is trusted without hashing again', async () => {
  const path = modelFile(right);
  await stampVerified(path, impossible);
  expect([await isVerified(path, impossible, trust), await isVerified(path, impossible, { rehash: true })]).toEqual([true, false]);
});

test('what was remembered for another sha256 counts for nothing', async () => {
  const path = modelFile(right);
  await stampVerified(path, impossible);
  expect(await isVerified(path, { ...expected, digest: { algorithm: 'sha256', hex: 'f'.repeat(64) } }, trust)).toBe(false);
});

const writes: readonly (readonly [string, (path: string) => void])[] = [
  ['other bytes in their place', (path) => {
    writeFileSync(path, wrong);
  }],
  ['the same bytes again', (path) => {
    writeFileSync(path, right);
  }],
  ['bytes at the end', (path) => {
    appendFileSync(path, '!');
  }],
  ['another file moved over it', (path) => {
    writeFileSync(`${path}.new`, wrong);
    renameSync(`${path}.new`, path);
  }],
  ['other bytes and the old time set back', (path) => {
    const { ctimeMs } = statSync(path);
    // The change time of the file system ticks every few milliseconds.
    do {
      writeFileSync(path, wrong);
      utimesSync(path, 1_000_000, 1_000_000);
    } while (statSync(path).ctimeMs === ctimeMs);
  }],
];

test.each(writes)('any write makes what was remembered count for nothing: %s', async (_what, write) => {
  const path = modelFile(right);
  await stampVerified(path, impossible);
  write(path);
  expect(await isVerified(path, impossible, trust)).toBe(false);
});

test('a file that was written again with the right bytes is hashed once and remembered', async () => {
  const path = modelFile(right);
  await isVerified(path, expected, trust);
  writeFileSync(path, right);
  expect([await isVerified(path, expected, trust), await isVerified(path, expected, { rehash: true })]).toEqual([true, true]);
});

test.each(['', '{', 'null', '{"sha256":"x"}'])('a torn stamp (%s) means hashing, not trouble', async (torn) => {
  const path = modelFile(right);
  writeFileSync(`${path}.verified`, torn);
  expect([await isVerified(path, impossible, trust), await isVerified(path, expected, trust)]).toEqual([false, true]);
});

test('rehashing sees damage that left no trace in the file’s times', async () => {
  const path = modelFile(wrong);
  // A stamp for damaged bytes stands for a disk that lost some after they were hashed.
  await stampVerified(path, expected);
  expect([await isVerified(path, expected, trust), await isVerified(path, expected, { rehash: true })]).toEqual([true, false]);
});

test('removing a file removes what was remembered of it', async () => {
  const path = modelFile(right);
  await stampVerified(path, expected);
  await removeVerified(path);
  expect([existsSync(path), existsSync(`${path}.verified`)]).toEqual([false, false]);
});

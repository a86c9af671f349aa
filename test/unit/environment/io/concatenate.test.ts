import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { concatenate } from '../../../../main/environment/io/concatenate.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** Files of a new folder, in the order given. */
function files(contents: Readonly<Record<string, Uint8Array>>): { folder: string; paths: readonly string[] } {
  const folder = temporaryFolder();
  const paths = Object.entries(contents).map(([name, content]) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  });
  return { folder, paths };
}

test('parts stand one after the other, in the order given', async () => {
  const big = Buffer.alloc(3 * 1024 ** 2 + 7, 'b');
  const { folder, paths } = files({ z: Buffer.from('first'), empty: Buffer.alloc(0), a: big, m: Buffer.from([0, 255, 10]) });
  await concatenate(paths, join(folder, 'whole'));
  expect(readFileSync(join(folder, 'whole')).equals(Buffer.concat([Buffer.from('first'), big, Buffer.from([0, 255, 10])]))).toBe(true);
});

test('one part is a copy', async () => {
  const { folder, paths } = files({ part: Buffer.from('all of it') });
  await concatenate(paths, join(folder, 'whole'));
  expect(readFileSync(join(folder, 'whole'), 'utf8')).toBe('all of it');
});

test('a part that is not there leaves no half of a file', async () => {
  const { folder, paths } = files({ part: Buffer.from('first') });
  await expect(concatenate([...paths, join(folder, 'missing')], join(folder, 'whole'))).rejects.toThrow('ENOENT');
  expect(existsSync(join(folder, 'whole'))).toBe(false);
});

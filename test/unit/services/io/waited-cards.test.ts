import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recallWaited, rememberWaited } from '../../../../main/services/io/waited-cards.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

test('cards that were waited for in vain are remembered until one has come', async () => {
  const path = join(temporaryFolder(), 'data', 'cards.json');
  const none = await recallWaited(path);
  await rememberWaited(path, new Set([null, 'GPU-1']));
  const both = await recallWaited(path);
  await rememberWaited(path, new Set());
  expect({ none: [...none], both: [...both], after: existsSync(path) }).toEqual({ none: [], both: [null, 'GPU-1'], after: false });
});

test('what has not changed is not written again', async () => {
  const path = join(temporaryFolder(), 'cards.json');
  await rememberWaited(path, new Set(['GPU-1']));
  const { ino } = statSync(path);
  await rememberWaited(path, new Set(['GPU-1']));
  expect({ same: statSync(path).ino === ino, content: JSON.parse(readFileSync(path, 'utf8')) as unknown }).toEqual({ same: true, content: { version: 1, cards: ['GPU-1'] } });
});

test('a damaged file costs one more wait and no start', async () => {
  const path = join(temporaryFolder(), 'cards.json');
  writeFileSync(path, '{"version": 2');
  expect([...(await recallWaited(path))]).toEqual([]);
});

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { moveIn } from '../../../../main/environment/io/move-in.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** A finished folder, and the place it belongs in with what stands there already. */
function finished(standing: readonly string[] | null): { staging: string; final: string; isWhole: () => boolean } {
  const folder = temporaryFolder();
  const staging = join(folder, 'staging');
  const final = join(folder, 'final');
  mkdirSync(staging);
  for (const name of ['ours', 'complete']) writeFileSync(join(staging, name), '');
  if (standing !== null) mkdirSync(final);
  for (const name of standing ?? []) writeFileSync(join(final, name), '');
  return { staging, final, isWhole: () => existsSync(join(final, 'complete')) };
}

test.each([
  ['nothing', null, ['complete', 'ours']],
  ['an empty folder', [], ['complete', 'ours']],
  ['half of a folder', ['half'], ['complete', 'ours']],
  ['the whole folder of another start', ['theirs', 'complete'], ['complete', 'theirs']],
])('a finished folder meets %s in its place', async (_what, standing, files) => {
  const { staging, final, isWhole } = finished(standing);
  await moveIn(staging, final, isWhole);
  expect(readdirSync(final).sort()).toEqual(files);
});

test('a folder that cannot be moved is said', async () => {
  const { final, isWhole } = finished(null);
  await expect(moveIn(join(final, 'nowhere'), final, isWhole)).rejects.toThrow('ENOENT');
});

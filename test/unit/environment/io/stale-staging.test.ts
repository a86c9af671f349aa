import { mkdir, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeStaleStaging } from '../../../../main/environment/io/stale-staging.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

test('what a killed install left is removed after a day; what may be at work, and what is installed, stays', async () => {
  const data = temporaryFolder();
  const environments = join(data, 'environments');
  const now = Date.now();
  for (const [name, ageHours] of [
    ['voice-1', 100],
    ['voice-2.staging-aaaa', 25],
    ['voice-3.staging-bbbb', 1],
  ] as const) {
    const path = join(environments, name);
    await mkdir(path, { recursive: true });
    await utimes(path, new Date(now), new Date(now - ageHours * 3_600_000));
  }
  await removeStaleStaging(data, now);
  expect((await readdir(environments)).sort()).toEqual(['voice-1', 'voice-3.staging-bbbb']);
});

import { beforeAll, expect, test } from 'vitest';
import { isVerifying, recordFigure } from '../setup/figures.ts';
import { developerPython } from '../setup/prepare.ts';
import { parts } from './parts.ts';
import { short } from './promised.ts';

if (isVerifying) console.log('"npm run verify" runs the whole of "npm run chaos" by itself, so its short cut is left out here.');

beforeAll(async () => {
  await developerPython();
});

// A shared core that stands still for a second misses bounds of a quarter of one, so there is a second try; both are printed.
test.skipIf(isVerifying).each(parts)('$title, and every promise is kept', async ({ run }) => {
  const promises = await run(short);
  for (const { promise, what, measured, bound } of promises) recordFigure({ name: `${promise} ${what}`, value: measured, bound });
  expect(promises.filter(({ kept }) => !kept)).toEqual([]);
});

import { expect, test } from 'vitest';
import * as z from 'zod';
import { earshot } from '../setup/earshot.ts';
import { isVerifying, recordFigure } from '../setup/figures.ts';

/** "npm run soak" asks a thousand, with the same code. */
const turns = 50;
if (isVerifying) console.log('"npm run verify" soaks for a thousand turns by itself, so fifty are left out here.');

const report = z.object({
  figures: z.array(z.object({ name: z.string(), value: z.number(), unit: z.string(), baseline: z.number().nullable(), goal: z.number().nullable(), ok: z.boolean().nullable() })),
});

test.skipIf(isVerifying)(`${turns} turns: every one is answered, and nothing grows`, async () => {
  const { stdout, stderr } = await earshot(['bench', 'soak', '--turns', String(turns), '--json']);
  const { figures } = report.parse(JSON.parse(stdout));
  for (const { name, value, unit, baseline, goal } of figures) {
    const bound = goal === null ? (baseline === null ? '–' : `of ${baseline}`) : `≤ ${goal}`;
    recordFigure({ name: `${turns} turns: ${name.trim()}`, value: `${value} ${unit}`.trim(), bound });
  }
  expect(figures.filter(({ ok }) => ok === false), stderr).toEqual([]);
  expect(figures.filter(({ ok }) => ok === true).length).toBeGreaterThanOrEqual(5);
}, 600_000);

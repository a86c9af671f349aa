import { expect, test } from 'vitest';
import { budgetBytes, clearanceFor, roomFor, type Stored } from '../../../main/environment/download-budget.ts';

const gibibyte = 1024 ** 3;

function stored(id: string, gib: number, lastUsedMs: number, kind: Stored['kind'] = 'model'): Stored {
  return { id, kind, bytes: gib * gibibyte, lastUsedMs };
}

const all = [stored('new', 3, 300), stored('old', 2, 100), stored('torch-cu121-ab', 5, 200, 'environment'), stored('used', 4, 0)];
const used = new Set(['used']);

function removed(budgetGiB: number): readonly string[] {
  return clearanceFor(all, used, budgetBytes(budgetGiB)).remove.map(({ id }) => id);
}

test.each<[number, readonly string[]]>([
  [14, []],
  [13, ['old']],
  [11.5, ['old', 'torch-cu121-ab']],
  [6, ['old', 'torch-cu121-ab', 'new']],
])('with a budget of %d GiB the longest unused goes, and no more than has to', (budgetGiB, expected) => {
  expect(removed(budgetGiB)).toEqual(expected);
});

test('what the plan uses stays, even where that alone is too much', () => {
  expect([removed(1), clearanceFor(all, used, budgetBytes(1)).stillOverBytes]).toEqual([['old', 'torch-cu121-ab', 'new'], 3 * gibibyte]);
});

test('what may come in packages needs room for these beside it, what comes as files does not', () => {
  const missing = [{ bytes: 100 }, { bytes: 20 }];
  const hub = { kind: 'hub', repository: 'owner/tiny', files: {} } as const;
  const packages = { kind: 'pypi', packages: ['tiny==1.0'], files: {} } as const;
  expect([roomFor({ sources: [hub] }, missing), roomFor({ sources: [hub, { ...packages, packages: [...packages.packages] }] }, missing)]).toEqual([120, 360]);
});

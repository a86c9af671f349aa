import { expect, test } from 'vitest';
import { startBudgetMs, withLoad, type Loads } from '../../../main/services/start-budget.ts';
import type { Service } from '../../../main/services/service.ts';

const service: Service = {
  id: 'tts',
  engine: 'kokoro',
  model: 'kokoro-82m-int8',
  device: 'cpu',
  needs: [],
  startBudgetMs: 90_000,
  fallback: null,
  run: { kind: 'process', module: 'm', python: 'p', environment: {}, section: () => ({}) },
};

function after(...loadsMs: readonly number[]): Loads {
  return loadsMs.reduce<Loads>((loads, ms) => withLoad(loads, service, ms), {});
}

test.each([
  { loads: [], budget: 90_000, why: 'nothing was measured yet' },
  { loads: [900], budget: 20_000, why: 'a quick engine still has time on a busy computer' },
  { loads: [6_000, 2_000], budget: 30_000, why: 'five times the slowest start' },
  { loads: [60_000], budget: 90_000, why: 'never more than what it comes with' },
  { loads: [60_000, 1, 1, 1, 1, 1], budget: 20_000, why: 'only the last five starts count' },
])('$loads → $budget ms: $why', ({ loads, budget }) => {
  expect(startBudgetMs(after(...loads), service)).toBe(budget);
});

test('another device of the same engine is measured on its own', () => {
  expect(startBudgetMs(after(6_000), { ...service, device: 'GPU-1' })).toBe(90_000);
});

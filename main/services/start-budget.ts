import type { Service } from './service.ts';

/** Milliseconds of the last starts by engine, model and device, newest last. */
export type Loads = Readonly<Record<string, readonly number[]>>;

/** Starts that are remembered for each engine. */
const rememberedStarts = 5;
/** A start may take so many times what the slowest of them took: a cold disk against a warm one is three to four. */
const patience = 5;
/** However quick an engine was: a machine that has just woken, or is busy, needs this long for anything. */
const shortestBudgetMs = 20_000;

/**
 * How long a start may take: by what was measured here, and never longer than what the engine comes with, so that a
 * start that hangs is given up after seconds on a quick machine and after minutes on a slow one.
 */
export function startBudgetMs(loads: Loads, service: Service): number {
  const measured = loads[keyOf(service)] ?? [];
  if (measured.length === 0) return service.startBudgetMs;
  return Math.min(service.startBudgetMs, Math.max(shortestBudgetMs, patience * Math.max(...measured)));
}

export function withLoad(loads: Loads, service: Service, loadMs: number): Loads {
  const key = keyOf(service);
  return { ...loads, [key]: [...(loads[key] ?? []), Math.max(1, Math.round(loadMs))].slice(-rememberedStarts) };
}

function keyOf({ engine, model, device }: Service): string {
  return `${engine}/${model}/${device}`;
}

/** One measured figure of a bench: the value beside its baseline from the same run. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: number | null;
  readonly ratio: number | null;
  /** Largest ratio (or value, where there is no baseline) that counts as good; null for figures that only inform. */
  readonly goal: number | null;
  readonly ok: boolean | null;
}

/** The `quantile` (0–1) of `values`, interpolated between neighbours; NaN of none. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * fraction;
  const low = sorted[Math.floor(position)] ?? Number.NaN;
  const high = sorted[Math.ceil(position)] ?? Number.NaN;
  return low + (high - low) * (position - Math.floor(position));
}

/** A figure judged by its ratio to a baseline of the same run: absolute times on a shared machine lie. */
export function ratioFigure(name: string, value: number, baseline: number, unit: string, goal: number): Figure {
  const ratio = value / baseline;
  return { name, value: round(value), unit, baseline: round(baseline), ratio: round(ratio, 3), goal, ok: ratio <= goal };
}

/** Share by which a prediction may be off either way. */
const predictionTolerance = 0.3;

/** A figure that was predicted, judged by what was measured in this run: neither may be hoped for too much nor too little. */
export function predictedFigure(name: string, predicted: number, measured: number, unit: string): Figure {
  const ratio = predicted / measured;
  return {
    name,
    value: round(predicted),
    unit,
    baseline: round(measured),
    ratio: round(ratio, 3),
    goal: 1 + predictionTolerance,
    ok: predicted >= measured * (1 - predictionTolerance) && predicted <= measured * (1 + predictionTolerance),
  };
}

/** A figure that informs and is not judged. */
export function informative(name: string, value: number, unit: string): Figure {
  return { name, value: round(value), unit, baseline: null, ratio: null, goal: null, ok: null };
}

/** A figure judged by itself. */
export function bounded(name: string, value: number, unit: string, goal: number): Figure {
  return { name, value: round(value, 3), unit, baseline: null, ratio: null, goal, ok: value <= goal };
}

/** How many of something there were, of how many there should have been. */
export function complete(name: string, value: number, expected: number): Figure {
  return { name, value, unit: '', baseline: expected, ratio: null, goal: null, ok: value === expected };
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}

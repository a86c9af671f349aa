import { bounded, informative, quantile, type Figure } from './figures.ts';

/** What one process held when it was looked at. */
export interface ProcessLoad {
  readonly pid: number;
  /** What it is, in a word: "main", "stt", "shim". */
  readonly name: string;
  readonly memoryMiB: number;
  /** Files, sockets and pipes; handles on Windows. */
  readonly openFiles: number;
  readonly threads: number;
}

/** One look at all processes, after so many turns. */
export interface SoakLook {
  readonly turn: number;
  readonly processes: readonly ProcessLoad[];
}

/** A straight line through the second half of a soak: the first half is warming up. */
export interface Trend {
  readonly level: number;
  /** What the line gains from the middle of the soak to its end. */
  readonly growth: number;
}

type Quantity = 'memoryMiB' | 'openFiles' | 'threads';

/** What memory may gain over the second half, in percent of its level (design, P12). */
export const memoryGoalPercent = 5;
/** A pool of connections breathes by one or two; one file lost in every hundred turns is more than that. */
export const flatGoal = 2;

/** The least-squares line through the second half of the values at these turns. */
export function trendOf(points: readonly { readonly turn: number; readonly value: number }[]): Trend {
  const half = points.slice(Math.floor(points.length / 2));
  const first = half[0];
  const last = half.at(-1);
  if (first === undefined || last === undefined) return { level: Number.NaN, growth: Number.NaN };
  const meanTurn = mean(half.map(({ turn }) => turn));
  const level = mean(half.map(({ value }) => value));
  const spread = half.reduce((sum, { turn }) => sum + (turn - meanTurn) ** 2, 0);
  const together = half.reduce((sum, { turn, value }) => sum + (turn - meanTurn) * (value - level), 0);
  return { level, growth: spread === 0 ? 0 : (together / spread) * (last.turn - first.turn) };
}

/** The trend of a quantity over all processes together. */
export function trendOfSum(looks: readonly SoakLook[], quantity: Quantity): Trend {
  return trendOf(looks.map(({ turn, processes }) => ({ turn, value: processes.reduce((sum, one) => sum + one[quantity], 0) })));
}

/** The trend of each process that was there at every look of the second half, by name. */
export function trendsByProcess(looks: readonly SoakLook[], quantity: Quantity): ReadonlyMap<string, Trend> {
  const half = looks.slice(Math.floor(looks.length / 2));
  const steady = (half[0]?.processes ?? []).filter(({ pid }) => half.every(({ processes }) => processes.some((one) => one.pid === pid)));
  return new Map(
    steady.map(({ pid, name }) => {
      const points = looks.flatMap(({ turn, processes }) => processes.filter((one) => one.pid === pid).map((one) => ({ turn, value: one[quantity] })));
      return [`${name} (${pid})`, trendOf(points)];
    }),
  );
}

/** Memory, open files and threads of a soak against what they may gain. */
export function soakFigures(looks: readonly SoakLook[]): readonly Figure[] {
  const memory = trendOfSum(looks, 'memoryMiB');
  const shares = [...trendsByProcess(looks, 'memoryMiB')].map(([name, { level, growth }]) => ({ name, level, share: growth / level }));
  const worst = shares.reduce<(typeof shares)[number] | null>((most, one) => (most === null || one.share > most.share ? one : most), null);
  const sums = looks.map(({ processes }) => processes.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0));
  return [
    bounded('growth of memory over the second half, all processes', (100 * memory.growth) / memory.level, '% of its level', memoryGoalPercent),
    ...(worst === null ? [] : [informative(`  most in one process: ${worst.name} of ${Math.round(worst.level)} MiB`, worst.share * 100, '%')]),
    informative('  memory of all processes, median', quantile(sums, 0.5), 'MiB'),
    ...flatFigures('open files', looks, 'openFiles'),
    ...flatFigures('threads', looks, 'threads'),
    sameProcesses(looks),
  ];
}

function flatFigures(title: string, looks: readonly SoakLook[], quantity: Quantity): readonly Figure[] {
  const { growth, level } = trendOfSum(looks, quantity);
  return [bounded(`growth of ${title} over the second half, all processes`, growth, '', flatGoal), informative(`  ${title} of all processes`, level, '')];
}

/** A process that was replaced on the way would hide what it had gained. */
function sameProcesses(looks: readonly SoakLook[]): Figure {
  const [first, ...rest] = looks.slice(Math.floor(looks.length / 2)).map(({ processes }) => processes.map(({ pid }) => pid).sort((a, b) => a - b).join(' '));
  const changes = rest.filter((pids) => pids !== first).length;
  return bounded('looks at which the processes were not the same', changes, '', 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

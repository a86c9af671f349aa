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

/** A straight line through all of a soak but its warm-up. */
export interface Trend {
  readonly level: number;
  /** What the line gains from the end of the warm-up to the end of the soak. */
  readonly growth: number;
}

type Quantity = 'memoryMiB' | 'openFiles' | 'threads';

/** What memory may gain over all of a soak but its warm-up, in percent of its level (design, P12). */
export const memoryGoalPercent = 5;
/** A pool of connections breathes by one or two; one file lost in every hundred turns is more than that. */
export const flatGoal = 2;

/** Engines take memory for whatever is new to them: a tenth of a long soak, and of a short one three times through its questions. */
const warmUpShare = 0.1;
const shortestWarmUp = 20;

/** The looks that count: those after the warm-up. */
export function afterWarmUp(looks: readonly SoakLook[]): readonly SoakLook[] {
  return looks.slice(Math.max(shortestWarmUp, Math.ceil(looks.length * warmUpShare)));
}

/** The least-squares line through the values at these turns; of fewer than two there is none. */
export function trendOf(points: readonly { readonly turn: number; readonly value: number }[]): Trend {
  const [first, second] = points;
  const last = points.at(-1);
  if (first === undefined || second === undefined || last === undefined) return { level: Number.NaN, growth: Number.NaN };
  const meanTurn = mean(points.map(({ turn }) => turn));
  const level = mean(points.map(({ value }) => value));
  const spread = points.reduce((sum, { turn }) => sum + (turn - meanTurn) ** 2, 0);
  const together = points.reduce((sum, { turn, value }) => sum + (turn - meanTurn) * (value - level), 0);
  return { level, growth: (together / spread) * (last.turn - first.turn) };
}

/** The trend of a quantity over all processes together. */
export function trendOfSum(looks: readonly SoakLook[], quantity: Quantity): Trend {
  return trendOf(looks.map(({ turn, processes }) => ({ turn, value: processes.reduce((sum, one) => sum + one[quantity], 0) })));
}

/** The trend of each process that was there at every one of these looks, by name. */
export function trendsByProcess(looks: readonly SoakLook[], quantity: Quantity): ReadonlyMap<string, Trend> {
  const steady = (looks[0]?.processes ?? []).filter(({ pid }) => looks.every(({ processes }) => processes.some((one) => one.pid === pid)));
  return new Map(
    steady.map(({ pid, name }) => {
      const points = looks.flatMap(({ turn, processes }) => processes.filter((one) => one.pid === pid).map((one) => ({ turn, value: one[quantity] })));
      return [`${name} (${pid})`, trendOf(points)];
    }),
  );
}

/** Memory, open files and threads of a soak against what they may gain, once it has warmed up. */
export function soakFigures(all: readonly SoakLook[]): readonly Figure[] {
  const looks = afterWarmUp(all);
  const memory = trendOfSum(looks, 'memoryMiB');
  const shares = [...trendsByProcess(looks, 'memoryMiB')].map(([name, { level, growth }]) => ({ name, level, share: growth / level }));
  const worst = shares.reduce<(typeof shares)[number] | null>((most, one) => (most === null || one.share > most.share ? one : most), null);
  const sums = looks.map(({ processes }) => processes.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0));
  return [
    bounded('growth of memory after the warm-up, all processes', (100 * memory.growth) / memory.level, '% of its level', memoryGoalPercent),
    ...(worst === null ? [] : [informative(`  most in one process: ${worst.name} of ${Math.round(worst.level)} MiB`, worst.share * 100, '%')]),
    informative('  memory of all processes, median', quantile(sums, 0.5), 'MiB'),
    ...flatFigures('open files', looks, 'openFiles'),
    ...flatFigures('threads', looks, 'threads'),
    sameProcesses(looks),
  ];
}

function flatFigures(title: string, looks: readonly SoakLook[], quantity: Quantity): readonly Figure[] {
  const { growth, level } = trendOfSum(looks, quantity);
  return [bounded(`growth of ${title} after the warm-up, all processes`, growth, '', flatGoal), informative(`  ${title} of all processes`, level, '')];
}

/** A process that was replaced on the way would hide what it had gained. */
function sameProcesses(looks: readonly SoakLook[]): Figure {
  const [first, ...rest] = looks.map(({ processes }) => processes.map(({ pid }) => pid).sort((a, b) => a - b).join(' '));
  const changes = rest.filter((pids) => pids !== first).length;
  return bounded('looks at which the processes were not the same', changes, '', 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

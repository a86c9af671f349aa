import type { Candidate } from './candidate.ts';

export type Role = Candidate['role'];

/** In the order of a turn. */
export const roles = ['stt', 'llm', 'tts'] as const satisfies readonly Role[];

/** One model in one precision on one device, for one role: what the search chooses between. */
export interface Choice {
  readonly role: Role;
  readonly candidate: Candidate;
  readonly precision: string | null;
  /** "cpu", a GPU's uuid, or "external". */
  readonly device: string;
  readonly env: string | null;
  readonly build: string;
  /** Of its device, with the CUDA context of its process. */
  readonly memoryMiB: number;
  readonly ms: number;
}

export interface Problem {
  readonly choices: Readonly<Record<Role, readonly Choice[]>>;
  /** What may be taken of each device; one without an entry takes as much as it likes. In the order in which equals are preferred. */
  readonly budgetsMiB: ReadonlyMap<string, number>;
  /** For the three stages together. */
  readonly targetMs: number;
  /** How much longer the voice takes while the language model runs on the same processor. */
  readonly contention: number;
  /** Pairs that must share a device. */
  readonly together: readonly (readonly [Role, Role])[];
}

export type Placed = Readonly<Record<Role, Choice>>;

/** The language model first: it spans the widest range of quality, so a poor start is dropped soonest. */
const order = ['llm', 'stt', 'tts'] as const satisfies readonly Role[];

/**
 * The placement of highest quality that meets the target, else the quickest; null when nothing fits. Exact: branch and
 * bound over every combination, leaving out only what cannot win.
 */
export function place(problem: Problem): Placed | null {
  const useful = order.map((role) => withoutDominated(problem.choices[role]));
  return search(problem, useful, 'quality') ?? search(problem, useful, 'speed');
}

/** Milliseconds of the three stages together. */
export function placedMs(placed: Placed, contention: number): number {
  return placed.stt.ms + placed.llm.ms + voiceMs(placed, contention);
}

export function voiceMs(placed: Pick<Placed, 'llm' | 'tts'>, contention: number): number {
  const shared = placed.llm.device === 'cpu' && placed.tts.device === 'cpu';
  return shared ? Math.round(placed.tts.ms * contention) : placed.tts.ms;
}

export function placedScore(placed: Placed): number {
  return order.reduce((sum, role) => sum + placed[role].candidate.quality.score, 0);
}

/** Negative when `a` is the better one. `quality`: score, time, memory; `speed`: time, score, memory; then names and devices, so that equals have an order. */
export function comparePlaced(a: Placed, b: Placed, aim: Aim, problem: Pick<Problem, 'contention' | 'budgetsMiB'>): number {
  const score = placedScore(b) - placedScore(a);
  const ms = placedMs(a, problem.contention) - placedMs(b, problem.contention);
  const first = aim === 'quality' ? score || ms : ms || score;
  return first || memoryOf(a) - memoryOf(b) || compareNames(a, b, [...problem.budgetsMiB.keys()]);
}

export type Aim = 'quality' | 'speed';

function memoryOf(placed: Placed): number {
  return order.reduce((sum, role) => sum + placed[role].memoryMiB, 0);
}

function compareNames(a: Placed, b: Placed, devices: readonly string[]): number {
  for (const role of order) {
    const difference = compareText(nameOf(a[role]), nameOf(b[role])) || devices.indexOf(a[role].device) - devices.indexOf(b[role].device);
    if (difference !== 0) return difference;
  }
  return 0;
}

function nameOf(choice: Choice): string {
  return `${choice.candidate.id} ${choice.precision ?? ''}`;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A choice that another one on the same device beats, or equals, in score, time and memory is never needed. */
function withoutDominated(choices: readonly Choice[]): readonly Choice[] {
  return choices.filter((choice) => !choices.some((other) => other !== choice && dominates(other, choice)));
}

function dominates(a: Choice, b: Choice): boolean {
  if (a.device !== b.device) return false;
  const score = a.candidate.quality.score - b.candidate.quality.score;
  if (score < 0 || a.ms > b.ms || a.memoryMiB > b.memoryMiB) return false;
  return score > 0 || a.ms < b.ms || a.memoryMiB < b.memoryMiB || compareText(nameOf(a), nameOf(b)) < 0;
}

function search(problem: Problem, useful: readonly (readonly Choice[])[], aim: Aim): Placed | null {
  const sorted = useful.map((choices) => [...choices].sort((a, b) => compareChoices(a, b, aim)));
  const best = boundsFrom(sorted);
  const twins = problem.together.length > 0 ? new Map<string, readonly string[]>() : twinsOf(problem, useful);
  const left = new Map(problem.budgetsMiB);
  const chosen: Choice[] = [];
  let winner: Placed | null = null;
  let winnerScore = 0;
  let winnerMs = 0;

  function descend(depth: number, score: number, ms: number): void {
    const choices = sorted[depth];
    if (choices === undefined) {
      keepIfBetter();
      return;
    }
    for (const choice of choices) {
      const scoreBound = score + choice.candidate.quality.score + (best.score[depth + 1] ?? 0);
      const msBound = ms + choice.ms + (best.ms[depth + 1] ?? 0);
      if (cannotWin(scoreBound, msBound)) continue;
      const room = left.get(choice.device) ?? Number.POSITIVE_INFINITY;
      if (choice.memoryMiB > room || !staysTogether(choice) || hasEarlierTwin(choice.device, room)) continue;
      left.set(choice.device, room - choice.memoryMiB);
      chosen.push(choice);
      descend(depth + 1, score + choice.candidate.quality.score, ms + choice.ms);
      chosen.pop();
      left.set(choice.device, room);
    }
  }

  function cannotWin(scoreBound: number, msBound: number): boolean {
    if (aim === 'quality' && msBound > problem.targetMs) return true;
    if (winner === null) return false;
    if (aim === 'quality') return scoreBound < winnerScore || (scoreBound === winnerScore && msBound > winnerMs);
    return msBound > winnerMs || (msBound === winnerMs && scoreBound < winnerScore);
  }

  function keepIfBetter(): void {
    const [llm, stt, tts] = chosen;
    if (llm === undefined || stt === undefined || tts === undefined) return;
    const placed = { llm, stt, tts };
    const ms = placedMs(placed, problem.contention);
    if (aim === 'quality' && ms > problem.targetMs) return;
    if (winner !== null && comparePlaced(placed, winner, aim, problem) >= 0) return;
    winner = placed;
    winnerScore = placedScore(placed);
    winnerMs = ms;
  }

  function staysTogether(choice: Choice): boolean {
    return problem.together.every(([a, b]) => {
      const other = choice.role === a ? b : choice.role === b ? a : null;
      return other === null || chosen.every((earlier) => earlier.role !== other || earlier.device === choice.device);
    });
  }

  /** Of identical GPUs with as much room only the first is tried: the others give the same plan again. */
  function hasEarlierTwin(device: string, room: number): boolean {
    return twins.get(device)?.some((twin) => left.get(twin) === room) ?? false;
  }

  descend(0, 0, 0);
  return winner;
}

function compareChoices(a: Choice, b: Choice, aim: Aim): number {
  const score = b.candidate.quality.score - a.candidate.quality.score;
  return aim === 'quality' ? score || a.ms - b.ms || a.memoryMiB - b.memoryMiB : a.ms - b.ms || score || a.memoryMiB - b.memoryMiB;
}

/** Best that the stages from a depth on could still add. */
function boundsFrom(sorted: readonly (readonly Choice[])[]): { readonly score: readonly number[]; readonly ms: readonly number[] } {
  const score: number[] = [0];
  const ms: number[] = [0];
  for (const choices of [...sorted].reverse()) {
    score.unshift((score[0] ?? 0) + Math.max(...choices.map((choice) => choice.candidate.quality.score)));
    ms.unshift((ms[0] ?? 0) + Math.min(...choices.map((choice) => choice.ms)));
  }
  return { score, ms };
}

/** For each GPU the earlier ones that offer exactly the same choices. */
function twinsOf(problem: Problem, useful: readonly (readonly Choice[])[]): ReadonlyMap<string, readonly string[]> {
  const devices = [...problem.budgetsMiB.keys()].filter((device) => device !== 'cpu');
  const offers = devices.map((device) =>
    useful
      .flat()
      .filter((choice) => choice.device === device)
      .map((choice) => `${choice.role} ${nameOf(choice)} ${choice.build} ${choice.ms} ${choice.memoryMiB}`)
      .sort()
      .join(),
  );
  return new Map(devices.map((device, index) => [device, devices.filter((_, earlier) => earlier < index && offers[earlier] === offers[index])]));
}

import type { Gpu, HardwareReport } from '../hardware/model.ts';
import type { ProfileId } from './model.ts';
import type { Settings } from '../settings/schema.ts';
import { memoryBudgetMiB } from './budgets.ts';
import type { Catalogue } from './catalogue.ts';
import { choicesOf, ownCandidates, type LanguageSource } from './choices.ts';
import { roles, type Choice, type Problem, type Role } from './placement.ts';
import { contention, turnMs, vadMs } from './prediction.ts';

/** From the end of speech to the first sound of the answer. */
export const targetsMs: Readonly<Record<ProfileId, number>> = { fast: 800, balanced: 1_200, best: 2_000 };

/** What the search chooses from: only what fits its device at all. */
export function problemOf(
  allowed: readonly Gpu[],
  budgets: ReadonlyMap<string, number>,
  hardware: HardwareReport,
  catalogue: Catalogue,
  settings: Settings,
  source: LanguageSource,
): PlanProblem {
  const every = choicesOf(allowed, hardware, catalogue, settings, source);
  const budgetsMiB = new Map([['cpu', Math.max(memoryBudgetMiB(hardware), leastMemoryMiB(catalogue, settings))], ...budgets]);
  function fitting(role: Role): readonly Choice[] {
    return every[role].filter((choice) => choice.memoryMiB <= (budgetsMiB.get(choice.device) ?? Number.POSITIVE_INFINITY));
  }
  return {
    every,
    choices: { stt: fitting('stt'), llm: fitting('llm'), tts: fitting('tts') },
    budgetsMiB,
    targetMs: targetsMs[settings.profile] - vadMs - turnMs(hardware),
    contention: contention(hardware.cpu.cores),
    together: [],
  };
}

export interface PlanProblem extends Problem {
  /** With what does not fit: it explains why a GPU is left alone. */
  readonly every: Readonly<Record<Role, readonly Choice[]>>;
}

/** The smallest of ours are planned however little memory there is: an assistant that swaps is better than none. */
function leastMemoryMiB(catalogue: Catalogue, settings: Settings): number {
  const least = roles
    .filter((role) => settings.services[role] === undefined)
    .map((role) => Math.min(...ownCandidates(role, catalogue).flatMap(({ options }) => options.filter(({ device }) => device === 'cpu').map(({ memoryMiB }) => memoryMiB))));
  return least.reduce((sum, memoryMiB) => sum + memoryMiB, 0);
}

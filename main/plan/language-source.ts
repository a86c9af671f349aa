import type { Gpu, HardwareReport } from '../hardware/model.ts';
import type { Settings } from '../settings/schema.ts';
import { gpuBudgetMiB, memoryThatComesBack, type ComesBack } from './budgets.ts';
import type { Catalogue } from './catalogue.ts';
import { usesOllama, type LanguageSource } from './choices.ts';
import type { GpuVerdict } from './gpu-choice.ts';
import { placedMs } from './placement.ts';
import { turnMs, vadMs } from './prediction.ts';
import { problemOf, type PlanProblem } from './problem.ts';
import { placeAsWished, type WishedPlacement } from './wishes.ts';

/** A placement with what it was chosen from. */
export interface Outcome {
  readonly problem: PlanProblem;
  readonly budgets: ReadonlyMap<string, number>;
  readonly comesBack: ComesBack;
  readonly wished: WishedPlacement;
  /** From the end of speech to the first sound of the answer. */
  readonly predictedMs: number;
  readonly meetsTarget: boolean;
}

export interface ChosenOutcome extends Outcome {
  /** What the models of the Ollama would have given where the embedded one answers instead; `installed` is null where none of them fits. */
  readonly passedOver: { readonly installed: Outcome | null } | null;
}

/**
 * A running Ollama answers wherever it meets the target. Where it does not and the embedded model does, or where none
 * of its models fits, the embedded one answers; where neither meets the target, the Ollama a person has set up does.
 * A wish that only one of the two can keep decides before that.
 */
export function bestOutcome(allowed: readonly Gpu[], verdicts: readonly GpuVerdict[], hardware: HardwareReport, catalogue: Catalogue, settings: Settings): ChosenOutcome {
  const talksToOllama = usesOllama(hardware, catalogue, settings);
  // The same budgets whichever of the two answers: a plan that followed what Ollama has loaded would change as it loads and
  // unloads. One that is no longer asked gives its memory back by itself, five minutes after its last answer (its documentation).
  const comesBack = memoryThatComesBack(hardware, talksToOllama);
  const budgets = new Map(allowed.map((gpu) => [gpu.uuid, gpuBudgetMiB(gpu, hardware, comesBack)]));
  const installed = talksToOllama ? outcome('installed') : undefined;
  if (installed?.meetsTarget === true && settings.overrides.services.llm === undefined) return { ...installed, passedOver: null };

  const embedded = outcome('embedded');
  // The smallest models have a choice on the processor, whose budget is never below what they need.
  if (embedded === null) throw new Error('nothing can be placed on this machine, not even on its processor');
  if (installed === undefined) return { ...embedded, passedOver: null };
  return installed === null || isBetter(embedded, installed) ? { ...embedded, passedOver: { installed } } : { ...installed, passedOver: null };

  function outcome(source: LanguageSource): Outcome | null {
    const problem = problemOf(allowed, budgets, hardware, catalogue, settings, source);
    const wished = placeAsWished(problem, verdicts, settings);
    if (wished === null) return null;
    const stagesMs = placedMs(wished.placed, problem.contention);
    return { problem, budgets, comesBack, wished, predictedMs: vadMs + turnMs(hardware) + stagesMs, meetsTarget: stagesMs <= problem.targetMs };
  }
}

function isBetter(embedded: Outcome, installed: Outcome): boolean {
  const wishes = embedded.wished.held - installed.wished.held;
  return wishes === 0 ? embedded.meetsTarget && !installed.meetsTarget : wishes > 0;
}

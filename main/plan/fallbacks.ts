import type { Fallback, Placement } from './model.ts';
import type { Choice } from './placement.ts';

/** A fallback must free memory that is worth the restart. */
const smallerPart = 0.75;

export function placementOf(choice: Choice): Placement {
  return {
    engine: choice.device === 'external' ? 'external' : choice.candidate.engine,
    model: choice.candidate.model ?? choice.candidate.id,
    precision: choice.precision,
    device: choice.device,
    build: choice.build,
    env: choice.env,
    estimatedVramMiB: choice.device === 'cpu' || choice.device === 'external' ? 0 : choice.memoryMiB,
  };
}

/**
 * What takes a service's place, step by step: a smaller model on the same device, int8 there, then the processor. Each
 * step takes less memory than the one before, so it fits wherever that fitted.
 */
export function fallbackOf(chosen: Choice, choices: readonly Choice[]): Fallback | null {
  if (chosen.device === 'external') return null;
  const steps = chosen.device === 'cpu' ? processorSteps(chosen, choices) : gpuSteps(chosen, choices);
  return steps.reduceRight<Fallback | null>((fallback, choice) => ({ ...placementOf(choice), fallback }), null);
}

/** A torch environment can fail, or be missing, on its own: then something has to be left that does without. */
function processorSteps(chosen: Choice, choices: readonly Choice[]): readonly Choice[] {
  const steps = lighter(chosen, choices, 'cpu');
  const standsAlone = [chosen, ...steps].some(({ env }) => env !== 'torch');
  const last = standsAlone ? undefined : lastResort(choices);
  return last === undefined ? steps : [...steps, last];
}

function gpuSteps(chosen: Choice, choices: readonly Choice[]): readonly Choice[] {
  const steps = lighter(chosen, choices, chosen.device);
  const last = steps.at(-1) ?? chosen;
  const int8 = last.precision === 'int8' ? undefined : bestOf(choices.filter((choice) => choice.device === chosen.device && choice.precision === 'int8' && choice.memoryMiB < last.memoryMiB));
  const processor = lastResort(choices);
  return [...steps, ...(int8 === undefined ? [] : [int8]), ...(processor === undefined ? [] : [processor])];
}

/** The best other model that leaves a quarter of the memory; in the same precision where there is one. */
function lighter(chosen: Choice, choices: readonly Choice[], device: string): readonly Choice[] {
  const others = choices.filter(
    (choice) => choice.device === device && choice.candidate.id !== chosen.candidate.id && choice.memoryMiB <= smallerPart * chosen.memoryMiB,
  );
  const alike = others.filter((choice) => choice.precision === chosen.precision);
  const best = bestOf(alike.length > 0 ? alike : others);
  return best === undefined ? [] : [best];
}

function bestOf(choices: readonly Choice[]): Choice | undefined {
  return [...choices].sort((a, b) => b.candidate.quality.score - a.candidate.quality.score || a.ms - b.ms || a.memoryMiB - b.memoryMiB)[0];
}

function lastResort(choices: readonly Choice[]): Choice | undefined {
  const processor = choices.filter((choice) => choice.device === 'cpu');
  return quickest(processor.filter(({ env }) => env !== 'torch')) ?? quickest(processor);
}

function quickest(choices: readonly Choice[]): Choice | undefined {
  return [...choices].sort((a, b) => a.ms - b.ms || a.memoryMiB - b.memoryMiB)[0];
}

import type { Gpu, HardwareReport } from '../hardware/model.ts';
import type { Settings } from '../settings/schema.ts';
import { isNvidia } from './budgets.ts';
import type { Catalogue } from './catalogue.ts';
import { componentFits } from './components.ts';
import { cardName, listed } from './driver.ts';
import type { GpuVerdict } from './gpu-choice.ts';
import { isInTheCloud, isNamed } from './installed-models.ts';
import type { ChosenOutcome } from './language-source.ts';
import type { PlannedService } from './model.ts';
import { targetsMs } from './problem.ts';
import { seconds } from './sentences.ts';

interface Facts {
  readonly verdicts: readonly GpuVerdict[];
  readonly hardware: HardwareReport;
  readonly catalogue: Catalogue;
  readonly settings: Settings;
}

/** What Ollama does here, could do, or was not asked to do. */
export function ollamaNotes(llm: PlannedService, passedOver: ChosenOutcome['passedOver'], facts: Facts & { readonly predictedMs: number }): readonly string[] {
  const { hardware: { ollama }, settings } = facts;
  if (llm.engine === 'external' || settings.languageModel !== 'auto') return [];
  if (llm.engine === 'ollama') return usedNotes(llm, facts);
  if (passedOver !== null) return passedOverNotes(passedOver, facts);
  if (ollama?.running === true) {
    const cloud = ollama.models.some(({ name }) => isInTheCloud(name)) ? ' on this computer (what is said here is not sent to one in the cloud)' : '';
    return [`Ollama is running but has no model that can chat${cloud}; the embedded language model answers instead.`];
  }
  const fitting = usableCards(facts).filter((gpu) => facts.verdicts.some((verdict) => verdict.gpu === gpu && verdict.allowed));
  if (fitting.length === 0) return [];
  const condition = ollama === null ? 'installed' : 'running';
  return [`With Ollama ${condition}, the language model could run on the ${fitting.map(cardName).join(' or the ')}; without it, it runs on the processor.`];
}

/** An Ollama that runs already is not ours to start: it chooses its card and its context itself. */
function usedNotes({ model, device }: PlannedService, facts: Facts): readonly string[] {
  const ollama = facts.hardware.ollama;
  const here = ollama?.models.some(({ name }) => isNamed(name, model)) === true;
  const used = `The language model is ${model} in the Ollama ${ollama?.version ?? ''} that is running${here ? '' : ', which does not have it yet and fetches it first, as you asked'}.`;
  const cards = usableCards(facts);
  if (cards.length === 0) return [used];
  const planned = cards.find(({ uuid }) => uuid === device);
  const countsWith = planned === undefined ? 'the processor' : `the ${cardName(planned)}`;
  const excluded = cards.filter((gpu) => facts.verdicts.some((verdict) => verdict.gpu === gpu && !verdict.allowed));
  return [
    `${used} Ollama decides by itself which card it uses and how far it looks back; the plan counts with ${countsWith}.`,
    ...(excluded.length === 0 ? [] : [excludedNote(excluded, planned === undefined ? cards.filter((gpu) => !excluded.includes(gpu)) : [planned])]),
  ];
}

function excludedNote(excluded: readonly Gpu[], left: readonly Gpu[]): string {
  const what = `The ${listed(excluded.map(cardName))} ${excluded.length === 1 ? 'is' : 'are'} left out of this plan, but the Ollama that is running may use ${excluded.length === 1 ? 'it' : 'them'} all the same.`;
  // Ollama's documentation on GPUs: an invalid id such as "-1" makes it use the processor.
  const cure =
    left.length === 0
      ? 'with CUDA_VISIBLE_DEVICES set to -1, which leaves it the processor'
      : `with CUDA_VISIBLE_DEVICES set to ${left.map(({ uuid }) => uuid).join(',')}, which leaves it the ${listed(left.map(cardName))}`;
  return `${what} To prevent that, start Ollama ${cure}.`;
}

function passedOverNotes({ installed }: NonNullable<ChosenOutcome['passedOver']>, facts: Facts & { readonly predictedMs: number }): readonly string[] {
  const { settings: { profile, overrides }, predictedMs } = facts;
  if (installed === null) return ['No model of your Ollama fits into the memory of this computer; the embedded language model answers instead.'];
  // Then it was a wish that decided, and its own note says so.
  if (overrides.services.llm?.model !== undefined || installed.meetsTarget) return [];
  const { id } = installed.wished.placed.llm.candidate;
  return [
    `With ${id} in your Ollama, answers would begin after ${seconds(installed.predictedMs)}; with the embedded language model they begin after ${seconds(predictedMs)}, within the ${seconds(targetsMs[profile])} of the profile "${profile}", so it answers. If better answers are worth the wait, set overrides.services.llm.model to "${id}" in your settings.`,
  ];
}

/** Cards on which an Ollama can run, whatever the plan thinks of them. */
function usableCards({ hardware, catalogue }: Facts): readonly Gpu[] {
  return hardware.gpus.filter((gpu) => isNvidia(gpu) && !gpu.virtual && !gpu.mig && hardware.driver !== null && componentFits('ollama', null, gpu, hardware, catalogue).ok);
}

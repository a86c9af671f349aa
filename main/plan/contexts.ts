import type { Gpu } from '../hardware/model.ts';
import { baseContextTokens } from './installed-models.ts';
import type { Choice, Placed } from './placement.ts';

/** Below this a streaming recogniser looks back on half as much. */
const smallCardMiB = 6 * 1_024;
/** Contexts a language model may get; a spoken conversation with short answers stays well below the second. */
const contextSteps = [2_048, 4_096, 8_192, 16_384] as const;
/** The server of a model of 135 M and 4,096 tokens takes 253 MB in all (measured): nothing to save on a processor. */
const processorContextTokens = 4_096;

/** Tokens of context that the room left on the GPU allows; the last things placed are the first to shrink. */
export function contextTokensFor(llm: Choice, leftMiB: number): number {
  if (llm.device === 'cpu') return processorContextTokens;
  return contextSteps.findLast((tokens) => contextGrowthMiB(llm, tokens) <= leftMiB) ?? baseContextTokens;
}

/** What a context takes beyond the one that the catalogue's figures include. */
export function contextGrowthMiB(llm: Choice, tokens: number): number {
  return llm.device === 'cpu' ? 0 : Math.ceil(((llm.candidate.contextMiB ?? 0) * (tokens - baseContextTokens)) / 1_024);
}

export function windowSecondsFor(stt: Choice, gpus: readonly Gpu[]): number | null {
  const { windowSeconds } = stt.candidate;
  const memoryMiB = gpus.find((gpu) => gpu.uuid === stt.device)?.memoryMiB ?? null;
  return windowSeconds !== null && memoryMiB !== null && memoryMiB < smallCardMiB ? windowSeconds / 2 : windowSeconds;
}

/** The placement with the language model's context grown into what is left. */
export function withContext(placed: Placed, leftMiB: number): { readonly placed: Placed; readonly contextTokens: number } {
  const contextTokens = contextTokensFor(placed.llm, leftMiB);
  const llm = { ...placed.llm, memoryMiB: placed.llm.memoryMiB + contextGrowthMiB(placed.llm, contextTokens) };
  return { placed: { ...placed, llm }, contextTokens };
}

import type { Gpu, HardwareReport } from '../hardware/model.ts';
import type { CandidateOption } from './candidate.ts';
import type { Prediction } from './model.ts';
import { voiceMs, type Placed } from './placement.ts';

/** Silence that ends an utterance, and the turn detector's verdict on it: medians measured on the reference computer. */
export const vadMs = 200;
const turnReferenceMs = 67;

/** What a server by URL is taken to need; where it stands and what it runs on is not for us to know. */
export const externalMs = { stt: 300, llm: 400, tts: 300 } as const;

/** Twice the threads take 0.6 of the time: one thread took Kokoro 1.7 times what two did (measured), and more of them share memory. */
const threadExponent = 0.7;
/** Engines never get more threads than this: past it small models only wait for one another. */
export const maximumThreads = 8;

/** Without AVX2 the int8 programs fall back to 128-bit registers, without AVX to code from before 2011. */
const slowerWithoutAvx2 = 2;
const slowerWithoutAvx = 4;

/** Kokoro beside a language model that goes on decoding on the same two cores took 1.17 of its time alone (measured). */
const contentionOnTwoCores = 0.17;

/** Milliseconds of an option on this processor with so many threads. */
export function processorMs(option: CandidateOption, threads: number, hardware: HardwareReport): number {
  const reference = option.latency.threads ?? 2;
  return Math.round(option.latency.referenceMs * (reference / threads) ** threadExponent * processorFactor(hardware));
}

/**
 * An Ollama that gives its version as 0.0.0 was built from source, without its programs for newer processors. To its first
 * sentence alone 0.6.5 with SmolLM2 135M took 4.4 times as long; in conversation it goes on decoding on the cores that the
 * voice needs, and whole answers began after 6.6 and 7.7 s (medians of two runs), for which nine stands.
 */
export function ollamaFactor(hardware: HardwareReport): number {
  return hardware.ollama?.version === '0.0.0' ? 9 : 1;
}

/** Milliseconds of an option on this GPU; the catalogue's figures are those of an RTX 3060 with 12 GB. */
export function gpuMs(option: CandidateOption, gpu: Gpu): number {
  return Math.round(option.latency.referenceMs * gpuFactor(gpu));
}

/** Time a GPU takes against an RTX 3060 with 12 GB; more memory never makes it longer. */
export function gpuFactor(gpu: Gpu): number {
  return capabilityFactor(gpu.computeCapability) * memoryFactor(gpu.memoryMiB ?? 0);
}

export function predictionOf(placed: Placed, hardware: HardwareReport): Prediction {
  return { vadMs, turnMs: turnMs(hardware), sttMs: placed.stt.ms, llmMs: placed.llm.ms, ttsMs: voiceMs(placed, contention(hardware.cpu.cores)) };
}

export function turnMs(hardware: HardwareReport): number {
  return Math.round(turnReferenceMs * processorFactor(hardware));
}

/** How much longer the voice takes while the language model decodes on the same cores. */
export function contention(cores: number): number {
  return 1 + contentionOnTwoCores * Math.min(1, 2 / usableCores(cores));
}

export function usableCores(cores: number): number {
  return Number.isFinite(cores) ? Math.max(1, Math.floor(cores)) : 1;
}

/** An empty list of flags means that nobody could read them, not that there are none. */
function processorFactor(hardware: HardwareReport): number {
  const { flags } = hardware.cpu;
  if (hardware.os.arch !== 'x64' || flags.length === 0 || flags.includes('avx2')) return 1;
  return flags.includes('avx') ? slowerWithoutAvx2 : slowerWithoutAvx;
}

/** Time of a generation of cards against the RTX 30 series at the same memory size. */
function capabilityFactor(capability: string | null): number {
  const major = Number.parseInt(capability ?? '0', 10);
  const minor = Number.parseInt(capability?.split('.')[1] ?? '0', 10);
  if (major >= 10) return 0.6;
  if (major === 9) return 0.65;
  if (major === 8) return minor >= 9 ? 0.8 : 1;
  if (major === 7) return 1.6;
  return major === 6 ? 2.5 : 3.5;
}

/** More memory comes with a wider bus and more cores. */
const memorySteps: readonly (readonly [upToMiB: number, factor: number])[] = [
  [4_500, 1.6],
  [6_500, 1.4],
  [8_500, 1.2],
  [12_500, 1],
  [16_500, 0.9],
  [25_000, 0.75],
];

function memoryFactor(memoryMiB: number): number {
  const [, factor] = memorySteps.find(([upToMiB]) => memoryMiB <= upToMiB) ?? [0, 0.65];
  return factor;
}

import type { OllamaReport } from '../hardware/model.ts';
import type { Candidate, CandidateOption } from './candidate.ts';
import type { Catalogue } from './catalogue.ts';

/** Tokens of context that the catalogue's memory figures include. */
export const baseContextTokens = 2_048;
/** What a loaded model computes in, beside its weights and its context. */
const workingMiB = 300;
/** Below this a reported size is not that of a model that can chat. */
const smallestModelBytes = 50_000_000;
/** Parameters of a model at the usual four bits and a half, with its tables. */
const bytesOfBillion = 650_000_000;
/** No model that runs at home is known to do better. */
const highestScore = 86;

/** Models of an Ollama that can chat, each as a candidate: embedding models sit in the same list and cannot. */
export function installedCandidates(ollama: OllamaReport, catalogue: Catalogue): readonly Candidate[] {
  const classes = catalogue.candidates
    .filter((candidate) => candidate.engine === 'ollama' && candidate.billions !== null)
    .sort((a, b) => (a.billions ?? 0) - (b.billions ?? 0));
  return ollama.models
    .filter((model, index, all) => canChat(model.name) && !isInTheCloud(model.name) && all.findIndex((other) => other.name === model.name) === index)
    .flatMap((model) => {
      const sameName = classes.find((candidate) => candidate.id === model.name);
      const billions = sameName?.billions ?? billionsOf(model.name, model.sizeBytes);
      const known = sameName ?? between(classes, billions);
      return known === undefined ? [] : [installed(model, known)];
    });
}

/** Whether a model of the list is the one a person means: Ollama takes "mistral" for "mistral:latest". */
export function isNamed(listed: string, wanted: string): boolean {
  return listed === wanted || listed === `${wanted}:latest`;
}

function canChat(name: string): boolean {
  return !/embed|bge-|minilm|paraphrase-/i.test(name);
}

/** "gpt-oss:120b-cloud": a name in the list whose model runs on somebody else's computer. */
export function isInTheCloud(name: string): boolean {
  return /cloud$/i.test(name);
}

/**
 * Without those that another one beats, or equals, in score, memory and time on every device: somebody may have sixty
 * models, of which a dozen are worth comparing. The one that settings name is kept.
 */
export function worthChoosing(candidates: readonly Candidate[], wantedId: string | null): readonly Candidate[] {
  return candidates.filter((candidate) => (wantedId !== null && isNamed(candidate.id, wantedId)) || !candidates.some((other) => other !== candidate && beats(other, candidate)));
}

function beats(a: Candidate, b: Candidate): boolean {
  if (a.quality.score < b.quality.score) return false;
  const pairs = b.options.map((option) => [a.options.find(({ device }) => device === option.device), option] as const);
  if (pairs.some(([one, other]) => one === undefined || one.memoryMiB > other.memoryMiB || one.latency.referenceMs > other.latency.referenceMs)) return false;
  const equal = a.quality.score === b.quality.score && pairs.every(([one, other]) => one?.memoryMiB === other.memoryMiB && one.latency.referenceMs === other.latency.referenceMs);
  return !equal || a.id < b.id;
}

/** "gemma3:4b-it-qat" → 4, "smollm2:135m" → 0.135; a name that does not say is known by its size. */
function billionsOf(name: string, sizeBytes: number): number {
  const [, digits, unit] = /(?:^|[^\d.a-z])(\d+(?:\.\d+)?)(b|m)(?![a-z])/i.exec(name) ?? [];
  if (digits === undefined || Number(digits) <= 0) return Math.max(0.1, sizeBytes / bytesOfBillion);
  return unit?.toLowerCase() === 'm' ? Number(digits) / 1_000 : Number(digits);
}

/** A model between two size classes, or beyond the last: figures in proportion to its size. */
function between(classes: readonly Candidate[], billions: number): Candidate | undefined {
  const above = classes.find((candidate) => (candidate.billions ?? 0) >= billions);
  const below = classes.findLast((candidate) => (candidate.billions ?? 0) <= billions);
  const nearest = below ?? above;
  if (nearest === undefined) return undefined;
  if (below === undefined || above === undefined || below === above) return scaled(nearest, billions);
  const part = (billions - (below.billions ?? 0)) / ((above.billions ?? 0) - (below.billions ?? 0));
  return {
    ...below,
    billions,
    quality: { ...below.quality, score: mix(below.quality.score, above.quality.score, part) },
    options: below.options.map((option) => mixedOption(option, above.options.find((other) => other.device === option.device) ?? option, part)),
  };
}

function mixedOption(below: CandidateOption, above: CandidateOption, part: number): CandidateOption {
  return {
    ...below,
    memoryMiB: mix(below.memoryMiB, above.memoryMiB, part),
    latency: { ...below.latency, referenceMs: mix(below.latency.referenceMs, above.latency.referenceMs, part) },
  };
}

function mix(from: number, to: number, part: number): number {
  return Math.round(from + (to - from) * part);
}

/** Beyond the classes time and memory grow with the size; a quarter of them does not shrink below the smallest. */
function scaled(nearest: Candidate, billions: number): Candidate {
  const ratio = billions / (nearest.billions ?? billions);
  const factor = ratio >= 1 ? ratio : 0.25 + 0.75 * ratio;
  const score = Math.round(nearest.quality.score + 4 * Math.log2(ratio));
  return {
    ...nearest,
    billions,
    quality: { ...nearest.quality, score: Math.min(highestScore, Math.max(1, score)) },
    options: nearest.options.map((option) => ({
      ...option,
      memoryMiB: Math.ceil(option.memoryMiB * factor),
      latency: { ...option.latency, referenceMs: Math.ceil(option.latency.referenceMs * factor) },
    })),
  };
}

/** The file on disk says more about the memory than the class does: people install other precisions too. */
function installed(model: OllamaReport['models'][number], known: Candidate): Candidate {
  const context = ((known.contextMiB ?? 0) * baseContextTokens) / 1_024;
  const measured = model.sizeBytes >= smallestModelBytes ? Math.ceil(model.sizeBytes / 2 ** 20 + context + workingMiB) : null;
  return { ...known, id: model.name, title: model.name, options: known.options.map((option) => ({ ...option, memoryMiB: measured ?? option.memoryMiB })) };
}

import type { Gpu, HardwareReport } from '../hardware/model.ts';
import type { Settings } from '../settings/schema.ts';
import { cudaContextMiB } from './budgets.ts';
import type { Candidate, CandidateOption } from './candidate.ts';
import type { Catalogue } from './catalogue.ts';
import { componentFits } from './components.ts';
import { installedCandidates, worthChoosing } from './installed-models.ts';
import { candidateToPull } from './ollama-pull.ts';
import type { Choice, Role } from './placement.ts';
import { externalMs, gpuMs, maximumThreads, ollamaFactor, processorMs, usableCores } from './prediction.ts';
import { chooseTorchBuild, noTorch } from './torch-build.ts';

/**
 * Speech recognition and speech synthesis take turns and may each use every core. The language model gets one thread
 * fewer than there are cores, one on two: small models on busy cores collapse when their threads spin (1.6 tok/s measured).
 */
export function threadsFor(cores: number): Readonly<Record<Role | 'turn', number>> {
  const usable = usableCores(cores);
  const speech = Math.min(usable, maximumThreads);
  return { stt: speech, llm: Math.max(1, Math.min(usable - 1, maximumThreads)), tts: speech, turn: 1 };
}

/** Whether the language model is one of an Ollama that runs here, or comes with Earshot. */
export type LanguageSource = 'installed' | 'embedded';

/** Everything that could serve each role on this machine: each candidate in each precision on the processor and on each GPU that may be used. */
export function choicesOf(
  gpus: readonly Gpu[],
  hardware: HardwareReport,
  catalogue: Catalogue,
  settings: Settings,
  source: LanguageSource,
): Readonly<Record<Role, readonly Choice[]>> {
  const environmentOn = judgementOnce(hardware, catalogue, settings);
  function forRole(role: Role): readonly Choice[] {
    const server = settings.services[role];
    if (server !== undefined) return [externalChoice(role, server.model ?? 'default')];
    return candidatesFor(role, hardware, catalogue, settings, source).flatMap((candidate) =>
      startable(candidate.options, settings).flatMap((option) =>
        option.device === 'cpu' ? [onProcessor(candidate, option, hardware)] : gpus.flatMap((gpu) => onGpu(candidate, option, gpu, environmentOn(candidate, option, gpu))),
      ),
    );
  }
  return { stt: forRole('stt'), llm: forRole('llm'), tts: forRole('tts') };
}

/** Without torch, where settings want none of it. */
function startable(options: readonly CandidateOption[], { overrides }: Settings): readonly CandidateOption[] {
  return overrides.torchBuild?.id === noTorch ? options.filter(({ env }) => env !== 'torch') : options;
}

/** How an option is started on a GPU; null where it does not run. */
type GpuEnvironment = { readonly env: string | null; readonly build: string } | null;

/** The same card, or another of its kind, is judged once: eight of them must not cost eight times as much. */
function judgementOnce(hardware: HardwareReport, catalogue: Catalogue, settings: Settings): (candidate: Candidate, option: CandidateOption, gpu: Gpu) => GpuEnvironment {
  const known = new Map<string, GpuEnvironment>();
  return (candidate, option, gpu) => {
    const key = [candidate.component, option.precision, option.env, gpu.name, gpu.computeCapability].join('|');
    const before = known.get(key);
    if (before !== undefined) return before;
    const judged = gpuEnvironment(candidate, option, gpu, hardware, catalogue, settings);
    known.set(key, judged);
    return judged;
  };
}

function gpuEnvironment(candidate: Candidate, option: CandidateOption, gpu: Gpu, hardware: HardwareReport, catalogue: Catalogue, settings: Settings): GpuEnvironment {
  if (candidate.component !== null && !componentFits(candidate.component, option.precision, gpu, hardware, catalogue).ok) return null;
  if (option.env !== 'torch') return { env: option.env, build: 'none' };
  const build = torchBuildOf(candidate, gpu, hardware, catalogue, settings);
  return build === 'cpu' ? null : { env: `torch-${build}`, build };
}

/** Whether the language model may come from the Ollama that runs here. */
export function usesOllama(hardware: HardwareReport, catalogue: Catalogue, settings: Settings): boolean {
  const { ollama } = hardware;
  if (settings.services.llm !== undefined || settings.languageModel !== 'auto' || ollama?.running !== true) return false;
  return candidateToPull(ollama, catalogue, settings) !== null || installedCandidates(ollama, catalogue).length > 0;
}

function candidatesFor(role: Role, hardware: HardwareReport, catalogue: Catalogue, settings: Settings, source: LanguageSource): readonly Candidate[] {
  if (role === 'llm' && source === 'installed' && hardware.ollama !== null) {
    const installed = worthChoosing(installedCandidates(hardware.ollama, catalogue), settings.overrides.services.llm?.model ?? null);
    const toPull = candidateToPull(hardware.ollama, catalogue, settings);
    return toPull === null ? installed : [...installed, toPull];
  }
  return ownCandidates(role, catalogue);
}

/** Those that Earshot can start itself. */
export function ownCandidates(role: Role, catalogue: Catalogue): readonly Candidate[] {
  const found = catalogue.candidates.filter((candidate) => candidate.role === role && candidate.engine !== 'ollama');
  if (!found.some((candidate) => candidate.options.some((option) => option.device === 'cpu'))) throw new Error(`the catalogue has no model for ${role}`);
  return found;
}

function onProcessor(candidate: Candidate, option: CandidateOption, hardware: HardwareReport): Choice {
  const { [candidate.role]: ours, stt: every } = threadsFor(hardware.cpu.cores);
  // An Ollama takes the threads it likes.
  const threads = candidate.engine === 'ollama' ? every : ours;
  return {
    role: candidate.role,
    candidate,
    precision: precisionOf(candidate, option),
    device: 'cpu',
    env: option.env,
    // Which build the computer has is known once everything is placed: see `withProcessorBuild`.
    build: option.env === 'torch' ? 'cpu' : 'none',
    memoryMiB: option.memoryMiB,
    ms: Math.round(processorMs(option, threads, hardware) * (candidate.engine === 'ollama' ? ollamaFactor(hardware) : 1)),
  };
}

function onGpu(candidate: Candidate, option: CandidateOption, gpu: Gpu, environment: GpuEnvironment): readonly Choice[] {
  if (environment === null) return [];
  return [
    {
      role: candidate.role,
      candidate,
      precision: precisionOf(candidate, option),
      device: gpu.uuid,
      ...environment,
      memoryMiB: option.memoryMiB + cudaContextMiB,
      ms: gpuMs(option, gpu),
    },
  ];
}

/** The build is chosen for the one GPU it would run on, so that an old card beside a new one gets one of its own. */
function torchBuildOf(candidate: Candidate, gpu: Gpu, hardware: HardwareReport, catalogue: Catalogue, settings: Settings): string {
  const maximumTorch = catalogue.components.find((component) => component.id === candidate.component)?.maximumTorch ?? null;
  const limits = { overrideId: settings.overrides.torchBuild?.id ?? null, ...(maximumTorch === null ? {} : { maximumTorch }) };
  return chooseTorchBuild([gpu], hardware, catalogue, limits).id;
}

/** What an Ollama holds is in the precision it was fetched in, which its list does not say. */
function precisionOf(candidate: Candidate, option: CandidateOption): string | null {
  return candidate.engine === 'ollama' ? null : option.precision;
}

/** A server by URL, which decides about itself. */
function externalChoice(role: Role, model: string): Choice {
  const candidate: Candidate = {
    id: model,
    role,
    engine: 'ollama',
    title: model,
    component: null,
    quality: { score: 0, metric: 'unknown', value: 0, source: 'a server by URL' },
    model: null,
    billions: null,
    contextMiB: null,
    windowSeconds: null,
    options: [],
  };
  return { role, candidate, precision: null, device: 'external', env: null, build: 'none', memoryMiB: 0, ms: externalMs[role] };
}

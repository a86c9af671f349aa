import { isDeepStrictEqual } from 'node:util';
import type { HardwareReport } from '../hardware/model.ts';
import type { Catalogue } from './catalogue.ts';
import { threadsFor } from './choices.ts';
import { plannedEnvironments } from './environments.ts';
import type { Fallback, Placement, Plan, PlannedGpu, PlannedService, Prediction, ServiceId } from './model.ts';
import { contention, processorMs } from './prediction.ts';
import { hindranceOf, isOnlyWhenAsked, pullHindrance, type Reach } from './reach.ts';
import { gpuSentence, isTargetNote, seconds } from './sentences.ts';
import { modelFor, modelsOnDisk } from './voice.ts';

/** What a small model on the processor looks back on at most; a card may have had room for more. */
const processorContextTokens = 4_096;

/**
 * The plan as it can be carried out: what is out of reach gives way to the first of its fallbacks that is not, in the end
 * to the smallest models on the processor. A server by URL is always within reach; an Ollama that is not running is not.
 * What is wanted, and shown as the plan, stays what {@link plan} says.
 */
export function withinReach(wanted: Plan, catalogue: Catalogue, reach: Reach, hardware: HardwareReport): Plan {
  function hindrance(service: PlannedService): string | null {
    return service.server === null ? hindranceOf(service.id, service, reach, catalogue) : pullHindrance(service, wanted.pulls, reach);
  }

  function replaced(service: PlannedService): PlannedService {
    const fallback = firstWithinReach(service.fallback, (placement) => hindranceOf(service.id, placement, reach, catalogue) === null);
    if (hindrance(service) === null) return service.server === null ? { ...service, fallback } : service;
    const placement = fallback ?? smallest(service.id, catalogue);
    return {
      ...service,
      ...placement,
      server: null,
      threads: placement.device === 'cpu' ? threadsFor(hardware.cpu.cores)[service.id] : service.threads,
      contextTokens: service.contextTokens === null ? null : Math.min(service.contextTokens, processorContextTokens),
      windowSeconds: candidateOf(placement, catalogue)?.windowSeconds ?? null,
    };
  }

  const chosen = wanted.services.map(replaced);
  const needed = environmentsAfter(wanted, chosen, reach, catalogue, hardware);
  // A fallback never brings an environment of its own with it.
  const services = chosen.map((service) => ({ ...service, fallback: firstWithinReach(service.fallback, ({ env }) => env === null || needed.some(({ id }) => id === env)) }));
  const moved = wanted.services.flatMap((before, index) => {
    const after = services[index];
    return after === undefined || samePlace(before, after) ? [] : [{ before, after, why: hindrance(before) ?? '' }];
  });
  const changed = services.some((service, index) => !isDeepStrictEqual(service, wanted.services[index]));
  if (!changed) return { ...wanted, environments: needed };
  const models = modelsOnDisk(catalogue, services);
  if (moved.length === 0) return { ...wanted, environments: needed, services, models };

  const prediction = predictionAfter(wanted, services, catalogue, hardware);
  const predictedVoiceToVoiceMs = sum(Object.values(prediction));
  const lasting = moved.every(({ why }) => isOnlyWhenAsked(why));
  const moves = [
    ...moved.map(({ before, after, why }) => noteOf(before, after, why, wanted, hardware)),
    `${lasting ? 'As it is,' : 'Until then'} answers should begin ${seconds(predictedVoiceToVoiceMs)} after you stop speaking.`,
  ];
  return {
    ...wanted,
    environments: needed,
    services,
    gpus: wanted.gpus.map((gpu) => afterMoves(gpu, services, wanted, hardware, reach.why !== undefined)),
    vram: wanted.vram.map((card) => ({ ...card, plannedMiB: sum(services.filter(({ device }) => device === card.uuid).map(({ estimatedVramMiB }) => estimatedVramMiB)) })),
    models,
    pulls: wanted.pulls.filter((name) => services.some(({ engine, model, server }) => engine === 'ollama' && server !== null && model === name)),
    prediction,
    predictedVoiceToVoiceMs,
    notes: [...wanted.notes.filter((note) => !isTargetNote(note)), ...moves],
    remarks: [...wanted.remarks, ...moves],
  };
}

/** Those that services still run in, and one that a person asked for; of all of them those that can be had. */
function environmentsAfter(wanted: Plan, services: readonly PlannedService[], reach: Reach, catalogue: Catalogue, hardware: HardwareReport): Plan['environments'] {
  const facts = { torchBuild: wanted.torchBuild, hardware, catalogue, overrides: reach.overrides };
  const used = plannedEnvironments(services, facts);
  // One that no service ran in was asked for, also where nobody says so here, as in a plan that was saved.
  const asked = wanted.environments.filter(({ id, build }) => build !== null && !wanted.services.some(({ env }) => env === id) && !used.some((one) => one.id === id));
  return [...used, ...asked].filter(({ id }) => id === 'voice' || reach.environments(id));
}

/** The chain from the first link that can be installed, with every later one that can. */
function firstWithinReach(chain: Fallback | null, isWithin: (placement: Placement) => boolean): Fallback | null {
  if (chain === null) return null;
  const fallback = firstWithinReach(chain.fallback, isWithin);
  return isWithin(chain) ? { ...chain, fallback } : fallback;
}

/** What every machine can run: the first model of its role in the catalogue, on the processor. */
function smallest(id: ServiceId, catalogue: Catalogue): Fallback {
  const model = modelFor(catalogue, id);
  return { engine: model.engine, model: model.id, precision: model.precision, device: 'cpu', build: 'none', env: 'voice', estimatedVramMiB: 0, fallback: null };
}

function samePlace(before: Placement, after: Placement): boolean {
  return before.engine === after.engine && before.model === after.model && before.precision === after.precision && before.device === after.device && before.env === after.env;
}

function candidateOf(placement: Placement, catalogue: Catalogue): Catalogue['candidates'][number] | undefined {
  return catalogue.candidates.find(({ id, model, engine }) => engine === placement.engine && (model ?? id) === placement.model);
}

type SpokenPart = 'stt' | 'llm' | 'tts';

/** Stages that moved are predicted anew; a stage the catalogue has no figure for keeps its own. */
function predictionAfter(wanted: Plan, services: readonly PlannedService[], catalogue: Catalogue, hardware: HardwareReport): Prediction {
  const alone = { stt: aloneMs('stt'), llm: aloneMs('llm'), tts: aloneMs('tts') };
  const shares = onProcessor(services, 'llm') && onProcessor(services, 'tts');
  const sharedBefore = onProcessor(wanted.services, 'llm') && onProcessor(wanted.services, 'tts');
  const factor = shares && (alone.tts !== null || !sharedBefore) ? contention(hardware.cpu.cores) : 1;
  const { prediction } = wanted;
  return {
    ...prediction,
    sttMs: alone.stt ?? prediction.sttMs,
    llmMs: alone.llm ?? prediction.llmMs,
    ttsMs: Math.round((alone.tts ?? prediction.ttsMs) * factor),
  };

  /** Milliseconds of a part that moved to the processor, with the machine to itself; null for one that stayed. */
  function aloneMs(id: SpokenPart): number | null {
    const before = wanted.services.find((service) => service.id === id);
    const after = services.find((service) => service.id === id);
    if (before === undefined || after === undefined || samePlace(before, after)) return null;
    const option = candidateOf(after, catalogue)?.options.find(({ device, precision }) => device === 'cpu' && precision === after.precision);
    return option === undefined ? null : processorMs(option, after.threads, hardware);
  }
}

function onProcessor(services: readonly PlannedService[], id: SpokenPart): boolean {
  return services.some((service) => service.id === id && service.device === 'cpu');
}

function afterMoves(gpu: PlannedGpu, services: readonly PlannedService[], wanted: Plan, hardware: HardwareReport, reasonsAreKnown: boolean): PlannedGpu {
  if (!gpu.use) return gpu;
  const known = hardware.gpus.find(({ uuid }) => uuid === gpu.uuid);
  if (services.some(({ device }) => device === gpu.uuid)) {
    const budgetMiB = wanted.vram.find(({ uuid }) => uuid === gpu.uuid)?.budgetMiB ?? 0;
    return known === undefined ? gpu : { ...gpu, reason: gpuSentence({ gpu: known, allowed: true, reason: gpu.reason }, services, budgetMiB, null) };
  }
  const nothing = reasonsAreKnown ? 'nothing that would run on it is there' : 'nothing that this version of Earshot can install runs on it yet';
  return { ...gpu, use: false, reason: `${titleOf(gpu)}: would be used, but ${nothing}, so it is left alone.` };
}

const subject: Readonly<Record<ServiceId, string>> = {
  stt: 'Speech recognition',
  llm: 'The language model',
  tts: 'The voice',
  turn: 'End-of-turn detection',
};

/** What was wanted, why it is not so, and what runs in its place. */
function noteOf(before: PlannedService, after: PlannedService, why: string, plan: Plan, hardware: HardwareReport): string {
  const withoutOllama = hardware.ollama?.running === true ? 'Ollama does not have that model' : 'Ollama is not running';
  const hindrance = before.engine === 'ollama' && before.server === null ? withoutOllama : why;
  return `${subject[before.id]} would run on ${placeOf(before, plan)} (${before.model}); ${hindrance}, so it runs on ${placeOf(after, plan)} (${after.model}).`;
}

function placeOf({ device }: Placement, plan: Plan): string {
  if (device === 'cpu') return 'the processor';
  if (device === 'external') return 'a server of its own';
  const card = plan.gpus.find(({ uuid }) => uuid === device);
  return `the ${card === undefined ? 'graphics card' : titleOf(card)}`;
}

/** What people call the card. */
function titleOf({ name }: PlannedGpu): string {
  return name.replace(/^NVIDIA\s+/i, '');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

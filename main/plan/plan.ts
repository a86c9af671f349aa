import type { Gpu, HardwareReport } from '../hardware/model.ts';
import type { Settings } from '../settings/schema.ts';
import { gpuBudgetMiB, processesThatComeBack } from './budgets.ts';
import type { Catalogue } from './catalogue.ts';
import { usesOllama } from './choices.ts';
import { withContext } from './contexts.ts';
import { driverAdvice, judgeGpus, type GpuVerdict } from './gpu-choice.ts';
import type { Plan, PlannedGpu, PlannedService } from './model.ts';
import { roles, type Placed } from './placement.ts';
import { plannedServices } from './planned-services.ts';
import { gpuFactor, predictionOf } from './prediction.ts';
import { problemOf, type PlanProblem } from './problem.ts';
import { buildNotes, gpuSentence, limitedBy, ollamaNotes, othersNotes, serverNotes, targetNote, toolkitNotes } from './sentences.ts';
import { chooseTorchBuild } from './torch-build.ts';
import { chooseVoice, modelsOnDisk } from './voice.ts';
import { placeAsWished } from './wishes.ts';

/** Decides which GPUs are used, which torch build suits them, and which model runs where in which precision, and says why. */
export function plan(hardware: HardwareReport, catalogue: Catalogue, settings: Settings): Plan {
  const verdicts = judgeGpus(hardware, catalogue, settings.overrides);
  const allowed = addressable(verdicts.filter((verdict) => verdict.allowed).map(({ gpu }) => gpu));
  const comesBack = processesThatComeBack(hardware, usesOllama(hardware, catalogue, settings));
  const budgets = new Map(allowed.map((gpu) => [gpu.uuid, gpuBudgetMiB(gpu, hardware, comesBack)]));
  const problem = problemOf(allowed, budgets, hardware, catalogue, settings);
  const wished = placeAsWished(problem, verdicts, settings);

  const { placed, contextTokens } = withContext(wished.placed, leftBeside(wished.placed, budgets));
  const services = plannedServices(placed, { every: problem.choices, contextTokens, allowed, hardware, catalogue, settings });
  const prediction = predictionOf(placed, hardware);
  const predictedVoiceToVoiceMs = Object.values<number>({ ...prediction }).reduce((sum, ms) => sum + ms, 0);

  const used = allowed.filter(({ uuid }) => isUsed(uuid, services));
  const torchGpus = used.length > 0 ? used : bestOf(allowed);
  const build = chooseTorchBuild(torchGpus, hardware, catalogue, { overrideId: settings.overrides.torchBuild?.id ?? null });
  const gpus = verdicts.map((verdict) => plannedGpu(verdict, services, budgets, problem));
  const { voice, notes: voiceNotes } = settings.services.tts === undefined ? chooseVoice(settings.voice, catalogue) : { voice: settings.voice, notes: [] };
  const llm = services.find((service) => service.id === 'llm');

  const remarks = [
    ...serverNotes(services),
    ...(llm === undefined ? [] : ollamaNotes(llm, allowed, hardware, catalogue, settings)),
    ...voiceNotes,
    ...wished.notes,
    ...allowed.flatMap((gpu) => othersNotes(gpu, hardware, comesBack)),
  ];

  return {
    profile: settings.profile,
    torchBuild: { id: build.id, torch: build.torch, reason: build.reason },
    gpus,
    services,
    predictedVoiceToVoiceMs,
    prediction,
    vram: allowed.map(({ uuid }) => ({ uuid, budgetMiB: budgets.get(uuid) ?? 0, plannedMiB: plannedMiB(services, uuid) })),
    models: modelsOnDisk(catalogue, services),
    voice,
    notes: [
      ...remarks,
      // Several cards of one kind are left alone in the same words: once is enough.
      ...new Set(gpus.filter((gpu) => !gpu.use && budgets.has(gpu.uuid)).map((gpu) => gpu.reason)),
      targetNote(predictedVoiceToVoiceMs, settings.profile, limitedBy(services, settings)),
      ...buildNotes(build, torchGpus, settings),
      ...toolkitNotes(hardware),
      ...driverAdvice(hardware, catalogue),
    ],
    remarks,
  };
}

/** Cards that a plan can tell apart: a description from a file may name two alike, or one like the processor. */
function addressable(gpus: readonly Gpu[]): readonly Gpu[] {
  return gpus.filter(({ uuid }, index) => !['', 'cpu', 'external'].includes(uuid) && gpus.findIndex((other) => other.uuid === uuid) === index);
}

/** Room on the language model's GPU once everything is placed. */
function leftBeside(placed: Placed, budgets: ReadonlyMap<string, number>): number {
  const { device } = placed.llm;
  const taken = roles.reduce((sum, role) => sum + (placed[role].device === device ? placed[role].memoryMiB : 0), 0);
  return Math.max(0, (budgets.get(device) ?? 0) - taken);
}

function plannedGpu(verdict: GpuVerdict, services: readonly PlannedService[], budgets: ReadonlyMap<string, number>, { every }: PlanProblem): PlannedGpu {
  const { uuid, name } = verdict.gpu;
  const needs = roles.flatMap((role) => every[role]).filter((choice) => choice.device === uuid).map((choice) => choice.memoryMiB);
  const smallest = needs.length === 0 ? null : Math.min(...needs);
  return { uuid, name, use: verdict.allowed && budgets.has(uuid) && isUsed(uuid, services), reason: gpuSentence(verdict, services, budgets.get(uuid) ?? 0, smallest) };
}

function isUsed(uuid: string, services: readonly PlannedService[]): boolean {
  return services.some((service) => service.device === uuid);
}

function plannedMiB(services: readonly PlannedService[], uuid: string): number {
  return services.reduce((sum, service) => sum + (service.device === uuid ? service.estimatedVramMiB : 0), 0);
}

/** The quickest card, for the build that torch engines would get if there were any. */
function bestOf(gpus: readonly Gpu[]): readonly Gpu[] {
  return [...gpus].sort((a, b) => gpuFactor(a) - gpuFactor(b)).slice(0, 1);
}

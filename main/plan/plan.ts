import type { Gpu, HardwareReport } from '../hardware/model.ts';
import type { Settings } from '../settings/schema.ts';
import type { Catalogue } from './catalogue.ts';
import { withContext } from './contexts.ts';
import { cardName } from './driver.ts';
import { plannedEnvironments, withProcessorBuild } from './environments.ts';
import { driverAdvice, judgeGpus, type GpuVerdict } from './gpu-choice.ts';
import { hindrancesOn } from './hindrances.ts';
import { bestOutcome, type ChosenOutcome } from './language-source.ts';
import type { Plan, PlannedGpu, PlannedService } from './model.ts';
import { ollamaNotes } from './ollama-notes.ts';
import { pullsOf } from './ollama-pull.ts';
import { roles, type Placed } from './placement.ts';
import { plannedServices } from './planned-services.ts';
import { gpuFactor, predictionOf } from './prediction.ts';
import type { PlanProblem } from './problem.ts';
import { buildNotes, gpuSentence, limitedBy, othersNotes, requirementNotes, serverNotes, targetNote, toolkitNotes, type Effects, unknownCardNotes } from './sentences.ts';
import { chooseTorchBuild, isAsked, isRefused, noTorch, type BuildChoice } from './torch-build.ts';
import { chooseVoice, modelsOnDisk } from './voice.ts';

/** Decides which GPUs are used, which torch build suits them, and which model runs where in which precision, and says why. */
export function plan(hardware: HardwareReport, catalogue: Catalogue, settings: Settings): Plan {
  const verdicts = judgeGpus(hardware, catalogue, settings.overrides);
  const allowed = addressable(verdicts.filter((verdict) => verdict.allowed).map(({ gpu }) => gpu));
  const outcome = bestOutcome(allowed, verdicts, hardware, catalogue, settings);
  const { problem, budgets, wished } = outcome;

  const { placed, contextTokens } = withContext(wished.placed, leftBeside(wished.placed, budgets));
  const planned = plannedServices(placed, { every: withLastResort(problem), contextTokens, allowed, hardware, catalogue, settings });
  const prediction = predictionOf(placed, hardware);
  const predictedVoiceToVoiceMs = Object.values<number>({ ...prediction }).reduce((sum, ms) => sum + ms, 0);

  const used = allowed.filter(({ uuid }) => isUsed(uuid, planned));
  const torchGpus = used.length > 0 ? used : bestOf(allowed);
  const build = chooseTorchBuild(torchGpus, hardware, catalogue, { overrideId: settings.overrides.torchBuild?.id ?? null });
  const services = withProcessorBuild(planned, build.id);
  const gpus = verdicts.map((verdict) => plannedGpu(verdict, services, allowed, outcome, { hardware, catalogue, settings }));
  const { voice, notes: voiceNotes } = settings.services.tts === undefined ? chooseVoice(settings.voice, catalogue) : { voice: settings.voice, notes: [] };
  const llm = services.find((service) => service.id === 'llm');
  const limited = limitedBy(services, settings, effectsOf(outcome, build, { hardware, catalogue, settings }));

  const remarks = [
    ...requirementNotes(hardware),
    ...serverNotes(services),
    ...(llm === undefined ? [] : ollamaNotes(llm, outcome.passedOver, { verdicts, hardware, catalogue, settings, predictedMs: predictedVoiceToVoiceMs })),
    ...voiceNotes,
    ...wished.notes,
    ...(isRefused(settings.overrides.torchBuild?.id ?? null, build) ? [`PyTorch: ${build.reason}`] : []),
    ...unknownCardNotes(hardware, settings),
    ...allowed.flatMap((gpu) => othersNotes(gpu, hardware, outcome.comesBack)),
  ];

  return {
    profile: settings.profile,
    torchBuild: { id: build.id, torch: build.torch, reason: build.reason },
    gpus,
    environments: plannedEnvironments(services, { torchBuild: build, hardware, catalogue, overrides: settings.overrides }),
    services,
    predictedVoiceToVoiceMs,
    prediction,
    vram: allowed.map(({ uuid }) => ({ uuid, budgetMiB: budgets.get(uuid) ?? 0, plannedMiB: plannedMiB(services, uuid) })),
    models: modelsOnDisk(catalogue, services),
    pulls: pullsOf(services, hardware.ollama),
    voice,
    notes: [
      ...remarks,
      // Several cards of one kind are left alone in the same words: once is enough.
      ...new Set(gpus.filter((gpu) => !gpu.use && budgets.has(gpu.uuid)).map((gpu) => gpu.reason)),
      targetNote(predictedVoiceToVoiceMs, settings.profile, limited),
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

/** What fits, and for a language model that has nowhere else to go the processor, even if it swaps there. */
function withLastResort({ choices, every }: PlanProblem): PlanProblem['choices'] {
  if (choices.llm.some(({ device }) => device === 'cpu')) return choices;
  return { ...choices, llm: [...choices.llm, ...every.llm.filter(({ device }) => device === 'cpu')] };
}

/** Room on the language model's GPU once everything is placed. */
function leftBeside(placed: Placed, budgets: ReadonlyMap<string, number>): number {
  const { device } = placed.llm;
  const taken = roles.reduce((sum, role) => sum + (placed[role].device === device ? placed[role].memoryMiB : 0), 0);
  return Math.max(0, (budgets.get(device) ?? 0) - taken);
}

interface Facts {
  readonly hardware: HardwareReport;
  readonly catalogue: Catalogue;
  readonly settings: Settings;
}

function plannedGpu(verdict: GpuVerdict, services: readonly PlannedService[], allowed: readonly Gpu[], { problem: { every }, budgets }: ChosenOutcome, facts: Facts): PlannedGpu {
  const { uuid, name } = verdict.gpu;
  if (verdict.allowed && !allowed.includes(verdict.gpu)) {
    return { uuid, name, use: false, reason: `${cardName(verdict.gpu)}: left alone, because it has no name of its own ("${uuid}") by which it could be told from the others.` };
  }
  const needs = roles.flatMap((role) => every[role]).filter((choice) => choice.device === uuid).map((choice) => choice.memoryMiB);
  const smallest = needs.length === 0 ? null : Math.min(...needs);
  const use = verdict.allowed && isUsed(uuid, services);
  const hindrances = verdict.allowed && !use ? hindrancesOn(verdict.gpu, every, facts.hardware, facts.catalogue, facts.settings) : [];
  return { uuid, name, use, reason: gpuSentence(verdict, services, budgets.get(uuid) ?? 0, smallest, hindrances) };
}

/** An override counts where without it something would be otherwise: not for a card that is not there, or could not be used anyway. */
function effectsOf({ wished, budgets }: ChosenOutcome, build: BuildChoice, { hardware, catalogue, settings }: Facts): Effects {
  const { gpus, torchBuild } = settings.overrides;
  const leftOut = hardware.gpus.filter(({ uuid }) => gpus[uuid]?.use === false);
  const usable = leftOut.length === 0 ? [] : judgeGpus(hardware, catalogue, { ...settings.overrides, gpus: {} }).filter((verdict) => verdict.allowed);
  return {
    heldWishes: wished.held,
    asksForBuild: isAsked(torchBuild?.id ?? null, build) || (torchBuild?.id === noTorch && budgets.size > 0),
    leavesOutCard: usable.some(({ gpu }) => leftOut.includes(gpu)),
  };
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

import type { HardwareReport } from '../hardware/model.ts';
import { listed } from './driver.ts';
import { voiceEnvironment } from './environments.ts';
import type { Fallback, Placement, Plan, PlannedEnvironment, PlannedService, Prediction, ServiceId } from './model.ts';
import { isBuildNote, otherBuilds } from './other-builds.ts';
import { targetsMs } from './problem.ts';
import { gigabytes, isTargetNote, seconds } from './sentences.ts';
import { roleTitles } from './wishes.ts';

const stages = { stt: 'sttMs', llm: 'llmMs', tts: 'ttsMs', turn: 'turnMs' } as const satisfies Record<ServiceId, keyof Prediction>;

/** The plan as a person reads it: what runs where, in how much memory, how fast, and why. */
export function planText(plan: Plan, hardware: HardwareReport): string {
  const target = seconds(targetsMs[plan.profile]);
  const lines = [
    `Answers should begin ${seconds(plan.predictedVoiceToVoiceMs)} after you stop speaking (profile "${plan.profile}": ${target}).`,
    '',
    'What runs where',
    ...plan.services.flatMap((service) => serviceLines(service, plan)),
    `  Noticing that you have stopped: ${seconds(plan.prediction.vadMs)}`,
    '',
    `This computer: ${hardware.cpu.model}, ${counted(hardware.cpu.cores, 'core')}, ${gigabytes(hardware.memoryMiB)} of memory`,
    ...(plan.gpus.length === 0 ? ['  No graphics card was found; everything runs on the processor.'] : plan.gpus.map((gpu) => `  ${gpu.use ? '+' : '-'} ${gpu.reason}`)),
    '',
    `PyTorch, for engines that need it: ${plan.torchBuild.id} (version ${plan.torchBuild.torch}). ${plan.torchBuild.reason}`,
    `Environments: ${plan.environments.map(environmentText).join('; ')}`,
    ...notesLines(plan),
  ];
  return lines.join('\n');
}

/** What `after` does otherwise than `before`, in sentences; empty when it is the same plan. */
export function planDifference(before: Plan, after: Plan): readonly string[] {
  return [
    ...after.services.flatMap((service) => serviceDifference(before.services.find(({ id }) => id === service.id), service, before, after)),
    ...after.gpus.flatMap((gpu) => gpuDifference(gpu, before)),
    ...after.vram.flatMap((card) => memoryDifference(card, before, after)),
    // Where there is no PyTorch any more, which one it would be is nobody's question.
    ...((before.torchBuild.id === after.torchBuild.id && before.torchBuild.torch === after.torchBuild.torch) || (hasTorch(before) && !hasTorch(after))
      ? []
      : [`PyTorch would be ${buildName(after)} instead of ${buildName(before)}. ${after.torchBuild.reason}`]),
    ...environmentsDifference(before, after),
    ...(before.predictedVoiceToVoiceMs === after.predictedVoiceToVoiceMs
      ? []
      : [`Answers would begin ${seconds(after.predictedVoiceToVoiceMs)} instead of ${seconds(before.predictedVoiceToVoiceMs)} after you stop speaking.`]),
    ...(before.voice === after.voice ? [] : [`The voice would be ${after.voice} instead of ${before.voice}.`]),
  ];
}

function hasTorch({ environments }: Plan): boolean {
  return environments.some(({ torch }) => torch !== null);
}

/** "torch-cu121 with torch 2.4.1 (you asked for it; no engine needs it yet)". */
function environmentText({ id, torch, reason }: PlannedEnvironment): string {
  const because = id === voiceEnvironment.id ? '' : ` (${reason.charAt(0).toLowerCase()}${reason.slice(1).replace(/\.$/, '')})`;
  return `${id}${torch === null ? '' : ` with torch ${torch}`}${because}`;
}

function environmentsDifference(before: Plan, after: Plan): readonly string[] {
  const came = after.environments.filter((one) => isNew(one, before));
  const went = before.environments.filter((one) => isNew(one, after));
  return [
    ...came.map((environment) => `The environment ${environmentText(environment)} would be needed.`),
    ...went.map(({ id, torch }) => `The environment ${id}${torch === null ? '' : ` with torch ${torch}`} would no longer be needed.`),
  ];
}

/** The others come and go with the services that move to a card and from it, which is said already. */
function isNew({ id, build, torch }: PlannedEnvironment, than: Plan): boolean {
  return build !== null && than.environments.every((known) => known.id !== id || known.torch !== torch);
}

function serviceLines(service: PlannedService, plan: Plan): readonly string[] {
  const memory = service.estimatedVramMiB > 0 ? `, ${gigabytes(service.estimatedVramMiB)} of its memory` : '';
  const time = seconds(plan.prediction[stages[service.id]]);
  const steps = fallbackSteps(service.fallback).map((step) => `${modelName(step)} on ${deviceName(step.device, plan)}`);
  return [
    `  ${capitalised(roleTitles[service.id])}: ${modelName(service)} on ${serverName(service) ?? deviceName(service.device, plan)}${memory}; ${time}`,
    ...(steps.length === 0 ? [] : [`      planned stand-in: ${steps.join(', then ')}`]),
  ];
}

function serverName({ engine, server }: PlannedService): string | null {
  return engine === 'external' && server !== null ? `the server at ${server.url}` : null;
}

function fallbackSteps(fallback: Fallback | null): readonly Fallback[] {
  return fallback === null ? [] : [fallback, ...fallbackSteps(fallback.fallback)];
}

function notesLines({ notes, gpus, profile, predictedVoiceToVoiceMs }: Plan): readonly string[] {
  const said = new Set(gpus.map((gpu) => gpu.reason));
  const met = predictedVoiceToVoiceMs <= targetsMs[profile];
  // That the target is met is the text's first line already.
  const rest = notes.filter((note) => !said.has(note) && !isBuildNote(note) && !(met && isTargetNote(note)));
  const builds = otherBuilds(notes);
  return [...(rest.length === 0 ? [] : ['', 'Notes', ...rest.map((note) => `  - ${note}`)]), ...(builds === '' ? [] : ['', builds])];
}

function serviceDifference(before: PlannedService | undefined, after: PlannedService, planBefore: Plan, planAfter: Plan): readonly string[] {
  if (before === undefined) return [];
  const title = `The ${roleTitles[after.id]}`;
  const moved = before.device !== after.device ? ` run on ${serverName(after) ?? deviceName(after.device, planAfter)} instead of ${serverName(before) ?? deviceName(before.device, planBefore)}` : '';
  const changed = modelName(before) !== modelName(after) ? ` use ${modelName(after)} instead of ${modelName(before)}` : '';
  const build = before.build !== after.build && after.build !== 'none' ? ` use the PyTorch build ${after.build}` : '';
  const context =
    before.contextTokens !== after.contextTokens && before.contextTokens !== null && after.contextTokens !== null
      ? ` look back on ${after.contextTokens} instead of ${before.contextTokens} tokens`
      : '';
  const parts = [moved, changed, build, context].filter((part) => part !== '').map((part) => part.trim());
  return parts.length === 0 ? [] : [`${title} would ${listed(parts)}.`];
}

function gpuDifference(after: Plan['gpus'][number], planBefore: Plan): readonly string[] {
  const before = planBefore.gpus.find((gpu) => gpu.uuid === after.uuid);
  return before === undefined || (before.use === after.use && (after.use || before.reason === after.reason)) ? [] : [after.reason];
}

function memoryDifference(after: Plan['vram'][number], planBefore: Plan, planAfter: Plan): readonly string[] {
  const before = planBefore.vram.find((card) => card.uuid === after.uuid)?.plannedMiB ?? 0;
  return before === after.plannedMiB ? [] : [`On ${deviceName(after.uuid, planAfter)} ${gigabytes(after.plannedMiB)} would be taken instead of ${gigabytes(before)}.`];
}

/** "whisper-base (int8)". */
function modelName({ model, precision }: Placement): string {
  return precision === null ? model : `${model} (${precision})`;
}

function deviceName(device: string, { gpus }: Plan): string {
  if (device === 'cpu') return 'the processor';
  if (device === 'external') return 'a server of yours';
  return `the ${gpus.find((gpu) => gpu.uuid === device)?.name.replace(/^NVIDIA\s+/i, '') ?? 'graphics card'}`;
}

function buildName({ torchBuild }: Plan): string {
  return `${torchBuild.id} (version ${torchBuild.torch})`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

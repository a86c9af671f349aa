import type { GpuProcess, HardwareReport } from '../hardware/model.ts';
import { programName } from '../hardware/program-name.ts';
import type { Plan, PlannedService, ServiceId } from './model.ts';

/** What is looked at to see who else computes on the cards. */
export type CardsInUse = Pick<HardwareReport, 'gpus' | 'processes'>;

/** A program that is not ours and holds memory of a card. */
export type Other = Pick<GpuProcess, 'pid' | 'uuid' | 'name' | 'usedMiB'>;

export interface ChangeOfOthers {
  readonly came: readonly Other[];
  readonly went: readonly Other[];
  /** By 500 MiB or more since they were last told of; `byMiB` is negative where a program gave memory back. */
  readonly grew: readonly { readonly other: Other; readonly byMiB: number }[];
  /** What the next look is compared with: a program that creeps is told of once its steps add up. */
  readonly known: readonly Other[];
}

/** Programs breathe: a browser's share goes up and down by a few hundred MiB while one reads. Less than this moves no model. */
const growthMiB = 500;

export function othersOnCards({ gpus, processes }: CardsInUse): readonly Other[] {
  const uuids = new Set(gpus.map(({ uuid }) => uuid));
  return processes.filter(({ ours, uuid }) => !ours && uuids.has(uuid)).map(({ pid, uuid, name, usedMiB }) => ({ pid, uuid, name, usedMiB }));
}

export function changeOfOthers(before: readonly Other[], after: readonly Other[]): ChangeOfOthers {
  const grew = after.flatMap((other) => {
    const byMiB = growth(before.find((one) => isSame(one, other)), other);
    return Math.abs(byMiB) >= growthMiB ? [{ other, byMiB }] : [];
  });
  return {
    came: after.filter((other) => !before.some((one) => isSame(one, other))),
    went: before.filter((other) => !after.some((one) => isSame(one, other))),
    grew,
    known: after.map((other) => {
      const old = before.find((one) => isSame(one, other));
      return old?.usedMiB == null || grew.some((one) => one.other === other) ? other : old;
    }),
  };
}

export function isChange({ came, went, grew }: ChangeOfOthers): boolean {
  return came.length + went.length + grew.length > 0;
}

/** The system gives a number anew once its program is gone, so the name has to agree as well. */
function isSame(one: Other, other: Other): boolean {
  return one.pid === other.pid && one.uuid === other.uuid && one.name === other.name;
}

function growth(before: Other | undefined, after: Other): number {
  return before?.usedMiB == null || after.usedMiB === null ? 0 : after.usedMiB - before.usedMiB;
}

/** A change as sentences: which program, on which card, how much. */
export function othersText({ came, went, grew }: ChangeOfOthers, gpus: CardsInUse['gpus']): readonly string[] {
  function cardOf({ uuid }: Other): string {
    return gpus.find((gpu) => gpu.uuid === uuid)?.name ?? 'the graphics card';
  }
  return [
    ...came.map((other) => `${titleOf(other)} now uses ${other.usedMiB === null ? 'memory' : mebibytes(other.usedMiB)} of the ${cardOf(other)}.`),
    ...went.map((other) => `${titleOf(other)} has left the ${cardOf(other)}${other.usedMiB === null ? '' : `, which has ${mebibytes(other.usedMiB)} more to give`}.`),
    ...grew.map(({ other, byMiB }) => `${titleOf(other)} ${byMiB > 0 ? 'took' : 'gave back'} ${mebibytes(Math.abs(byMiB))} of the ${cardOf(other)}.`),
  ];
}

function titleOf(other: Other): string {
  // Memory that no program in the driver's list accounts for.
  if (other.pid === 0) return 'Other programs';
  const name = programName(other);
  return name.startsWith('a program') ? `A${name.slice(1)}` : name;
}

function mebibytes(count: number): string {
  return `${Math.round(count)} MiB`;
}

/** Whether now is a moment for a change that restarts engines. */
export interface Situation {
  /** Nobody has spoken for a while and no answer is under way. */
  readonly idle: boolean;
  /** The person has agreed to this change. */
  readonly consent: boolean;
}

export type ReplanDecision = { readonly kind: 'keep' } | { readonly kind: 'ask'; readonly sentences: readonly string[] } | { readonly kind: 'apply' };

/** A better plan is no reason to interrupt anybody: it is taken when nobody is there to mind, or when the person agrees. */
export function replanDecision(current: Plan, wanted: Plan, situation: Situation): ReplanDecision {
  const moves = wanted.services.flatMap((service) => {
    const now = current.services.find(({ id }) => id === service.id);
    return now === undefined || runsAlike(now, service) ? [] : [moveText(now, service, current, wanted)];
  });
  if (moves.length === 0) return { kind: 'keep' };
  if (situation.consent || situation.idle) return { kind: 'apply' };
  return { kind: 'ask', sentences: [...moves, gainText(current, wanted), 'Earshot makes the change when you agree, or once nobody has spoken for a while.'] };
}

/**
 * Whether two plans run a service on the same thing. How far it looks back and how many threads it has are left out:
 * memory once taken stays taken, and to restart an engine for a little more of it costs more than it gives. A server of
 * somebody else is not ours to restart or to move: there only what is asked of it counts.
 */
function runsAlike(one: PlannedService, other: PlannedService): boolean {
  const ours = ['engine', 'model', 'precision', 'device', 'build', 'env'] as const;
  const fields = one.server !== null && other.server !== null ? (['engine', 'model'] as const) : ours;
  return fields.every((field) => one[field] === other[field]) && one.server?.url === other.server?.url;
}

const serviceTitles = { stt: 'Speech recognition', llm: 'The language model', tts: 'The voice', turn: 'The detection of the end of a question' } as const satisfies Record<ServiceId, string>;

function moveText(now: PlannedService, then: PlannedService, current: Plan, wanted: Plan): string {
  const from = placeOf(now, current);
  const to = placeOf(then, wanted);
  const model = now.model === then.model && now.precision === then.precision ? [] : [`use ${modelOf(then)} instead of ${modelOf(now)}`];
  const move = from === to ? [] : [`move from ${from} to ${to}`];
  const changes = [...move, ...model];
  return `${serviceTitles[then.id]} would ${changes.length === 0 ? 'be started in another way' : changes.join(' and ')}.`;
}

function placeOf({ device, server }: PlannedService, plan: Plan): string {
  if (server !== null) return `the server at ${server.url}`;
  if (device === 'cpu') return 'the processor';
  return `the ${plan.gpus.find(({ uuid }) => uuid === device)?.name ?? 'graphics card'}`;
}

function modelOf({ model, precision }: PlannedService): string {
  return precision === null ? model : `${model} (${precision})`;
}

function gainText(current: Plan, wanted: Plan): string {
  const [before, after] = [current, wanted].map((plan) => `${(plan.predictedVoiceToVoiceMs / 1000).toFixed(1)} s`);
  return before === after ? `An answer would begin after about ${after ?? ''}, as now.` : `An answer would then begin after about ${after ?? ''} instead of ${before ?? ''}.`;
}

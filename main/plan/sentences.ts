import type { Gpu, GpuProcess, HardwareReport } from '../hardware/model.ts';
import { programName } from '../hardware/program-name.ts';
import type { Settings } from '../settings/schema.ts';
import type { ComesBack } from './budgets.ts';
import { cardName, listed } from './driver.ts';
import type { GpuVerdict } from './gpu-choice.ts';
import type { PlannedService, ProfileId } from './model.ts';
import { targetsMs } from './problem.ts';
import type { BuildChoice } from './torch-build.ts';
import { roleTitles } from './wishes.ts';

/** More programs than this on a card are counted, not named. */
const namedProcesses = 4;

/** Servers by URL, in the order of the plan's services. */
export function serverNotes(services: readonly PlannedService[]): readonly string[] {
  return services.flatMap(({ id, engine, server }) =>
    engine === 'external' && server !== null ? [`The ${roleTitles[id]} is the server at ${server.url}, as your settings say.`] : [],
  );
}

/** Programs of others that hold memory the plan might want. */
export function othersNotes(gpu: Gpu, hardware: HardwareReport, { process: comesBack }: ComesBack): readonly string[] {
  const others = hardware.processes.filter((process) => process.uuid === gpu.uuid && !comesBack(process));
  const known = others.filter((process) => (process.usedMiB ?? 0) > 0).sort((a, b) => (b.usedMiB ?? 0) - (a.usedMiB ?? 0));
  const silent = others.filter((process) => process.usedMiB === null);
  const named = known.slice(0, namedProcesses).map((process) => `${programName(process)} holds ${gigabytes(process.usedMiB ?? 0)}`);
  const rest = known.slice(namedProcesses);
  const more = rest.length === 0 ? [] : [`${rest.length} more ${rest.length === 1 ? 'program holds' : 'programs hold'} ${gigabytes(rest.reduce((sum, process) => sum + (process.usedMiB ?? 0), 0))}`];
  const holds = named.length === 0 ? [] : [`On the ${cardName(gpu)}, ${listed([...named, ...more])} of it; the plan fits around ${known.length === 1 ? 'it' : 'them'}.`];
  const use = silent.length === 0 ? [] : [`${listed(silentNames(silent))} ${silent.length === 1 ? 'uses' : 'use'} the ${cardName(gpu)} too; how much of it, the driver does not say.`];
  const unknown = gpu.freeMiB === null ? [`The driver does not say how much of the ${cardName(gpu)} is free; the plan counts what the programs hold that it names.`] : [];
  return [...holds, ...use, ...unknown];
}

function silentNames(processes: readonly GpuProcess[]): readonly string[] {
  const rest = processes.length - namedProcesses;
  return [...processes.slice(0, namedProcesses).map(programName), ...(rest > 0 ? [`${rest} more`] : [])];
}

/** Why each other torch build was not chosen, and which may be asked for. */
export function buildNotes(build: BuildChoice, gpus: readonly Gpu[], settings: Settings): readonly string[] {
  const asked = settings.overrides.torchBuild;
  const since = asked?.since ? ` since ${asked.since.slice(0, 10)}` : '';
  const override = asked === null ? [] : [`Your settings ask for the torch build ${asked.id}${since}${asked.reason === null ? '' : ` (${asked.reason})`}. ${build.reason}`];
  if (gpus.length === 0) {
    const ids = build.rejected.map(({ id }) => id).filter((id) => id !== 'cpu');
    return ids.length === 0 ? override : [...override, `No graphics card is used, so none of the torch builds for one is needed (${ids.join(', ')}).`];
  }
  const offered =
    build.alternatives.length === 0
      ? []
      : [`Beside ${build.id} you may ask for the torch ${build.alternatives.length === 1 ? 'build' : 'builds'} ${listed(build.alternatives)}: ${build.alternatives.length === 1 ? 'it runs' : 'they run'} on the ${listed(gpus.map(cardName))} too.`];
  return [...override, ...build.rejected.map(({ reason }) => reason), ...offered];
}

/** A computer sold with 4 GB tells a little less. */
const leastMemoryMiB = 3_600;

/** What of the computer falls short of what Earshot is made for; it is planned for all the same. */
export function requirementNotes({ os, memoryMiB }: HardwareReport): readonly string[] {
  const memory = memoryMiB > 0 && memoryMiB < leastMemoryMiB ? [`This computer has ${gigabytes(memoryMiB)} of memory; Earshot is made for 4 GB or more and may be slow or fail here.`] : [];
  const processor = /^(x64|x86_64|amd64)$/i.test(os.arch) ? [] : [`The engines are made for x86-64 processors; this one is ${os.arch}, for which this version cannot install them.`];
  return [...memory, ...processor];
}

export function toolkitNotes({ toolkit }: HardwareReport): readonly string[] {
  return toolkit === null
    ? []
    : [`The CUDA toolkit ${toolkit} is installed. It is not used and decides nothing: every engine brings its own CUDA libraries, and only the driver's version counts.`];
}

/** What kept a plan from its target, if not the computer. */
export type LimitedBy = 'settings' | 'ollama' | null;

const targetNoteBeginning = 'Answers should begin';

export function targetNote(predictedMs: number, profile: ProfileId, limitedBy: LimitedBy = null): string {
  const sentence = `${targetNoteBeginning} ${seconds(predictedMs)} after you stop speaking; the profile "${profile}" asks for ${seconds(targetsMs[profile])}`;
  if (predictedMs <= targetsMs[profile]) return `${sentence}.`;
  if (limitedBy === 'settings') return `${sentence}. With what your settings ask for, this is the quickest plan.`;
  if (limitedBy === 'ollama') return `${sentence}. With the models of your Ollama, this is the quickest plan; the embedded language model may be quicker.`;
  return `${sentence}, which this computer cannot reach, so this is the quickest plan it can.`;
}

/** Whether a note is the one about the time of the answer, which no longer holds once services move. */
export function isTargetNote(note: string): boolean {
  return note.startsWith(targetNoteBeginning);
}

/** Only where nobody has limited the choice is it the computer that cannot. */
export function limitedBy(services: readonly PlannedService[], settings: Settings, effects: Effects): LimitedBy {
  const servers = Object.values(settings.services).some((server) => server !== undefined);
  if (servers || effects.heldWishes > 0 || effects.asksForBuild || effects.leavesOutCard) return 'settings';
  return services.some(({ engine }) => engine === 'ollama') ? 'ollama' : null;
}

/** What settings have changed: an override that nothing can follow changes nothing. */
export interface Effects {
  readonly heldWishes: number;
  readonly asksForBuild: boolean;
  readonly leavesOutCard: boolean;
}

/** Cards that settings speak of and this computer does not have: a misspelt one must not go unnoticed. */
export function unknownCardNotes({ gpus }: HardwareReport, { overrides }: Settings): readonly string[] {
  const known = new Set(gpus.map(({ uuid }) => uuid));
  // What a service wishes for is answered where it is placed.
  const wished = new Set(Object.values(overrides.services).map((override) => override?.device));
  return Object.entries(overrides.gpus)
    .filter(([uuid]) => !known.has(uuid) && !wished.has(uuid))
    .map(([uuid, { use }]) => `Your settings ${use ? 'ask for' : 'leave out'} a graphics card ${uuid}, which this computer does not have, so that changes nothing.`);
}

/** Why a GPU is used, or left alone although it might be. */
export function gpuSentence(verdict: GpuVerdict, services: readonly PlannedService[], budgetMiB: number, smallestMiB: number | null, hindrances: readonly string[] = []): string {
  const name = cardName(verdict.gpu);
  if (!verdict.allowed) return verdict.reason;
  const here = services.filter((service) => service.device === verdict.gpu.uuid);
  if (here.length > 0) {
    const planned = here.reduce((sum, service) => sum + service.estimatedVramMiB, 0);
    return `${name}: runs the ${listed(here.map((service) => roleTitles[service.id]))}; ${gigabytes(planned)} of the ${gigabytes(budgetMiB)} that may be taken are planned.`;
  }
  const why = hindrances.length === 0 ? '' : `: ${hindrances.join('; ')}`;
  if (smallestMiB === null) return `${name}: left alone, because nothing that could be chosen here has programs for it${why}.`;
  if (smallestMiB > budgetMiB) return `${name}: left alone, because ${gigabytes(budgetMiB)} of its memory may be taken, and the smallest engine needs ${gigabytes(smallestMiB)}.`;
  return `${name}: left alone, because nothing${why === '' ? '' : ' that can be used here'} would be better or quicker on it${why}.`;
}

export function gigabytes(mebibytes: number): string {
  return `${(mebibytes / 1_024).toFixed(1)} GiB`;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(2)} s`;
}

import type { Gpu, GpuProcess, HardwareReport } from '../hardware/model.ts';

/** All that is held of a card stays below this part, others' share too: past it drivers begin to move memory about. */
const usablePart = 0.8;
/** A desktop opens windows after we have looked: kept free on the GPU that drives the screens. */
const desktopMiB = 300;
/** What allocators round up, and what an estimate is off by (GPUStack's parser of model files: about 100 MiB a process). */
const headroomMiB = 200;
/** Every process that uses CUDA pays for its context before the first weight: 300 to 500 MB. */
export const cudaContextMiB = 400;
/** Engines and their models may take this part of a computer's memory. */
const usablePartOfMemory = 0.5;

/** Memory in use now that we may count on all the same. */
export interface ComesBack {
  /** Whether what this process holds comes back: our own, and those of the Ollama we talk to, which unloads one model for another. */
  readonly process: (process: GpuProcess) => boolean;
  /** What that Ollama holds beyond what its processes are seen to hold, by the card's uuid. */
  readonly unseenMiB: ReadonlyMap<string, number>;
}

/**
 * What services may take of a GPU: the free part now and what comes back, so that two things hold at once. All that is
 * held, by others and by us, stays below four fifths of the card; and of what is free now the desktop's reserve and the
 * headroom stay free. On a card of more than 2.5 GB the first rule is the stricter one and covers the second.
 */
export function gpuBudgetMiB(gpu: Gpu, hardware: HardwareReport, comesBack: ComesBack): number {
  const total = Math.max(0, gpu.memoryMiB ?? 0);
  const processes = hardware.processes.filter((process) => process.uuid === gpu.uuid);
  const back = heldMiB(processes.filter(comesBack.process)) + (comesBack.unseenMiB.get(gpu.uuid) ?? 0);
  const others = heldMiB(processes.filter((process) => !comesBack.process(process)));
  // A driver that does not tell what is free may still tell who holds what.
  const available = gpu.freeMiB === null ? total - others : Math.min(total, gpu.freeMiB + back);
  const desktop = drivesScreens(gpu, hardware) ? desktopMiB : 0;
  const belowWarning = available - (1 - usablePart) * total;
  return Math.max(0, Math.floor(Math.min(belowWarning, available - desktop - headroomMiB)));
}

/** What services may take of the computer's memory; a size nobody could read does not bind. */
export function memoryBudgetMiB(hardware: HardwareReport): number {
  return hardware.memoryMiB > 0 ? Math.floor(hardware.memoryMiB * usablePartOfMemory) : Number.POSITIVE_INFINITY;
}

export function memoryThatComesBack(hardware: HardwareReport, usesOllama: boolean): ComesBack {
  const loadedMiB = (hardware.ollama?.models ?? []).reduce((sum, model) => sum + Math.max(0, model.sizeVramMiB ?? 0), 0);
  function isOllama({ name }: GpuProcess): boolean {
    return usesOllama && (/ollama/i.test(name) || (loadedMiB > 0 && /llama-server/i.test(name)));
  }
  const seenMiB = heldMiB(hardware.processes.filter((process) => !process.ours && isOllama(process)));
  return {
    process: (process) => process.ours || isOllama(process),
    unseenMiB: usesOllama && loadedMiB > seenMiB ? unseenByCard(hardware, loadedMiB - seenMiB, isOllama) : new Map(),
  };
}

/**
 * Windows (WDDM) does not say how much a process holds, and in a container its processes are not seen at all: then what
 * Ollama itself says counts, on the card it is seen on, else on the one card where so much is held by nobody we know.
 */
function unseenByCard({ gpus, processes }: HardwareReport, unseenMiB: number, isOllama: (process: GpuProcess) => boolean): ReadonlyMap<string, number> {
  const silent = new Set(processes.filter((process) => process.usedMiB === null && isOllama(process)).map(({ uuid }) => uuid));
  const cards = gpus.filter((gpu) => isNvidia(gpu) && !gpu.virtual && gpu.freeMiB !== null && (silent.size === 0 || silent.has(gpu.uuid)));
  function unexplainedMiB(gpu: Gpu): number {
    const explained = heldMiB(processes.filter((process) => process.uuid === gpu.uuid && !hasNoName(process)));
    return Math.max(0, (gpu.memoryMiB ?? 0) - (gpu.freeMiB ?? 0) - explained);
  }
  const able = cards.length === 1 ? cards : cards.filter((gpu) => unexplainedMiB(gpu) >= unseenMiB);
  // Which of two it is on, nobody can say; if it is on none alone, it lies across all of them.
  const on = able.length === 0 ? cards : able.length === 1 ? able : [];
  const part = Math.min(1, unseenMiB / Math.max(1, on.reduce((sum, gpu) => sum + unexplainedMiB(gpu), 0)));
  return new Map(on.map((gpu) => [gpu.uuid, Math.floor(part * unexplainedMiB(gpu))]));
}

/** "[Insufficient Permissions]", "[Not Found]" in a container, or nothing. */
function hasNoName({ name, ours }: GpuProcess): boolean {
  return !ours && /^(\[.*\]|-|N\/A|)$/.test(name.trim());
}

/** Screens hang on the processor's own graphics where there is one, else on the first card. */
function drivesScreens(gpu: Gpu, hardware: HardwareReport): boolean {
  if (hardware.displays === 0) return false;
  const real = hardware.gpus.filter((other) => !other.virtual);
  if (real.some((other) => !isNvidia(other))) return false;
  const first = real.reduce<Gpu | null>((lowest, other) => (lowest === null || other.index < lowest.index ? other : lowest), null);
  return first === null || first.uuid === gpu.uuid;
}

export function isNvidia(gpu: Gpu): boolean {
  return /nvidia/i.test(`${gpu.vendor} ${gpu.name}`);
}

function heldMiB(processes: readonly GpuProcess[]): number {
  return processes.reduce((sum, process) => sum + Math.max(0, process.usedMiB ?? 0), 0);
}

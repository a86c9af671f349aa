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

/** What services may take of a GPU: the free part now and what ours hold already, less what others will need. */
export function gpuBudgetMiB(gpu: Gpu, hardware: HardwareReport, comesBack: (process: GpuProcess) => boolean): number {
  const total = Math.max(0, gpu.memoryMiB ?? 0);
  const processes = hardware.processes.filter((process) => process.uuid === gpu.uuid);
  const back = heldMiB(processes.filter(comesBack));
  const others = heldMiB(processes.filter((process) => !comesBack(process)));
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

/**
 * Processes whose memory we may count on: our own, which end before a plan starts, and those of the Ollama we talk to,
 * which unloads one model for another.
 */
export function processesThatComeBack(hardware: HardwareReport, usesOllama: boolean): (process: GpuProcess) => boolean {
  const loaded = hardware.ollama?.models.some((model) => (model.sizeVramMiB ?? 0) > 0) ?? false;
  return (process) => process.ours || (usesOllama && (/ollama/i.test(process.name) || (loaded && /llama-server/i.test(process.name))));
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

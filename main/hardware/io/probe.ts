import { arch, platform, release } from 'node:os';
import { adapterOfPci, type Adapter } from '../adapters.ts';
import { combineCards } from '../cards.ts';
import { withDeviceNodes } from '../device-nodes.ts';
import { cudaVersionOf } from '../driver.ts';
import { isAsleep, rememberedGpus } from '../sleeping.ts';
import type { MigPart } from '../mig.ts';
import type { HardwareReport } from '../model.ts';
import type { PciCard } from '../pci.ts';
import { deviceNodes, mayOpenFile, type MayOpen } from './device-nodes.ts';
import { connectedDisplays, memoryMiB, processor, runsInContainer, runsInWsl } from './machine.ts';
import { askNvidiaSmi, askParts, findNvidiaSmi, type NvidiaAnswer } from './nvidia-smi.ts';
import { askOllama } from './ollama.ts';
import { nvidiaKernelModule, pciCards, type KernelModule } from './pci.ts';
import { recall, remember } from './remembered.ts';
import { disks, power } from './system-information.ts';
import { systemFiles, type SystemFiles } from './system-files.ts';
import { toolkitVersion } from './toolkit.ts';
import { askWindows, type WindowsFacts } from './windows.ts';

export interface ProbeOptions {
  /** Program asked instead of the nvidia-smi of the system. */
  readonly nvidiaSmi?: string;
  readonly nvidiaSmiTimeLimitMs?: number;
  /** Folder below which /proc, /sys, /dev and the usual places are looked at; "/" but for tests. */
  readonly root?: string;
  /** File that remembers the cards, so that a sleeping one is left asleep. */
  readonly rememberedPath?: string;
  /** Process ids of Earshot's own services, with all that they started. */
  readonly ownPids?: ReadonlySet<number>;
  readonly mayOpen?: MayOpen;
}

/** Reads what the machine is, without torch and without `cuInit`. Takes well under a second where there is no GPU. */
export async function probe(options: ProbeOptions, environment: NodeJS.ProcessEnv): Promise<HardwareReport> {
  const files = systemFiles(options.root ?? '/');
  const system = platform() === 'win32' ? 'win32' : 'linux';
  const [kernel, nvidia, machine, nodes, toolkit, ollama, wsl, container, found, supply] = await Promise.all([
    nvidiaKernelModule(files),
    nvidiaCards(files, options, environment),
    system === 'win32' ? askWindows(environment) : linuxFacts(files),
    deviceNodes(files, options.mayOpen ?? mayOpenFile),
    toolkitVersion(files, environment),
    askOllama(environment, options.root),
    runsInWsl(files),
    runsInContainer(files),
    disks(),
    power(),
  ]);
  const driverVersion = nvidia.answer.driverVersion ?? kernel.version ?? nvidia.rememberedDriver;
  const cards = combineCards({
    told: nvidia.answer.gpus,
    kernelCards: kernel.cards,
    adapters: [...nvidia.pci.map(adapterOfPci), ...machine.adapters],
    driverVersion,
    container,
    nodeNumbers: new Set(nodes.cards.keys()),
    parts: nvidia.parts,
  });
  const placed = withDeviceNodes(cards.gpus, { nodes, kernelCards: kernel.cards, container });
  return {
    os: { platform: system, release: release(), arch: arch(), wsl, container },
    cpu: machine.cpu,
    memoryMiB: machine.memoryMiB,
    disks: found,
    displays: machine.displays,
    power: supply,
    gpus: placed.gpus,
    toolkit,
    // In WSL 2 nvidia-smi tells the version of the driver of Windows, which is the one that counts.
    driver: driverVersion === null ? null : { version: driverVersion, cudaVersion: cudaVersionOf(driverVersion, wsl ? 'win32' : system) },
    processes: nvidia.answer.processes,
    ollama,
    warnings: [...machine.warnings, ...nvidia.answer.warnings, ...noProgram(nvidia.isMissing, kernel), ...cards.warnings, ...placed.warnings],
  };
}

interface NvidiaCards {
  readonly pci: readonly PciCard[];
  readonly answer: NvidiaAnswer;
  readonly isMissing: boolean;
  readonly parts: readonly MigPart[];
  /** Of a card that sleeps so deeply that its driver is not loaded. */
  readonly rememberedDriver: string | null;
}

/** Asks nvidia-smi, unless every card sleeps and is remembered. */
async function nvidiaCards(files: SystemFiles, options: ProbeOptions, environment: NodeJS.ProcessEnv): Promise<NvidiaCards> {
  const [pci, memory] = await Promise.all([pciCards(files), recall(options.rememberedPath)]);
  // On Windows the bus is not read, so every card counts as awake there. Get-PnpDeviceProperty's DEVPKEY_Device_PowerData holds
  // a device's power state (D3 for a sleeping one); nobody has shown yet that reading it leaves a hybrid laptop's card asleep.
  const asleep = isAsleep(pci);
  const kept = asleep ? rememberedGpus(pci, memory.remembered) : null;
  if (kept !== null) {
    const answer = { gpus: kept, driverVersion: null, processes: [], warnings: memory.warnings };
    return { pci, isMissing: false, parts: [], rememberedDriver: memory.remembered?.driverVersion ?? null, answer };
  }
  const program = options.nvidiaSmi ?? findNvidiaSmi(options.root ?? '/', environment);
  if (program === null) return { pci, isMissing: true, parts: [], rememberedDriver: null, answer: { gpus: [], driverVersion: null, processes: [], warnings: memory.warnings } };
  const question = {
    environment,
    ...(options.nvidiaSmiTimeLimitMs === undefined ? {} : { timeLimitMs: options.nvidiaSmiTimeLimitMs }),
    ...(options.ownPids === undefined ? {} : { ownPids: options.ownPids }),
  };
  const answer = await askNvidiaSmi(program, question);
  const told = combineCards({ told: answer.gpus, kernelCards: [], adapters: pci.map(adapterOfPci), driverVersion: answer.driverVersion, container: false, nodeNumbers: new Set(), parts: [] });
  const answered = answer.gpus.length > 0;
  const notKept = answered ? await remember(options.rememberedPath, told.gpus, answer.driverVersion, memory) : [];
  const woken = asleep && answered ? ['The graphics card was asleep and was woken once to be asked what it is.'] : [];
  // It was woken by the question, whatever the bus said before.
  const awake = asleep ? answer.gpus.map((gpu) => ({ ...gpu, powerState: 'active' })) : answer.gpus;
  return { pci, isMissing: false, parts: await askParts(program, answer.gpus, question), rememberedDriver: null, answer: { ...answer, gpus: awake, warnings: [...memory.warnings, ...woken, ...answer.warnings, ...notKept] } };
}

function noProgram(isMissing: boolean, kernel: KernelModule): readonly string[] {
  if (!isMissing || kernel.version === null) return [];
  return ['NVIDIA’s driver is running, but its program nvidia-smi was not found, so the memory of the graphics card is unknown: install the tools that belong to the driver.'];
}

async function linuxFacts(files: SystemFiles): Promise<WindowsFacts> {
  const [cpu, memory, displays] = await Promise.all([processor(files), memoryMiB(files), connectedDisplays(files)]);
  return { cpu, memoryMiB: memory, displays, adapters: [] satisfies readonly Adapter[], warnings: [] };
}

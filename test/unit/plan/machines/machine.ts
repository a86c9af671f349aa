import type { Gpu, GpuProcess, HardwareReport, OllamaReport } from '../../../../main/hardware/model.ts';
import type { Answer } from './answer.ts';
import { cards, type CardId } from './cards.ts';
import type { ServiceId } from '../../../../main/plan/model.ts';

/** One machine of the tables: what `earshot plan --hardware FILE --settings FILE` is given, and what a careful person expects. */
export interface Machine {
  readonly name: string;
  /** The hardware file's JSON: any value, because files may hold anything. */
  readonly hardware: unknown;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly expected?: Expected;
}

export interface Expected {
  /** The torch build is one of these. */
  readonly builds?: readonly string[];
  readonly torch?: string;
  /** Exactly these GPUs run something. */
  readonly used?: readonly string[];
  /** None of these runs anything. */
  readonly unused?: readonly string[];
  /** At least one GPU runs something: a machine whose card is idle for no reason was planned badly. */
  readonly usesSome?: boolean;
  readonly devices?: Partial<Record<ServiceId, string>>;
  readonly engines?: Partial<Record<ServiceId, string>>;
  readonly models?: Partial<Record<ServiceId, string>>;
  /** What the reason of a GPU has to say, by uuid. */
  readonly reasons?: Readonly<Record<string, RegExp>>;
  /** Each is said by some note. */
  readonly says?: readonly RegExp[];
  readonly neverSays?: readonly RegExp[];
  /** Anything else: a sentence for each thing that is wrong. */
  readonly wrong?: (answer: Answer) => readonly string[];
}

export const allOnCpu = { stt: 'cpu', llm: 'cpu', tts: 'cpu', turn: 'cpu' } as const;

/** Uuid of the card in this slot. */
export function uuidOf(slot: number): string {
  return `GPU-5eed0000-0000-4000-8000-${String(slot).padStart(12, '0')}`;
}

/** A card as the driver reports it: awake, ours to open, with next to nothing on it. */
export function card(id: CardId, differences: Partial<Gpu> = {}, slot = 0): Gpu {
  const kind = cards[id];
  return {
    uuid: uuidOf(slot),
    index: slot,
    busId: `00000000:${String(slot + 1).padStart(2, '0')}:00.0`,
    vendor: 'NVIDIA',
    name: kind.name,
    computeCapability: kind.capability,
    memoryMiB: kind.memoryMiB,
    freeMiB: kind.memoryMiB - 110,
    virtual: false,
    mig: false,
    deviceNode: `/dev/nvidia${slot}`,
    powerState: 'active',
    pciId: kind.pciId,
    accessible: true,
    ...differences,
  };
}

/** A display adapter that is not NVIDIA's: nothing is known of it but its name. */
export function adapter(vendor: string, name: string, differences: Partial<Gpu> = {}, slot = 0): Gpu {
  return {
    ...card('rtx3060', {}, slot),
    vendor,
    name,
    uuid: `PCI-0000:${String(slot).padStart(2, '0')}:02.0`,
    computeCapability: null,
    memoryMiB: null,
    freeMiB: null,
    deviceNode: null,
    powerState: null,
    pciId: null,
    accessible: null,
    ...differences,
  };
}

export interface MachineOptions extends Partial<Omit<HardwareReport, 'driver' | 'os'>> {
  readonly driver?: string | null;
  readonly os?: Partial<HardwareReport['os']>;
}

/** A Linux desktop with eight cores and 16 GB. */
export function linux(gpus: readonly Gpu[], options: MachineOptions = {}): HardwareReport {
  const { driver = null, os, ...rest } = options;
  return {
    os: { platform: 'linux', release: '6.8.0-45-generic', arch: 'x64', wsl: false, container: false, ...os },
    cpu: { model: 'AMD Ryzen 7 5800H', cores: 8, flags: ['sse4_2', 'avx', 'avx2', 'fma'] },
    memoryMiB: 15_900,
    disks: [{ mount: '/', freeMiB: 200_000 }],
    displays: 1,
    power: null,
    gpus,
    toolkit: null,
    driver: driver === null ? null : { version: driver, cudaVersion: null },
    processes: [],
    ollama: null,
    warnings: [],
    ...rest,
  };
}

/** The same under Windows 11, where no card has a device node. */
export function windows(gpus: readonly Gpu[], options: MachineOptions = {}): HardwareReport {
  const asWindows = gpus.map((gpu) => ({ ...gpu, deviceNode: null, accessible: null, powerState: null }));
  return {
    ...linux(asWindows, { disks: [{ mount: 'C:', freeMiB: 200_000 }], ...options }),
    os: { platform: 'win32', release: '10.0.26100', arch: 'x64', wsl: false, container: false, ...options.os },
  };
}

/** A program on the card in slot 0 that is not Earshot's. */
export function foreign(name: string, usedMiB: number | null, differences: Partial<GpuProcess> = {}): GpuProcess {
  return { pid: 4242, uuid: uuidOf(0), usedMiB, name, ours: false, ...differences };
}

/** What Ollama's library shows for each model, in bytes. */
const modelBytes: Readonly<Record<string, number>> = {
  'qwen2.5:0.5b': 397_000_000,
  'llama3.2:1b': 1_321_000_000,
  'qwen2.5:3b': 1_929_000_000,
  'llama3.1:8b': 4_920_000_000,
};

/** A running Ollama with these models, none loaded. */
export function ollamaWith(names: readonly string[], differences: Partial<OllamaReport> = {}): OllamaReport {
  return {
    version: '0.33.0',
    running: true,
    models: names.map((name) => ({ name, sizeBytes: modelBytes[name] ?? 270_000_000, sizeVramMiB: null })),
    url: 'http://127.0.0.1:11434',
    ...differences,
  };
}

/** What a person's override carries with it. */
export const because = { since: '2026-11-20', reason: 'the fans are too loud' } as const;

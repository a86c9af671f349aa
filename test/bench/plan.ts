/** Measures how long a plan takes on a computer with eight cards: `tsx test/bench/plan.ts`. */
import type { Gpu, HardwareReport } from '../../main/hardware/model.ts';
import { catalogue } from '../../main/plan/catalogue.ts';
import { plan } from '../../main/plan/plan.ts';
import { settingsSchema } from '../../main/settings/schema.ts';
import type { SuiteFigure } from '../setup/figures.ts';

export interface PlanTime {
  readonly machine: string;
  readonly profile: string;
  readonly medianMs: number;
  readonly worstMs: number;
}

const warmUps = 200;
const rounds = 500;

const kinds = [
  ['GeForce RTX 3060', '8.6', 12_288],
  ['GeForce RTX 4090', '8.9', 24_576],
  ['GeForce RTX 5090', '12.0', 32_768],
  ['Tesla T4', '7.5', 16_384],
  ['A100', '8.0', 81_920],
  ['GeForce RTX 3050', '8.6', 4_096],
  ['H100', '9.0', 81_559],
  ['GeForce RTX 2070', '7.5', 8_192],
] as const;

function cards(differing: boolean): readonly Gpu[] {
  return kinds.map((kind, index) => {
    const [name, computeCapability, memoryMiB] = differing ? kind : kinds[0];
    return {
      uuid: `GPU-${index}`, index, busId: `00000000:0${index}:00.0`, vendor: 'NVIDIA', name: `NVIDIA ${name}`, computeCapability, memoryMiB,
      freeMiB: memoryMiB - 300 - (differing ? 10 * index : 0), virtual: false, mig: false, deviceNode: `/dev/nvidia${index}`, powerState: 'active', pciId: null, accessible: true,
    };
  });
}

const fewModels = ['qwen2.5:0.5b', 'llama3.2:1b', 'qwen2.5:1.5b', 'llama3.2:3b', 'gemma3:4b', 'qwen2.5:7b', 'llama3.1:8b', 'qwen2.5:14b', 'qwen2.5:32b', 'llama3.3:70b'].map((name) => ({ name, sizeBytes: 1, sizeVramMiB: null }));
/** What somebody who tries everything has: fifteen sizes in four precisions each. */
const manyModels = Array.from({ length: 60 }, (_none, index) => ({
  name: `model-${index}:${[0.5, 1, 1.5, 3, 4, 7, 8, 9, 12, 13, 14, 20, 27, 32, 70][index % 15] ?? 1}b`,
  sizeBytes: Math.round((1 + 0.37 * index) * 1e9),
  sizeVramMiB: null,
}));

const kindsOfMachine = [
  ['eight equal cards', false, fewModels],
  ['eight cards, all different', true, fewModels],
  ['eight cards, all different, with sixty models', true, manyModels],
] as const;

function machine(gpus: readonly Gpu[], models: NonNullable<HardwareReport['ollama']>['models']): HardwareReport {
  return {
    os: { platform: 'linux', release: '6.8', arch: 'x64', wsl: false, container: false },
    cpu: { model: 'a processor', cores: 32, flags: ['avx', 'avx2'] },
    memoryMiB: 256_000,
    disks: [],
    displays: 0,
    power: null,
    gpus,
    toolkit: '12.4',
    driver: { version: '580.65.06', cudaVersion: '13.0' },
    processes: [],
    ollama: { version: '0.33.0', running: true, url: 'http://127.0.0.1:11434', models },
    warnings: [],
  };
}

/** The times of every profile on eight equal cards, on eight of which no two are alike, where nothing can be left out, and there with sixty models to choose from. */
export function measurePlan(): readonly PlanTime[] {
  return kindsOfMachine.flatMap(([name, differing, models]) =>
    (['fast', 'balanced', 'best'] as const).map((profile) => {
      const hardware = machine(cards(differing), models);
      const settings = settingsSchema.parse({ profile });
      for (let round = 0; round < warmUps; round++) plan(hardware, catalogue, settings);
      const times = Array.from({ length: rounds }, () => {
        const startedMs = performance.now();
        plan(hardware, catalogue, settings);
        return performance.now() - startedMs;
      }).sort((a, b) => a - b);
      return { machine: name, profile, medianMs: times[rounds / 2] ?? 0, worstMs: times.at(-1) ?? 0 };
    }),
  );
}

/** The slowest median of them. */
export function measurePlanFigure(): SuiteFigure {
  const slowest = measurePlan().reduce((worst, one) => (one.medianMs > worst.medianMs ? one : worst));
  return { name: `plan for ${slowest.machine}, profile "${slowest.profile}", the slowest median`, value: `${slowest.medianMs.toFixed(1)} ms`, bound: '≤ 5 ms' };
}

if (process.argv[1] === import.meta.filename) console.table(measurePlan());

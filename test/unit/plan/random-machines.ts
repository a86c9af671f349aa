import * as fc from 'fast-check';
import type { Gpu, HardwareReport } from '../../../main/hardware/model.ts';
import { settingsSchema, type Settings } from '../../../main/settings/schema.ts';

const cards: readonly (readonly [name: string, capability: string, sizesMiB: readonly number[]])[] = [
  ['GeForce GTX 960', '5.2', [2_048, 4_096]],
  ['GeForce GTX 1060', '6.1', [3_072, 6_144]],
  ['Tesla V100', '7.0', [16_384, 32_768]],
  ['GeForce GTX 1650', '7.5', [4_096]],
  ['GeForce RTX 3050', '8.6', [2_048, 4_096, 8_192]],
  ['GeForce RTX 3060', '8.6', [8_192, 12_288]],
  ['GeForce RTX 4090', '8.9', [24_576]],
  ['H100', '9.0', [81_920]],
  ['GeForce RTX 5090', '12.0', [8_192, 32_768]],
];

const drivers = ['470.10', '525.60.13', '535.54.03', '550.54.14', '570.26', '580.65.06', '610.10'];
const models = ['qwen2.5:0.5b', 'llama3.2:1b', 'qwen2.5:1.5b', 'gemma3:4b', 'qwen2.5:7b', 'mistral', 'qwen2.5:32b', 'nomic-embed-text'];

function gpu(slot: number): fc.Arbitrary<Gpu> {
  return fc
    .record({ card: fc.constantFrom(...cards), part: fc.nat(), used: fc.integer({ min: 0, max: 100 }), silent: fc.boolean() })
    .map(({ card: [name, computeCapability, sizes], part, used, silent }) => {
      const memoryMiB = sizes[part % sizes.length] ?? 4_096;
      return {
        uuid: `GPU-${slot}`,
        index: slot,
        busId: `00000000:0${slot + 1}:00.0`,
        vendor: 'NVIDIA',
        name: `NVIDIA ${name}`,
        computeCapability,
        memoryMiB,
        freeMiB: silent ? null : Math.round((memoryMiB * (100 - used)) / 100),
        virtual: false,
        mig: false,
        deviceNode: `/dev/nvidia${slot}`,
        powerState: null,
        pciId: null,
        accessible: null,
      };
    });
}

/** A machine such as people have, with up to `most` cards. */
export function machines(most: number): fc.Arbitrary<HardwareReport> {
  return fc
    .record({
      count: fc.integer({ min: 0, max: most }),
      gpus: fc.tuple(...Array.from({ length: most }, (_, slot) => gpu(slot))),
      platform: fc.constantFrom('linux' as const, 'win32' as const),
      cores: fc.constantFrom(1, 2, 4, 8, 16),
      flags: fc.constantFrom([], ['avx'], ['avx', 'avx2']),
      memoryMiB: fc.constantFrom(0, 1_000, 4_000, 16_000, 64_000),
      driver: fc.option(fc.constantFrom(...drivers)),
      displays: fc.nat({ max: 1 }),
      held: fc.array(fc.record({ slot: fc.nat({ max: Math.max(0, most - 1) }), name: fc.constantFrom('python3', 'ollama', ''), usedMiB: fc.option(fc.nat({ max: 6_000 })), ours: fc.boolean() }), { maxLength: 3 }),
      ollama: fc.option(fc.record({ running: fc.boolean(), models: fc.uniqueArray(fc.constantFrom(...models), { maxLength: 4 }), sizes: fc.boolean(), loadedMiB: fc.option(fc.nat({ max: 6_000 })) })),
    })
    .map((facts) => ({
      os: { platform: facts.platform, release: '', arch: 'x64', wsl: false, container: false },
      cpu: { model: 'a processor', cores: facts.cores, flags: facts.flags },
      memoryMiB: facts.memoryMiB,
      disks: [],
      displays: facts.displays,
      power: null,
      gpus: facts.gpus.slice(0, facts.count),
      toolkit: null,
      driver: facts.driver === null ? null : { version: facts.driver, cudaVersion: null },
      processes: facts.held.map(({ slot, ...process }, index) => ({ ...process, pid: 100 + index, uuid: `GPU-${slot}` })),
      ollama:
        facts.ollama === null
          ? null
          : {
              version: '0.33.0',
              running: facts.ollama.running,
              url: 'http://127.0.0.1:11434',
              models: facts.ollama.models.map((name, index) => ({ name, sizeBytes: facts.ollama?.sizes === true ? 600_000_000 * (index + 1) : 1, sizeVramMiB: index === 0 ? (facts.ollama?.loadedMiB ?? null) : null })),
            },
      warnings: [],
    }));
}

export function profiles(): fc.Arbitrary<Settings> {
  return fc.constantFrom('fast' as const, 'balanced' as const, 'best' as const).map((profile) => settingsSchema.parse({ profile }));
}

/** Overrides of every kind, most of them impossible on the machine they meet. */
export function wishes(): fc.Arbitrary<Settings> {
  const device = fc.constantFrom('cpu', 'GPU-0', 'GPU-1', 'GPU-9');
  const service = fc.record(
    { device, model: fc.constantFrom('whisper-small', 'stt-1b-en_fr', 'qwen2.5:7b', 'kokoro-82m', 'llama3.2:3b', 'nothing'), precision: fc.constantFrom('int8', 'float16', 'float99') },
    { requiredKeys: [] },
  );
  const use = fc.record({ use: fc.boolean() });
  return fc
    .record({
      profile: fc.constantFrom('fast' as const, 'balanced' as const, 'best' as const),
      gpus: fc.record({ 'GPU-0': use, 'GPU-1': use }, { requiredKeys: [] }),
      torchBuild: fc.option(fc.constantFrom('cu118', 'cu126', 'cu130', 'cpu', 'none', '2.5.1+cu124', 'cu999').map((id) => ({ id }))),
      services: fc.record({ stt: service, llm: service, tts: fc.oneof(service, fc.constant({ sameDeviceAs: 'llm' as const })) }, { requiredKeys: [] }),
    })
    .map(({ profile, gpus, torchBuild, services }) => settingsSchema.parse({ profile, overrides: { gpus, torchBuild, services } }));
}

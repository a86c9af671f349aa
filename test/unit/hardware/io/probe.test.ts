import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { probe } from '../../../../main/hardware/io/probe.ts';
import { deadOrigin, startWebServer } from '../../../fakes/web-server.ts';

const nvidiaSmi = join(import.meta.dirname, '..', '..', '..', 'fakes', 'nvidia-smi', 'two-cards');

/** The JSON of `earshot probe` as the design promises it, no field missing and none beside. */
const promised = z.strictObject({
  os: z.strictObject({ platform: z.enum(['linux', 'win32']), release: z.string().min(1), arch: z.string().min(1), wsl: z.boolean(), container: z.boolean() }),
  cpu: z.strictObject({ model: z.string().min(1), cores: z.int().positive(), flags: z.array(z.string().regex(/^\S+$/)) }),
  memoryMiB: z.int().positive(),
  disks: z.array(z.strictObject({ mount: z.string(), freeMiB: z.int() })),
  displays: z.int(),
  power: z.strictObject({ onMains: z.boolean(), percent: z.number().nullable() }).nullable(),
  gpus: z.array(
    z.strictObject({
      uuid: z.string().startsWith('GPU-'),
      index: z.int(),
      busId: z.string(),
      vendor: z.string(),
      name: z.string(),
      computeCapability: z.string().nullable(),
      memoryMiB: z.int().nullable(),
      freeMiB: z.int().nullable(),
      virtual: z.boolean(),
      mig: z.boolean(),
      deviceNode: z.string().nullable(),
      powerState: z.enum(['active', 'suspended']).nullable(),
      pciId: z.string().nullable(),
      accessible: z.boolean().nullable(),
    }),
  ),
  toolkit: z.string().nullable(),
  driver: z.strictObject({ version: z.string(), cudaVersion: z.string().nullable() }).nullable(),
  processes: z.array(z.strictObject({ pid: z.int(), uuid: z.string(), usedMiB: z.int().nullable(), name: z.string(), ours: z.boolean() })),
  ollama: z
    .strictObject({ version: z.string(), running: z.boolean(), models: z.array(z.strictObject({ name: z.string(), sizeBytes: z.int(), sizeVramMiB: z.int().nullable() })), url: z.string() })
    .nullable(),
  warnings: z.array(z.string()),
});

test('tells everything the design promises of a machine with cards and a running Ollama', async () => {
  const ollama = await startWebServer((request, response) => {
    response.end(request.url === '/api/version' ? '{"version":"0.6.5"}' : '{"models":[{"name":"qwen2.5:0.5b","size":397821319}]}');
  });
  const report = await probe({ nvidiaSmi }, { OLLAMA_HOST: ollama.origin });
  expect(promised.parse(report)).toMatchObject({
    gpus: [{ name: 'NVIDIA GeForce RTX 3060' }, { name: 'NVIDIA GeForce GTX 1080 Ti' }],
    driver: { version: '550.90.07', cudaVersion: '12.4' },
    processes: [{ pid: 48211 }],
    ollama: { version: '0.6.5', running: true },
    warnings: [],
  });
});

test('tells this machine as the system knows it', async () => {
  const report = await probe({ nvidiaSmi }, { OLLAMA_HOST: await deadOrigin() });
  expect({ cores: report.cpu.cores, memoryMiB: report.memoryMiB, arch: report.os.arch, platform: report.os.platform }).toEqual({
    cores: cpus().length,
    memoryMiB: Math.round(totalmem() / 1024 ** 2),
    arch: process.arch,
    platform: process.platform,
  });
});

test('a machine without any of it has the same fields, empty', async () => {
  const report = await probe({ nvidiaSmi: '/nowhere/nvidia-smi' }, { OLLAMA_HOST: await deadOrigin() });
  expect(promised.parse(report)).toMatchObject({
    gpus: [],
    driver: null,
    processes: [],
    ollama: null,
    warnings: ['nvidia-smi, the program that tells what an NVIDIA card is, was not found at /nowhere/nvidia-smi.'],
  });
});

test('an OLLAMA_HOST that is no address does not stop the probe', async () => {
  expect((await probe({ nvidiaSmi }, { OLLAMA_HOST: 'not a host' })).ollama).toBeNull();
});

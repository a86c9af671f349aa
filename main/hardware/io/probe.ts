import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { arch, platform, release } from 'node:os';
import { cpu, cpuFlags, mem } from 'systeminformation';
import type { HardwareReport } from '../model.ts';
import { askNvidiaSmi } from './nvidia-smi.ts';
import { askOllama } from './ollama.ts';
import { toolkitVersion } from './toolkit.ts';

export interface ProbeOptions {
  /** Program asked instead of the nvidia-smi on the path. */
  readonly nvidiaSmi?: string;
}

/** Reads what the machine is, without torch and without `cuInit`. Takes well under a second where there is no GPU. */
export async function probe(options: ProbeOptions, environment: NodeJS.ProcessEnv): Promise<HardwareReport> {
  const [processor, flags, memory, nvidia, toolkit, ollama, wsl, container] = await Promise.all([
    cpu(),
    cpuFlags(),
    mem(),
    askNvidiaSmi(options.nvidiaSmi),
    toolkitVersion(),
    askOllama(environment),
    runsInWsl(),
    runsInContainer(),
  ]);
  return {
    os: { platform: platform() === 'win32' ? 'win32' : 'linux', release: release(), arch: arch(), wsl, container },
    cpu: {
      model: `${processor.manufacturer} ${processor.brand}`.trim(),
      cores: processor.cores,
      flags: flags.split(/\s+/).filter((flag) => flag !== ''),
    },
    memoryMiB: Math.round(memory.total / 1024 ** 2),
    gpus: nvidia.gpus.map((gpu) => ({ ...gpu, deviceNode: deviceNode(gpu.index) })),
    toolkit,
    // The CUDA version a driver supports follows from its own version; --query-gpu does not say it.
    driver: nvidia.driverVersion === null ? null : { version: nvidia.driverVersion, cudaVersion: null },
    processes: nvidia.processes,
    ollama,
    warnings: nvidia.warnings,
  };
}

function deviceNode(index: number): string | null {
  const node = `/dev/nvidia${index}`;
  return existsSync(node) ? node : null;
}

async function runsInWsl(): Promise<boolean> {
  return /microsoft/i.test(await readText('/proc/version'));
}

async function runsInContainer(): Promise<boolean> {
  return existsSync('/.dockerenv') || existsSync('/run/.containerenv') || /docker|containerd|kubepods|lxc/.test(await readText('/proc/1/cgroup'));
}

/** Text of a file of the system that need not exist (on Windows none of them does). */
async function readText(path: string): Promise<string> {
  return existsSync(path) ? readFile(path, 'utf8') : '';
}

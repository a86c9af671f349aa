import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gpuFields, parseGpus, parseProcesses, processFields } from '../nvidia-csv.ts';
import type { Gpu, GpuProcess } from '../model.ts';

export interface NvidiaAnswer {
  readonly gpus: readonly Gpu[];
  readonly driverVersion: string | null;
  readonly processes: readonly GpuProcess[];
  readonly warnings: readonly string[];
}

/** A hung driver hangs nvidia-smi with it; ten seconds is what a cold one needs at the most. */
const patienceMs = 10_000;

/** Asks nvidia-smi, which reads NVML and makes no CUDA context. Its absence is not an error: most machines have no NVIDIA GPU. */
export async function askNvidiaSmi(path: string | undefined, timeLimitMs = patienceMs): Promise<NvidiaAnswer> {
  const program = path ?? defaultProgram();
  const gpus = await query(program, `--query-gpu=${gpuFields.join(',')}`, timeLimitMs);
  if ('missing' in gpus) {
    const warnings = path === undefined ? [] : [`There is no nvidia-smi at ${path}.`];
    return { gpus: [], driverVersion: null, processes: [], warnings };
  }
  if ('problem' in gpus) return { gpus: [], driverVersion: null, processes: [], warnings: [gpus.problem] };
  const parsed = parseGpus(gpus.output);
  const processes = await query(program, `--query-compute-apps=${processFields.join(',')}`, timeLimitMs);
  return {
    gpus: parsed.gpus,
    driverVersion: parsed.driverVersion,
    processes: 'output' in processes ? parseProcesses(processes.output) : [],
    warnings: [...parsed.warnings, ...('problem' in processes ? [processes.problem] : [])],
  };
}

type Answer = { output: string } | { problem: string } | { missing: true };

async function query(program: string, selection: string, timeLimitMs: number): Promise<Answer> {
  const result = await execa(program, [selection, '--format=csv,noheader,nounits'], {
    reject: false,
    // Not execa's own time limit: its timer outlives a program that is not there and holds our exit for ten seconds.
    signal: AbortSignal.timeout(timeLimitMs),
    killSignal: 'SIGKILL',
    stdin: 'ignore',
  });
  if (result.isCanceled) return { problem: `nvidia-smi gave no answer within ${timeLimitMs / 1000} s.` };
  if (!result.failed) return { output: result.stdout };
  if ('code' in result && result.code === 'ENOENT') return { missing: true };
  // A program that could not be started has said nothing and has no exit code; the system's reason is in the message.
  const notStarted = 'originalMessage' in result ? String(result.originalMessage) : '';
  const said = [result.stderr, result.stdout, notStarted].map((text) => text.trim()).find((text) => text !== '');
  return { problem: `nvidia-smi failed: ${said ?? `exit code ${String(result.exitCode)}`}` };
}

function defaultProgram(): string {
  if (process.platform !== 'win32') return 'nvidia-smi';
  const candidates = [
    join(process.env['SYSTEMROOT'] ?? 'C:\\Windows', 'System32', 'nvidia-smi.exe'),
    join(process.env['PROGRAMFILES'] ?? 'C:\\Program Files', 'NVIDIA Corporation', 'NVSMI', 'nvidia-smi.exe'),
  ];
  return candidates.find((candidate) => existsSync(candidate)) ?? 'nvidia-smi.exe';
}

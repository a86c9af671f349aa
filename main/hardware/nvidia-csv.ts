import type { Gpu, GpuProcess } from './model.ts';

/** Fields asked of `nvidia-smi --query-gpu`, in this order. The banner is never read: driver 610 renamed its lines. */
export const gpuFields = [
  'index',
  'uuid',
  'pci.bus_id',
  'name',
  'compute_cap',
  'memory.total',
  'memory.free',
  'mig.mode.current',
  'driver_version',
] as const;

/** Fields asked of `nvidia-smi --query-compute-apps`, in this order. */
export const processFields = ['pid', 'gpu_uuid', 'used_memory', 'process_name'] as const;

/** Rows of `--query-gpu=… --format=csv,noheader,nounits`; rows without an index or uuid are named in `warnings`. */
export function parseGpus(csv: string): { gpus: readonly Gpu[]; driverVersion: string | null; warnings: readonly string[] } {
  const gpus: Gpu[] = [];
  let driverVersion: string | null = null;
  const warnings: string[] = [];
  for (const line of lines(csv)) {
    const [index, uuid, busId, name, capability, total, free, mig, driver] = cells(line);
    const number = wholeNumber(index);
    if (number === null || uuid?.startsWith('GPU-') !== true) {
      warnings.push(`nvidia-smi printed a line that names no GPU: ${line}`);
      continue;
    }
    gpus.push({
      uuid,
      index: number,
      busId: known(busId) ?? '',
      vendor: 'NVIDIA',
      name: known(name) ?? 'NVIDIA GPU',
      computeCapability: /^\d+\.\d+$/.test(capability ?? '') ? (capability ?? null) : null,
      memoryMiB: wholeNumber(total),
      freeMiB: wholeNumber(free),
      virtual: false,
      mig: mig === 'Enabled',
      deviceNode: null,
      powerState: null,
    });
    driverVersion ??= known(driver);
  }
  return { gpus, driverVersion, warnings };
}

/** Rows of `--query-compute-apps=… --format=csv,noheader,nounits`. */
export function parseProcesses(csv: string): readonly GpuProcess[] {
  return lines(csv).flatMap((line) => {
    const [pid, uuid, used] = cells(line);
    const number = wholeNumber(pid);
    // The last cell is all that is left of the line: a path may have commas.
    const name = /^(?:[^,]*,){3}(.*)$/.exec(line)?.[1]?.trim() ?? '';
    return number === null || uuid === undefined ? [] : [{ pid: number, uuid, usedMiB: wholeNumber(used), name }];
  });
}

function lines(csv: string): string[] {
  return csv
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function cells(line: string): string[] {
  return line.split(',').map((cell) => cell.trim());
}

/** "N/A", "[N/A]", "[Not Supported]", "ERR!" and "[Unknown Error]" are how the driver says that it does not know. */
function known(cell: string | undefined): string | null {
  return cell === undefined || cell === '' || /^\[.*\]$|^N\/A$|^ERR!$/.test(cell) ? null : cell;
}

function wholeNumber(cell: string | undefined): number | null {
  return cell !== undefined && /^\d+$/.test(cell) ? Number(cell) : null;
}

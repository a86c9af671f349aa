import type { HardwareReport } from '../hardware/model.ts';
import type { PlannedService } from '../plan/model.ts';

/** What a child's environment takes from the place it is started on. */
export interface Surroundings {
  readonly os: Pick<HardwareReport['os'], 'platform' | 'wsl'>;
  /** Folders of cuDNN, cuBLAS and what belongs to them in the child's own environment. */
  readonly libraryFolders: readonly string[];
  /** PATH as it is inherited: Windows finds libraries along it, so there the folders go before it. */
  readonly searchPath: string;
}

/**
 * Variables of a process that serves, from the plan alone. They count at exec and never later: CUDA reads them once,
 * before its first call. Nothing here is ever set in our own process.
 */
export function childEnvironment(planned: Pick<PlannedService, 'device' | 'threads'>, surroundings: Surroundings): Readonly<Record<string, string>> {
  return {
    ...deviceEnvironment(planned.device, surroundings),
    OMP_NUM_THREADS: String(planned.threads),
    OMP_WAIT_POLICY: 'PASSIVE',
    HF_HUB_OFFLINE: '1',
    PYTHONUTF8: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    // onnxruntime carries a telemetry client that leaves a device id in the user's cache.
    ORT_DISABLE_TELEMETRY: '1',
    NO_PROXY: '127.0.0.1,localhost',
  };
}

/** The part that decides which card a process sees and how it finds its libraries; the check of a card starts with the same. */
export function deviceEnvironment(device: string, surroundings: Surroundings): Readonly<Record<string, string>> {
  // nvidia-smi counts by bus, CUDA by speed unless it is told.
  const order = { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' };
  if (!isGpu(device)) return { CUDA_VISIBLE_DEVICES: '', ...order };
  return {
    // The bare uuid: a number depends on the order and on what a container shows, and a value in quotes hides the card.
    CUDA_VISIBLE_DEVICES: device,
    ...order,
    ...(hasExpandableSegments(surroundings.os) ? { PYTORCH_CUDA_ALLOC_CONF: 'expandable_segments:True' } : {}),
    ...libraryPath(surroundings),
  };
}

/** Whether a planned device is a graphics card: its uuid, and neither the processor nor a server of somebody else. */
export function isGpu(device: string): boolean {
  return device !== 'cpu' && device !== 'external';
}

/**
 * PyTorch has them on Linux only. Under WSL the driver refuses the memory mapping behind them on some cards until R615
 * (pytorch#192330, #112957), and a process that dies costs more than the fragmentation they save.
 */
function hasExpandableSegments(os: Surroundings['os']): boolean {
  return os.platform === 'linux' && !os.wsl;
}

/** The wheels' libraries are found by name when an engine asks for them, so the loader has to know their folders from the start. */
function libraryPath({ os, libraryFolders, searchPath }: Surroundings): Readonly<Record<string, string>> {
  if (libraryFolders.length === 0) return {};
  if (os.platform === 'win32') return { PATH: [...libraryFolders, searchPath].filter((folder) => folder !== '').join(';') };
  return { LD_LIBRARY_PATH: libraryFolders.join(':') };
}

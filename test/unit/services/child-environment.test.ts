import { expect, test } from 'vitest';
import { childEnvironment, isGpu, type Surroundings } from '../../../main/services/child-environment.ts';

const card = 'GPU-11111111-2222-3333-4444-555555555555';
const linux: Surroundings = { os: { platform: 'linux', wsl: false }, libraryFolders: [], searchPath: '/usr/bin' };

/** What every process is given, wherever it computes. */
const everywhere = {
  CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
  OMP_NUM_THREADS: '3',
  OMP_WAIT_POLICY: 'PASSIVE',
  HF_HUB_OFFLINE: '1',
  PYTHONUTF8: '1',
  PYTHONDONTWRITEBYTECODE: '1',
  ORT_DISABLE_TELEMETRY: '1',
  NO_PROXY: '127.0.0.1,localhost',
};

test('a process on the processor sees no graphics card, however many libraries there are', () => {
  expect(childEnvironment({ device: 'cpu', threads: 3 }, { ...linux, libraryFolders: ['/e/nvidia/cudnn/lib'] })).toEqual({ ...everywhere, CUDA_VISIBLE_DEVICES: '' });
});

test('a process on a card sees that card alone, by its bare uuid, and finds the libraries of its environment', () => {
  expect(childEnvironment({ device: card, threads: 3 }, { ...linux, libraryFolders: ['/e/nvidia/cublas/lib', '/e/nvidia/cudnn/lib'] })).toEqual({
    ...everywhere,
    CUDA_VISIBLE_DEVICES: card,
    PYTORCH_CUDA_ALLOC_CONF: 'expandable_segments:True',
    LD_LIBRARY_PATH: '/e/nvidia/cublas/lib:/e/nvidia/cudnn/lib',
  });
});

test('on Windows the libraries go before the inherited path and memory segments do not grow', () => {
  const windows: Surroundings = { os: { platform: 'win32', wsl: false }, libraryFolders: ['C:\\e\\nvidia\\cudnn\\bin'], searchPath: 'C:\\Windows' };
  expect(childEnvironment({ device: card, threads: 3 }, windows)).toEqual({ ...everywhere, CUDA_VISIBLE_DEVICES: card, PATH: 'C:\\e\\nvidia\\cudnn\\bin;C:\\Windows' });
});

test('under WSL memory segments do not grow, because its driver refuses them on some cards', () => {
  expect(childEnvironment({ device: card, threads: 3 }, { ...linux, os: { platform: 'linux', wsl: true } })).toEqual({ ...everywhere, CUDA_VISIBLE_DEVICES: card });
});

test('only a uuid is a graphics card', () => {
  expect(['cpu', 'external', card].map(isGpu)).toEqual([false, false, true]);
});

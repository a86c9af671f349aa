import { expect, test } from 'vitest';
import { parseGpus, parseProcesses } from '../../../main/hardware/nvidia-csv.ts';

const laptopUuid = 'GPU-5f3c2a9e-1b7d-4c52-9e0a-7d1f0c6b8a42';
const laptop = {
  uuid: laptopUuid,
  index: 0,
  busId: '00000000:01:00.0',
  vendor: 'NVIDIA',
  name: 'NVIDIA GeForce RTX 3050 Laptop GPU',
  computeCapability: '8.6',
  memoryMiB: 4096,
  freeMiB: 3902,
  virtual: false,
  mig: false,
  deviceNode: null,
  powerState: null,
  pciId: '10de:25a2',
  accessible: null,
};

/** One row as the driver prints it, with some of its cells replaced. */
function row(cells: Partial<Record<'index' | 'uuid' | 'bus' | 'name' | 'capability' | 'total' | 'free' | 'mig' | 'driver' | 'device', string>>): string {
  const all = {
    index: '0',
    uuid: laptopUuid,
    bus: '00000000:01:00.0',
    name: 'NVIDIA GeForce RTX 3050 Laptop GPU',
    capability: '8.6',
    total: '4096',
    free: '3902',
    mig: '[N/A]',
    driver: '550.90.07',
    device: '0x25A210DE',
    ...cells,
  };
  return Object.values(all).join(', ');
}

test('reads a laptop’s GPU', () => {
  expect(parseGpus(`${row({})}\n`)).toEqual({ gpus: [laptop], driverVersion: '550.90.07', warnings: [] });
});

test('reads two cards of different ages, with the line ends of Windows', () => {
  const csv = [
    '0, GPU-11111111-2222-3333-4444-555555555555, 00000000:01:00.0, NVIDIA GeForce RTX 3060, 8.6, 12288, 11019, [N/A], 576.80, 0x250310DE',
    '1, GPU-66666666-7777-8888-9999-000000000000, 00000000:05:00.0, NVIDIA GeForce GTX 1080 Ti, 6.1, 11264, 11170, [N/A], 576.80, 0x1B0610DE',
  ].join('\r\n');
  const { gpus, driverVersion, warnings } = parseGpus(csv);
  expect({ gpus: gpus.map(({ index, name, computeCapability, memoryMiB }) => ({ index, name, computeCapability, memoryMiB })), driverVersion, warnings }).toEqual({
    gpus: [
      { index: 0, name: 'NVIDIA GeForce RTX 3060', computeCapability: '8.6', memoryMiB: 12288 },
      { index: 1, name: 'NVIDIA GeForce GTX 1080 Ti', computeCapability: '6.1', memoryMiB: 11264 },
    ],
    driverVersion: '576.80',
    warnings: [],
  });
});

test('knows a card that is split with MIG from one that only could be', () => {
  const csv = [
    row({ index: '0', name: 'NVIDIA A100-SXM4-80GB', mig: 'Enabled' }),
    row({ index: '1', name: 'NVIDIA A100-SXM4-80GB', mig: 'Disabled' }),
  ].join('\n');
  expect(parseGpus(csv).gpus.map((gpu) => gpu.mig)).toEqual([true, false]);
});

const errors = ['ERR!', '[Unknown Error]', '[GPU requires reset]', 'Insufficient Permissions'];

test.each(['[N/A]', '[Not Supported]', 'ERR!', 'N/A', '[Unknown Error]', '[GPU requires reset]', 'Insufficient Permissions', ''])(
  'takes “%s” for what it is: the driver does not know',
  (unknown) => {
    const csv = row({ bus: unknown, name: unknown, capability: unknown, total: unknown, free: unknown, mig: unknown, driver: unknown });
    expect(parseGpus(csv)).toEqual({
      gpus: [{ ...laptop, busId: '', name: 'NVIDIA GPU', computeCapability: null, memoryMiB: null, freeMiB: null }],
      driverVersion: null,
      warnings: errors.includes(unknown) ? [expect.stringContaining(`The driver answered “${unknown}” for pci.bus_id, name, compute_cap, memory.total`)] : [],
    });
  },
);

test('the driver’s version comes from the first card that says it', () => {
  expect(parseGpus([row({ driver: '[N/A]' }), row({ index: '1' })].join('\n')).driverVersion).toBe('550.90.07');
});

test('keeps the cards it can read beside lines that are none, and names those lines', () => {
  const lost = 'Unable to determine the device handle for GPU0000:02:00.0: GPU is lost. Reboot the system to recover this GPU';
  const noUuid = row({ index: '1', uuid: '[N/A]', bus: '[N/A]' });
  const noIndex = row({ index: 'N/A' });
  expect(parseGpus(['', lost, row({}), noUuid, noIndex, ''].join('\n'))).toEqual({
    gpus: [laptop],
    driverVersion: '550.90.07',
    warnings: [lost, noUuid, noIndex].map((line) => `nvidia-smi printed a line that names no GPU: ${line}`),
  });
});

test('a row that ends early is read as far as it goes', () => {
  expect(parseGpus(`0, ${laptopUuid}, 00000000:01:00.0, NVIDIA GeForce RTX 3050 Laptop GPU`).gpus).toEqual([
    { ...laptop, name: 'NVIDIA GPU', computeCapability: null, memoryMiB: null, freeMiB: null, pciId: null },
  ]);
});

test('no output means no cards', () => {
  expect([parseGpus(''), parseProcesses('\n')]).toEqual([
    { gpus: [], driverVersion: null, warnings: ['nvidia-smi ended without an error, but its answer is empty: no card is known from it.'] },
    [],
  ]);
});

test('reads who uses a card, and how much where the driver says it', () => {
  const csv = [
    `48211, ${laptopUuid}, 612, /home/ada/.local/share/earshot/environments/voice-1/bin/python`,
    // Windows: under WDDM the driver knows no memory per process.
    `7744, ${laptopUuid}, [N/A], C:\\Windows\\System32\\dwm.exe`,
    `991, ${laptopUuid}, [Not Supported], [Insufficient Permissions]`,
  ].join('\r\n');
  expect(parseProcesses(csv, new Set([48211]))).toEqual([
    { pid: 48211, uuid: laptopUuid, usedMiB: 612, name: '/home/ada/.local/share/earshot/environments/voice-1/bin/python', ours: true },
    { pid: 7744, uuid: laptopUuid, usedMiB: null, name: 'C:\\Windows\\System32\\dwm.exe', ours: false },
    { pid: 991, uuid: laptopUuid, usedMiB: null, name: '[Insufficient Permissions]', ours: false },
  ]);
});

test.each(['C:\\Program Files\\Sound, Light and Co\\studio.exe', '/opt/a,b/python', '/opt/a,  b/python', 'run --devices 0,1,2'])(
  'keeps a process name with commas as it is: %s',
  (name) => {
    expect(parseProcesses(`12, ${laptopUuid}, 300, ${name}`)).toEqual([{ pid: 12, uuid: laptopUuid, usedMiB: 300, name, ours: false }]);
  },
);

test('lines that are no process are left out', () => {
  const csv = ['No running processes found', '[N/A], GPU-1, 3, x', `12, ${laptopUuid}, 300, python`, 'ERR!'].join('\n');
  expect(parseProcesses(csv)).toEqual([{ pid: 12, uuid: laptopUuid, usedMiB: 300, name: 'python', ours: false }]);
});

test('a row cut off in the middle of a number does not keep half of it', () => {
  const { gpus, warnings } = parseGpus(`${row({})}\n1, GPU-2, 00000000:05:00.0, NVIDIA GeForce GTX 1080 Ti, 6.1, 112`);
  expect({ memory: gpus.map((gpu) => gpu.memoryMiB), warnings }).toEqual({
    memory: [4096, null],
    warnings: [
      'nvidia-smi’s answer was cut off in the row of GPU 1 (NVIDIA GeForce GTX 1080 Ti): memory.total, memory.free, mig.mode.current, driver_version, pci.device_id are unknown.',
    ],
  });
});

test('a card whose UUID the driver cannot say is known by its place on the bus', () => {
  expect(parseGpus(row({ uuid: '[N/A]' })).gpus).toEqual([{ ...laptop, uuid: 'pci-00000000:01:00.0' }]);
});

test('an answer of a thousand lines is told in one', () => {
  expect(parseGpus('hello\n'.repeat(1_000)).warnings).toEqual(['nvidia-smi answered with 1000 lines, none of which names a graphics card. They began: hello']);
});

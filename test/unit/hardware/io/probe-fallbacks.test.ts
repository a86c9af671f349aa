import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { probe, type ProbeOptions } from '../../../../main/hardware/io/probe.ts';
import type { HardwareReport } from '../../../../main/hardware/model.ts';
import { deadOrigin } from '../../../fakes/web-server.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { kernelEntry, pciEntry, plantTree } from '../planted-tree.ts';

const laptopUuid = 'GPU-5f3c2a9e-1b7d-4c52-9e0a-7d1f0c6b8a42';
const hybrid = { ...pciEntry('0000:00:02.0', '8086:46a6', { state: 'active' }), 'sys/module/nvidia/version': '535.183.01\n' };
const sleeping = { ...hybrid, ...pciEntry('0000:01:00.0', '10de:25a2', { class: '0x030200', state: 'suspended', driver: 'nvidia' }) };

function fake(name: string): string {
  return join(import.meta.dirname, '..', '..', '..', 'fakes', 'nvidia-smi', name);
}

async function probeTree(entries: Readonly<Record<string, string>>, options: ProbeOptions = {}, environment: NodeJS.ProcessEnv = {}): Promise<HardwareReport> {
  return probe({ root: plantTree(entries), ...options }, { OLLAMA_HOST: await deadOrigin(), ...environment });
}

test('a card without a driver is reported, with what would help', async () => {
  const { gpus, driver, warnings } = await probeTree({
    ...pciEntry('0000:01:00.0', '10de:25a2', { class: '0x030200' }),
    'usr/share/misc/pci.ids': '1002  AMD\n\t25a2  Wrong\n10de  NVIDIA Corporation\n\t25a0  GA107M [Other]\n\t25a2  GA107M [GeForce RTX 3050 Mobile]\n8086  Intel\n',
  });
  expect({ gpus, driver, warnings }).toEqual({
    gpus: [
      {
        uuid: 'pci-0000:01:00.0',
        index: 0,
        busId: '0000:01:00.0',
        vendor: 'NVIDIA',
        name: 'NVIDIA GeForce RTX 3050 Mobile',
        computeCapability: '8.6',
        memoryMiB: null,
        freeMiB: null,
        virtual: false,
        mig: false,
        deviceNode: null,
        powerState: null,
        pciId: '10de:25a2',
        accessible: null,
      },
    ],
    driver: null,
    warnings: ['NVIDIA GeForce RTX 3050 Mobile is in this machine, but no NVIDIA driver is running: with one installed, Earshot could use the card.'],
  });
});

test.each([
  ['nouveau', /free driver nouveau, which cannot compute/],
  ['vfio-pci', /set aside for a virtual machine/],
])('a card that runs with %s says why it is no use', async (driver, warning) => {
  const { warnings } = await probeTree(pciEntry('0000:01:00.0', '10de:25a2', { driver }));
  expect(warnings).toEqual([expect.stringMatching(warning)]);
});

test('a driver whose nvidia-smi fails is asked through the kernel', async () => {
  const { gpus, driver, warnings } = await probeTree(
    {
      ...pciEntry('0000:01:00.0', '10de:25a2', { state: 'active', driver: 'nvidia' }),
      ...kernelEntry('0000:01:00.0', 'NVIDIA GeForce RTX 3050 Laptop GPU', laptopUuid, 0),
      'proc/driver/nvidia/version': 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024\nGCC version: 12\n',
      'dev/nvidia0': '',
    },
    { nvidiaSmi: fake('silent-failure') },
  );
  expect({ gpus: gpus.map(({ uuid, name, computeCapability, memoryMiB, deviceNode }) => ({ uuid, name, computeCapability, memoryMiB, deviceNode })), driver, warnings: warnings.length }).toEqual({
    gpus: [{ uuid: laptopUuid, name: 'NVIDIA GeForce RTX 3050 Laptop GPU', computeCapability: '8.6', memoryMiB: null, deviceNode: '/dev/nvidia0' }],
    driver: { version: '535.183.01', cudaVersion: '12.2' },
    warnings: 1,
  });
});

test('AMD, Intel and virtual adapters are told apart and need no warning', async () => {
  const { gpus, warnings } = await probeTree({
    ...pciEntry('0000:00:02.0', '8086:46a6'),
    ...pciEntry('0000:03:00.0', '1002:744c'),
    ...pciEntry('0000:04:00.0', '1af4:1050'),
    ...pciEntry('0000:05:00.0', '8086:1533', { class: '0x020000' }),
  });
  expect({ gpus: gpus.map(({ vendor, virtual, pciId }) => ({ vendor, virtual, pciId })), warnings }).toEqual({
    gpus: [
      { vendor: 'Intel', virtual: false, pciId: '8086:46a6' },
      { vendor: 'AMD', virtual: false, pciId: '1002:744c' },
      { vendor: 'Red Hat', virtual: true, pciId: '1af4:1050' },
    ],
    warnings: [],
  });
});

test('in a cloud pod whose only device is /dev/nvidia8, that is the card’s, and the other cards of the host are not ours', async () => {
  const { gpus, warnings } = await probeTree(
    {
      '.dockerenv': '',
      ...pciEntry('0000:01:00.0', '10de:25a2'),
      ...pciEntry('0000:41:00.0', '10de:2230'),
      ...kernelEntry('0000:01:00.0', 'NVIDIA GeForce RTX 3050 Laptop GPU', laptopUuid, 8),
      'dev/nvidia8': '',
      'dev/nvidiactl': '',
      'dev/nvidia-uvm': '',
    },
    { nvidiaSmi: fake('one-laptop-card') },
  );
  expect({ gpus: gpus.map(({ index, deviceNode, accessible }) => ({ index, deviceNode, accessible })), warnings }).toEqual({
    gpus: [{ index: 0, deviceNode: '/dev/nvidia8', accessible: true }],
    warnings: [
      'NVIDIA GeForce RTX 3050 Laptop GPU is number 0 to nvidia-smi but its device file is /dev/nvidia8. That is usual in rented containers; Earshot tells cards apart by their UUID, so nothing needs to be done.',
    ],
  });
});

test('a container that was not given the card says how it would be', async () => {
  const { warnings } = await probeTree({ '.dockerenv': '', ...pciEntry('0000:01:00.0', '10de:25a2') });
  expect(warnings).toEqual([expect.stringContaining('start the container with its graphics cards (“--gpus all”)')]);
});

test('device files that this user may not open are named', async () => {
  const { gpus, warnings } = await probeTree(
    { 'dev/nvidia0': '', 'dev/nvidiactl': '', 'dev/nvidia-uvm': '' },
    { nvidiaSmi: fake('one-laptop-card'), mayOpen: (path) => Promise.resolve(!path.endsWith('uvm') && !path.endsWith('nvidia0')) },
  );
  expect({ accessible: gpus.map((gpu) => gpu.accessible), warnings }).toEqual({
    accessible: [false],
    warnings: [expect.stringContaining('This user may not open /dev/nvidia0, /dev/nvidia-uvm, so the graphics card cannot be used')],
  });
});

test('WSL 2 reaches its card through /dev/dxg', async () => {
  const { os, gpus, driver, warnings } = await probeTree(
    { 'proc/version': 'Linux version 5.15.153.1-microsoft-standard-WSL2', 'dev/dxg': '', ...pciEntry('4dc2:00:00.0', '1414:008e', { class: '0x030200' }) },
    { nvidiaSmi: fake('two-cards') },
  );
  expect({ wsl: os.wsl, gpus: gpus.map(({ vendor, virtual, accessible }) => ({ vendor, virtual, accessible })), driver, warnings }).toEqual({
    wsl: true,
    gpus: [
      { vendor: 'NVIDIA', virtual: false, accessible: true },
      { vendor: 'NVIDIA', virtual: false, accessible: true },
      { vendor: 'Microsoft', virtual: true, accessible: null },
    ],
    // By the table of Windows, whose driver this is: on Linux 550.90 would run 12.4.
    driver: { version: '550.90.07', cudaVersion: '12.3' },
    warnings: [],
  });
});

test('a card divided with MIG is told with its parts', async () => {
  const { gpus, warnings } = await probeTree({}, { nvidiaSmi: fake('divided') });
  expect({ mig: gpus.map((gpu) => gpu.mig), warnings }).toEqual({
    mig: [true, true],
    warnings: [
      'NVIDIA H100 80GB HBM3 (GPU 0) is divided into 2 parts (MIG): 3g.40gb (MIG-feb88891-0321-5fef-9c87-d4af3b54259e), 1g.10gb (MIG-a25704ba-3a06-5299-a795-fd7cf4d13973). This version of Earshot does not use parts of a card yet.',
      'NVIDIA H100 80GB HBM3 (GPU 1) is divided into parts (MIG), and nvidia-smi names none of them. This version of Earshot does not use parts of a card yet.',
    ],
  });
});

test('a driver that knows no capability is helped out by the table', async () => {
  const { gpus, driver } = await probeTree({}, { nvidiaSmi: fake('old-driver') });
  expect([gpus.map((gpu) => gpu.computeCapability), driver?.cudaVersion]).toEqual([['6.1'], '10.2']);
});

test('a sleeping card is asked once, remembered, and then left asleep', async () => {
  const folder = temporaryFolder();
  const mark = join(folder, 'mark');
  const rememberedPath = join(folder, 'hardware.json');
  const options = { nvidiaSmi: fake('one-laptop-card'), rememberedPath };
  const first = await probeTree(sleeping, options, { EARSHOT_FAKE_MARK: mark });
  const asked = readFileSync(mark, 'utf8').length;
  const second = await probeTree(sleeping, options, { EARSHOT_FAKE_MARK: mark });
  function seen({ gpus, driver, warnings }: HardwareReport): unknown {
    return { card: gpus.filter((gpu) => gpu.vendor === 'NVIDIA').map(({ uuid, memoryMiB, freeMiB, powerState }) => ({ uuid, memoryMiB, freeMiB, powerState })), driver, warnings };
  }
  const driver = { version: '535.183.01', cudaVersion: '12.2' };
  expect({ first: seen(first), second: seen(second), askedAgain: readFileSync(mark, 'utf8').length > asked }).toEqual({
    first: {
      card: [{ uuid: laptopUuid, memoryMiB: 4096, freeMiB: 3902, powerState: 'active' }],
      driver,
      warnings: ['The graphics card was asleep and was woken once to be asked what it is.'],
    },
    second: { card: [{ uuid: laptopUuid, memoryMiB: 4096, freeMiB: 4096, powerState: 'suspended' }], driver, warnings: [] },
    askedAgain: false,
  });
});

test('a memory that is damaged, or of another card, is not believed', async () => {
  const folder = temporaryFolder();
  const rememberedPath = join(folder, 'hardware.json');
  const options = { nvidiaSmi: fake('one-laptop-card'), rememberedPath };
  writeFileSync(rememberedPath, '{"version":1,"cards":[{"uuid":7}]}');
  const damaged = await probeTree(sleeping, options);
  const other = { ...hybrid, ...pciEntry('0000:01:00.0', '10de:2520', { state: 'suspended' }) };
  const replaced = await probeTree(other, options);
  const woken = 'The graphics card was asleep and was woken once to be asked what it is.';
  expect([damaged.warnings, replaced.warnings]).toEqual([[`${rememberedPath}, which remembers the graphics cards, is damaged; it is written anew when they next answer.`, woken], [woken]]);
});

test('a card that is awake is asked, and without a place to remember nothing is written', async () => {
  const awake = { ...hybrid, ...pciEntry('0000:01:00.0', '10de:25a2', { state: 'active', driver: 'nvidia' }) };
  const root = plantTree(awake);
  const { gpus, warnings } = await probe({ root, nvidiaSmi: fake('one-laptop-card') }, { OLLAMA_HOST: await deadOrigin() });
  expect({ states: gpus.map((gpu) => gpu.powerState), warnings, written: existsSync(join(root, 'hardware.json')) }).toEqual({ states: ['active', 'active'], warnings: [], written: false });
});

test('a driver whose nvidia-smi is not installed says what to do', async () => {
  const { gpus, warnings } = await probeTree({
    ...kernelEntry('0000:01:00.0', 'NVIDIA GeForce RTX 3050 Laptop GPU', 'GPU-????????-????-????-????-????????????', 0),
    'sys/module/nvidia/version': '535.183.01',
    'dev/nvidia0': '',
  });
  expect({ uuid: gpus[0]?.uuid, warnings }).toEqual({ uuid: 'pci-0000:01:00.0', warnings: [expect.stringContaining('its program nvidia-smi was not found')] });
});

test('nvidia-smi that hangs costs its time limit, not the report', async () => {
  const { gpus, warnings } = await probeTree(pciEntry('0000:01:00.0', '10de:25a2', { state: 'active' }), { nvidiaSmi: fake('hung'), nvidiaSmiTimeLimitMs: 300 });
  expect({ gpus: gpus.length, warnings: warnings[0] }).toEqual({ gpus: 1, warnings: expect.stringContaining('gave no answer within 0.3 s') as string });
});

import { expect, test } from 'vitest';
import { connectedDisplays, memoryMiB, processor, runsInContainer, runsInWsl } from '../../../../main/hardware/io/machine.ts';
import { disks, disksOf, powerOf } from '../../../../main/hardware/io/system-information.ts';
import { systemFiles } from '../../../../main/hardware/io/system-files.ts';
import { toolkitVersion } from '../../../../main/hardware/io/toolkit.ts';
import { parseWindows } from '../../../../main/hardware/io/windows.ts';
import { plantTree } from '../planted-tree.ts';

function planted(entries: Readonly<Record<string, string>>): ReturnType<typeof systemFiles> {
  return systemFiles(plantTree(entries));
}

test('the processor is read from the kernel’s own list', async () => {
  const core = 'model name\t: Intel(R) Core(TM) i7\nflags\t\t: fpu avx avx2\n\n';
  expect(await processor(planted({ 'proc/cpuinfo': `processor\t: 0\n${core}processor\t: 1\n${core}` }))).toEqual({ model: 'Intel(R) Core(TM) i7', cores: 2, flags: ['fpu', 'avx', 'avx2'] });
});

test('memory is the machine’s, or what its container may have', async () => {
  const meminfo = { 'proc/meminfo': 'MemTotal:       16777216 kB\n' };
  expect([
    await memoryMiB(planted(meminfo)),
    await memoryMiB(planted({ ...meminfo, 'sys/fs/cgroup/memory.max': 'max\n' })),
    await memoryMiB(planted({ ...meminfo, 'sys/fs/cgroup/memory.max': '4294967296\n' })),
    await memoryMiB(planted({ ...meminfo, 'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n' })),
  ]).toEqual([16384, 16384, 4096, 16384]);
});

test('disks are told with the room they have', async () => {
  expect(disksOf([{ mount: '/', available: 3 * 1024 ** 3 + 5 }])).toEqual([{ mount: '/', freeMiB: 3072 }]);
  expect((await disks()).some(({ freeMiB }) => freeMiB > 0)).toBe(true);
});

test('connected screens are counted', async () => {
  const files = planted({ 'sys/class/drm/card0-eDP-1/status': 'connected\n', 'sys/class/drm/card0-DP-1/status': 'disconnected\n', 'sys/class/drm/card1-HDMI-A-1/status': 'connected\n', 'sys/class/drm/version': 'drm' });
  expect([await connectedDisplays(files), await connectedDisplays(planted({}))]).toEqual([2, 0]);
});

test('power is told of machines with a battery only', () => {
  expect([
    powerOf({ hasBattery: false, acConnected: true, percent: 0 }),
    powerOf({ hasBattery: true, acConnected: false, percent: 57 }),
    powerOf({ hasBattery: true, acConnected: true, percent: 100 }),
  ]).toEqual([null, { onMains: false, percent: 57 }, { onMains: true, percent: 100 }]);
});

test('Windows and containers around us are seen', async () => {
  expect([
    await runsInWsl(planted({ 'proc/version': 'Linux 5.15.153.1-microsoft-standard-WSL2' })),
    await runsInWsl(planted({})),
    await runsInContainer(planted({ '.dockerenv': '' })),
    await runsInContainer(planted({ 'proc/1/cgroup': '0::/kubepods/x' })),
    await runsInContainer(planted({ 'proc/1/cgroup': '0::/init.scope' })),
  ]).toEqual([true, false, true, true, false]);
});

test.each([
  [{ 'usr/local/cuda/version.json': '{"cuda":{"version":"12.2.140"}}' }, '12.2.140'],
  [{ 'usr/local/cuda/version.txt': 'CUDA Version 10.2.89\n' }, '10.2.89'],
  [{ 'usr/local/cuda-9.2/version.txt': 'CUDA Version 9.2.1', 'usr/local/cuda-12.4/version.json': '{"cuda":{"version":"12.4.1"}}' }, '12.4.1'],
  [{ 'usr/local/cuda/version.json': '{"cuda":' }, null],
  [{}, null],
])('the toolkit’s version is read without nvcc (%#)', async (entries, version) => {
  expect(await toolkitVersion(planted(entries), {})).toBe(version);
});

test('one answer of PowerShell tells what Linux has in its files', () => {
  const answer = {
    adapters: [{ Name: 'NVIDIA GeForce RTX 3050', PNPDeviceID: 'PCI\\VEN_10DE&DEV_25A2&SUBSYS_1\\4&1' }, { Name: 'Parsec Virtual Display Adapter', PNPDeviceID: 'ROOT\\DISPLAY\\0000' }, 7],
    displays: 2,
    features: [39, 40],
  };
  const { cpu, displays, adapters, warnings } = parseWindows(JSON.stringify(answer));
  expect({ flags: cpu.flags, displays, adapters: adapters.map(({ pciId, busId }) => [pciId, busId]), warnings }).toEqual({
    flags: ['avx', 'avx2'],
    displays: 2,
    adapters: [
      ['10de:25a2', 'pci-ven-10de-dev-25a2-subsys-1-4-1'],
      [null, 'root-display-0000'],
    ],
    warnings: [],
  });
});

test.each(['', 'Access denied', '[]', '7'])('a PowerShell that answers “%s” leaves the report whole', (output) => {
  const { adapters, warnings } = parseWindows(output);
  expect({ adapters, warnings }).toEqual({ adapters: [], warnings: ['Windows did not say which screens and graphics adapters it has.'] });
});

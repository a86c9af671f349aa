import { adapter, allOnCpu, card, linux, uuidOf, windows, type Machine } from '../machine.ts';

const wsl = { wsl: true, release: '5.15.153.1-microsoft-standard-WSL2' };
const server = { displays: 0, memoryMiB: 250_000, cpu: { model: 'Intel Xeon Platinum 8480+', cores: 64, flags: ['avx', 'avx2', 'avx512f'] } };
const asleep = { powerState: 'suspended', memoryMiB: null, freeMiB: null };

const unborn = { ...card('rtx5090'), name: 'NVIDIA GeForce RTX 7090', computeCapability: '14.0', pciId: null };

/** The same cards in the places they are found in. */
export const systems: readonly Machine[] = [
  {
    name: 'WSL2 has no device node and a Windows driver version, and its card is used all the same',
    hardware: linux([card('rtx3060', { deviceNode: null, accessible: null, powerState: null })], { driver: '551.61', os: wsl }),
    expected: { builds: ['cu126', 'cu128'], used: [uuidOf(0)] },
  },
  {
    name: 'WSL2 with an RTX 5090',
    hardware: linux([card('rtx5090', { deviceNode: null, accessible: null })], { driver: '576.02', os: wsl }),
    expected: { builds: ['cu128', 'cu130'], used: [uuidOf(0)] },
  },
  {
    name: 'WSL2 with a GTX 1060',
    hardware: linux([card('gtx1060', { deviceNode: null, accessible: null })], { driver: '531.14', os: wsl }),
    expected: { builds: ['cu126'] },
  },
  {
    name: 'a container that sees one card of its host',
    hardware: linux([card('rtxA6000', { deviceNode: '/dev/nvidia3', busId: '00000000:41:00.0' })], { driver: '535.183.01', os: { container: true }, ...server }),
    expected: { builds: ['cu126', 'cu128'], used: [uuidOf(0)] },
  },
  {
    name: 'a container with old Debian driver and a T4',
    hardware: linux([card('t4')], { driver: '470.256.02', os: { container: true }, ...server }),
    expected: { builds: ['cu118'] },
  },
  {
    name: 'Windows with a GeForce RTX 4070 that drives the screen',
    hardware: windows([card('rtx4070', { freeMiB: 10_900 })], { driver: '576.02' }),
    expected: { builds: ['cu126', 'cu128'], used: [uuidOf(0)] },
  },
  {
    name: 'Windows with a GTX 1080 Ti only',
    hardware: windows([card('gtx1080ti')], { driver: '552.44' }),
    expected: { builds: ['cu126'] },
  },
  {
    name: 'Windows with a V100, for which cu128 has no code there',
    hardware: windows([card('v100')], { driver: '551.61' }),
    expected: { builds: ['cu126'] },
  },
  {
    name: 'a Windows laptop with processor graphics and an RTX 3050',
    hardware: windows([adapter('Intel', 'Intel Iris Xe Graphics'), card('rtx3050laptop', {}, 1)], { driver: '531.14', power: { onMains: true, percent: 50 } }),
    expected: { builds: ['cu126', 'cu128'], unused: ['PCI-0000:00:02.0'] },
  },
  {
    name: 'a hybrid laptop whose card sleeps is not woken to be asked',
    hardware: linux([adapter('Intel', 'Intel Iris Xe Graphics'), card('rtx3050laptop', asleep, 1)], { driver: '535.183.01', power: { onMains: false, percent: 60 } }),
    expected: { used: [], devices: allOnCpu, reasons: { [uuidOf(1)]: /sleep|asleep|suspend|wake|woken/i } },
  },
  {
    name: 'a hybrid laptop whose card is awake uses it',
    hardware: linux([adapter('Intel', 'Intel Iris Xe Graphics'), card('rtx4060', {}, 1)], { driver: '550.120', power: { onMains: true, percent: 60 } }),
    expected: { builds: ['cu126', 'cu128'], used: [uuidOf(1)] },
  },
  {
    name: 'an H100 with MIG on: its instances are not listed, and that is said',
    hardware: linux([card('h100', { mig: true })], { driver: '550.163.01', ...server }),
    expected: { builds: ['cpu'], used: [], devices: allOnCpu, reasons: { [uuidOf(0)]: /MIG|instance|split|slice|divided|partition/i } },
  },
  {
    name: 'an H100 with MIG off is a card like any other',
    hardware: linux([card('h100', { mig: false })], { driver: '550.163.01', ...server }),
    expected: { builds: ['cu126', 'cu128'], used: [uuidOf(0)] },
  },
  {
    name: 'a B200 needs code for 10.0',
    hardware: linux([card('b200')], { driver: '580.95.05', ...server }),
    expected: { builds: ['cu128', 'cu130'], used: [uuidOf(0)] },
  },
  {
    name: 'a GTX 960 alone is Maxwell: cu126 carries it, the CUDA 13 builds do not',
    hardware: linux([card('gtx960')], { driver: '580.95.05' }),
    expected: { builds: ['cu126'] },
  },
  {
    name: 'a GTX 1060 alone is kept with cu126',
    hardware: linux([card('gtx1060')], { driver: '580.105.08' }),
    expected: { builds: ['cu126'], says: [/cu128/, /cu130/] },
  },
  {
    name: 'an RTX 5090 alone is not given a build without code for it',
    hardware: linux([card('rtx5090')], { driver: '580.105.08' }),
    expected: { builds: ['cu128', 'cu130'], used: [uuidOf(0)], says: [/cu126/] },
  },
  {
    name: 'a DGX Spark\'s GB10 shares the main memory and reports none of its own',
    hardware: linux([{ ...card('rtx5090'), name: 'NVIDIA GB10', computeCapability: '12.1', memoryMiB: null, freeMiB: null }], { driver: '580.95.05', os: { arch: 'arm64' }, memoryMiB: 122_000 }),
    expected: { used: [], devices: allOnCpu },
  },
  {
    name: 'a card newer than any table gets a build whose virtual code the driver compiles for it',
    hardware: linux([unborn], { driver: '610.20.02' }),
    expected: { builds: ['cu128', 'cu129', 'cu130', 'cu132'] },
  },
  {
    name: 'a card newer than any table gets nothing on Windows, where builds hold no virtual code',
    hardware: windows([unborn], { driver: '610.24' }),
    expected: { builds: ['cpu'] },
  },
];

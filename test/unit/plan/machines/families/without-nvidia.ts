import { adapter, allOnCpu, card, linux, uuidOf, windows, type Expected, type Machine, type MachineOptions } from '../machine.ts';

/** Machines on which everything runs on the processor. */

const onCpu: Expected = { builds: ['cpu'], used: [], devices: allOnCpu };
const processor = 'Intel Core i5-8250U';

export const withoutNvidia: readonly Machine[] = [
  ...[1, 2, 4, 6, 8, 16, 32, 64].flatMap((cores) => [
    plain(`${cores} cores with AVX2`, { cpu: { model: processor, cores, flags: ['avx', 'avx2'] } }),
    plain(`${cores} cores without AVX2`, { cpu: { model: 'Intel Pentium Gold', cores, flags: ['sse4_2'] } }),
  ]),
  ...[4, 8, 12, 16, 32, 64, 128].map((gigabytes) => plain(`${gigabytes} GB of memory`, { memoryMiB: gigabytes * 1024 - 300 })),
  plain('a battery at 5 %', { power: { onMains: false, percent: 5 } }),
  plain('no screen, in a container', { displays: 0, os: { container: true } }),
  plain('a toolkit without a card', { toolkit: '12.8' }),
  plain('a driver without a card', { driver: '550.163.01' }),
  { name: 'no GPU, Windows', hardware: windows([]), expected: onCpu },
  { name: 'no GPU, WSL2', hardware: linux([], { os: { wsl: true, release: '5.15.153.1-microsoft-standard-WSL2' } }), expected: onCpu },
  {
    name: 'no GPU, a 64-bit Arm board',
    hardware: linux([], { os: { arch: 'arm64' }, cpu: { model: 'Cortex-A76', cores: 4, flags: ['neon'] } }),
    expected: onCpu,
  },

  other('an AMD card only', [adapter('AMD', 'AMD Radeon RX 7900 XTX', { memoryMiB: 24_560, freeMiB: 23_000, pciId: '1002:744c' })], /AMD|NVIDIA/),
  other('an AMD processor graphics only', [adapter('AMD', 'Cezanne [Radeon Vega Series]', { pciId: '1002:1638' })], /AMD|NVIDIA/),
  other('two AMD cards', [adapter('AMD', 'Radeon RX 6800'), adapter('AMD', 'Radeon RX 580', {}, 1)], /AMD|NVIDIA/),
  other('an Intel processor graphics only', [adapter('Intel', 'Intel UHD Graphics 620', { pciId: '8086:5917' })], /Intel|NVIDIA/),
  other('an Intel Arc A770', [adapter('Intel', 'Intel Arc A770 Graphics', { memoryMiB: 16_225, freeMiB: 15_000, pciId: '8086:56a0' })], /Intel|NVIDIA/),
  other('a Matrox server adapter', [adapter('Matrox', 'MGA G200eW3', { pciId: '102b:0536' })], /NVIDIA|Matrox/),
  other('Parsec\'s adapter', [adapter('Parsec', 'Parsec Virtual Display Adapter', { virtual: true })], /virtual/i, 'win32'),
  other('Hyper-V\'s adapter', [adapter('Microsoft', 'Microsoft Hyper-V Video', { virtual: true })], /virtual/i, 'win32'),
  other('a remote desktop\'s adapter', [adapter('Microsoft', 'Microsoft Remote Display Adapter', { virtual: true })], /virtual/i, 'win32'),
  other('VMware\'s adapter', [adapter('VMware', 'VMware SVGA II Adapter', { virtual: true, pciId: '15ad:0405' })], /virtual/i),
  other('QEMU\'s adapter', [adapter('Red Hat', 'QXL paravirtual graphic card', { virtual: true, pciId: '1b36:0100' })], /virtual/i),
  {
    name: 'Parsec\'s adapter before the real card does not hide it',
    hardware: windows([adapter('Parsec', 'Parsec Virtual Display Adapter', { virtual: true }), card('rtx3060', {}, 1)], { driver: '576.02' }),
    expected: { builds: ['cu126', 'cu128'], used: [uuidOf(1)] },
  },
  {
    name: 'a processor graphics before the real card does not hide it',
    hardware: linux([adapter('Intel', 'Intel Iris Xe'), card('rtx4060', {}, 1)], { driver: '550.120' }),
    expected: { builds: ['cu126', 'cu128'], used: [uuidOf(1)] },
  },

  {
    name: 'an NVIDIA card without a driver is told that it lacks one',
    hardware: linux([card('rtx3060', { memoryMiB: null, freeMiB: null, deviceNode: null, accessible: null, powerState: null })]),
    expected: { ...onCpu, reasons: { [uuidOf(0)]: /driver/i } },
  },
  {
    name: 'an NVIDIA card on Windows without NVIDIA\'s driver is told that it lacks one',
    hardware: windows([card('rtx4070', { memoryMiB: null, freeMiB: null })]),
    expected: { ...onCpu, reasons: { [uuidOf(0)]: /driver/i } },
  },
  {
    name: 'a GTX 1080 Ti without a driver is not sent to a driver that no longer knows it',
    hardware: linux([card('gtx1080ti', { memoryMiB: null, freeMiB: null, deviceNode: null, accessible: null })]),
    expected: onCpu,
  },
  {
    name: 'a card this person may not open is left alone, and the permission is named',
    hardware: linux([card('rtx3060', { accessible: false })], { driver: '550.163.01' }),
    expected: { ...onCpu, reasons: { [uuidOf(0)]: /permission|allow|may not|access|right/i } },
  },
];

function plain(what: string, options: MachineOptions): Machine {
  return { name: `no GPU, ${what}`, hardware: linux([], options), expected: onCpu };
}

function other(name: string, gpus: Parameters<typeof linux>[0], reason: RegExp, platform: 'linux' | 'win32' = 'linux'): Machine {
  const reasons = Object.fromEntries(gpus.map((gpu) => [gpu.uuid, reason]));
  return { name, hardware: platform === 'linux' ? linux(gpus) : windows(gpus), expected: { ...onCpu, reasons } };
}

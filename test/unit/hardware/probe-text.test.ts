import { expect, test } from 'vitest';
import { probeText } from '../../../main/commands/probe.ts';
import { readHardwareReport } from '../../../main/hardware/read-report.ts';
import type { HardwareReport } from '../../../main/hardware/model.ts';

const bare = {
  os: { platform: 'linux', release: '6.8.0', arch: 'x64', wsl: false, container: false },
  cpu: { model: 'AMD Ryzen 7', cores: 16, flags: ['avx2'] },
  memoryMiB: 32768,
  disks: [],
  displays: 0,
  power: null,
  gpus: [],
  toolkit: null,
  driver: null,
  processes: [],
  ollama: null,
  warnings: [],
};

function report(changes: object): HardwareReport {
  const reading = readHardwareReport(JSON.stringify({ ...bare, ...changes }));
  if ('problem' in reading) throw new Error(reading.problem);
  return { ...reading.report, warnings: 'warnings' in changes ? (changes.warnings as readonly string[]) : [] };
}

test('a machine without a card is told in a few lines', () => {
  expect(probeText(report({})).split('\n')).toEqual([
    'System     Linux 6.8.0 x64',
    'Processor  AMD Ryzen 7, 16 cores, fast arithmetic (AVX2)',
    'Memory     32.0 GiB',
    'Screens    none connected',
    'Power      no battery',
    'Graphics   no graphics card was found; Earshot works on the processor',
    'Driver     no NVIDIA driver',
    'Ollama     not installed',
  ]);
});

test('a laptop’s cards, who uses them and what is wrong are told in words', () => {
  const nvidia = { uuid: 'GPU-1', name: 'NVIDIA GeForce RTX 3050 Laptop GPU', computeCapability: '8.6', memoryMiB: 4096, freeMiB: 1024, deviceNode: '/dev/nvidia0' };
  const text = probeText(
    report({
      power: { onMains: false, percent: 57 },
      displays: 1,
      disks: [
        { mount: '/', freeMiB: 10_240 },
        { mount: '/home', freeMiB: 20_480 },
      ],
      gpus: [nvidia, { ...nvidia, uuid: 'GPU-2', index: 1, name: 'NVIDIA GeForce GTX 1080', computeCapability: '6.1', freeMiB: 4096, powerState: 'suspended', accessible: false, deviceNode: null }, { name: 'Intel Iris' }, { name: 'Parsec Virtual Display Adapter' }],
      processes: [
        { pid: 7, uuid: 'GPU-1', usedMiB: 3072, name: '/opt/vllm/python', ours: false },
        { pid: 8, uuid: 'GPU-1', usedMiB: null, name: '[Insufficient Permissions]', ours: false },
        { pid: 9, uuid: 'GPU-1', usedMiB: 200, name: 'C:\\earshot\\voice.exe', ours: true },
      ],
      driver: '535.183.01',
      toolkit: '12.2',
      ollama: { version: '0.6.5', running: true, models: [{ name: 'llama3.2:1b', sizeBytes: 1, sizeVramMiB: 1536 }], url: '' },
      warnings: ['Something is odd.', 'Something else\nis too.'],
    }),
  );
  expect(text.split('\n').slice(3)).toEqual([
    'Disk       /, 10.0 GiB free',
    '           /home, 20.0 GiB free',
    'Screens    1 screen',
    'Power      on battery, 57 %',
    'Graphics   NVIDIA GeForce RTX 3050 Laptop GPU, 4.0 GiB of memory, 1.0 GiB free',
    '           compute capability 8.6, a current generation',
    '           used by python (process 7): 3072 MiB',
    '           used by a program whose name the driver does not tell (process 8)',
    '           used by voice.exe (process 9), Earshot’s own: 200 MiB',
    '           number 0, GPU-1, /dev/nvidia0',
    'Graphics   NVIDIA GeForce GTX 1080, 4.0 GiB of memory, 4.0 GiB free',
    '           compute capability 6.1, an older generation: needs programs built for it',
    '           asleep to save power; it was not woken to be asked',
    '           this user may not use it',
    '           number 1, GPU-2',
    'Graphics   Intel Iris: shows the picture; Earshot computes on NVIDIA cards only',
    '           Parsec Virtual Display Adapter: exists in software only, cannot compute',
    'Driver     NVIDIA 535.183.01, made for CUDA 12.2',
    'Toolkit    CUDA 12.2 is installed; Earshot does not need it',
    'Ollama     0.6.5, running, 1 model; llama3.2:1b loaded, 1536 MiB on the graphics card',
    'Warning    Something is odd.',
    'Warning    Something else is too.',
  ]);
});

test.each([
  ['5.2', /older generation/],
  ['3.7', /too old/],
  ['12.0', /the newest generation/],
  [null, /is unknown/],
])('capability %s is told as what it means', (computeCapability, words) => {
  expect(probeText(report({ gpus: [{ name: 'NVIDIA card', computeCapability }] }))).toMatch(words);
});

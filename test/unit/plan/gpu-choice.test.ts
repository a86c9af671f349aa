import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HardwareReport } from '../../../main/hardware/model.ts';
import { catalogue } from '../../../main/plan/catalogue.ts';
import { driverAdvice, judgeGpus } from '../../../main/plan/gpu-choice.ts';
import { card, gtx1080Ti, machine, overridesFor, rtx3050, rtx3060, rtx5090, v100 } from './cards.ts';

/** "yes" or "no" and the sentence, a card. */
function verdicts(hardware: HardwareReport, overrides = overridesFor()): readonly string[] {
  return judgeGpus(hardware, catalogue, overrides).map((verdict) => `${verdict.allowed ? 'yes' : 'no'} ${verdict.reason}`);
}

const since = '2026-11-01';

test('a Pascal card beside a newer one is left out, and both sentences can be read aloud', () => {
  expect(verdicts(machine('550.163.01', [rtx3060, gtx1080Ti]))).toEqual([
    'yes GeForce RTX 3060: may be used; there are programs for its generation (Ampere) that work with driver 550.163.01.',
    'no GeForce GTX 1080 Ti: left out, so that the RTX 3060 beside it keeps the newest programs: it is of an older generation (Pascal). Your settings can allow it: overrides.gpus, "use": true.',
  ]);
});

test('an old card that is alone, or among its like, is kept', () => {
  const hardware = machine('535.183.01', [gtx1080Ti, v100]);
  expect(judgeGpus(hardware, catalogue, overridesFor()).map((verdict) => verdict.allowed)).toEqual([true, true]);
});

test('an old card is kept where the newer one beside it cannot be used', () => {
  const tooNew = verdicts(machine('550.163.01', [rtx5090, gtx1080Ti]));
  const excluded = verdicts(machine('550.163.01', [rtx3060, gtx1080Ti]), overridesFor({ [rtx3060.uuid]: { use: false, since, reason: 'it plays games' } }));
  expect([tooNew, excluded]).toEqual([
    [
      'no GeForce RTX 5090: left out, because driver 550.163.01 is too old for every engine that has programs for it.',
      'yes GeForce GTX 1080 Ti: may be used; there are programs for its generation (Pascal) that work with driver 550.163.01.',
    ],
    [
      'no GeForce RTX 3060: left out, because you said so on 2026-11-01 (it plays games).',
      'yes GeForce GTX 1080 Ti: may be used; there are programs for its generation (Pascal) that work with driver 550.163.01.',
    ],
  ]);
});

test('who asks for the old card gets it, with a build of its own', () => {
  const overrides = overridesFor({ [gtx1080Ti.uuid]: { use: true, since, reason: null } });
  expect(verdicts(machine('550.163.01', [rtx3060, gtx1080Ti]), overrides)[1]).toBe(
    'yes GeForce GTX 1080 Ti: may be used, because you asked for it on 2026-11-01; its programs come from an older build of their own.',
  );
});

test('asking for a card does not make it run', () => {
  const virtual = card('Parsec Virtual Display', '8.6', { virtual: true });
  expect(verdicts(machine('550.163.01', [virtual]), overridesFor({ [virtual.uuid]: { use: true, since: null, reason: null } }))).toEqual([
    'no Parsec Virtual Display: left out, although you asked for it, because it is a virtual display without a processor of its own.',
  ]);
});

test.each([
  ['a card of AMD', card('Radeon RX 7900', null, { vendor: 'AMD', name: 'Radeon RX 7900' }), '550.1', 'it is made by AMD, and the engines have programs for NVIDIA cards only.'],
  ['a card of nobody', card('Thing', null, { vendor: '' }), '550.1', 'it is made by somebody else, and the engines have programs for NVIDIA cards only.'],
  ['a divided card', card('H100', '9.0', { mig: true }), '550.1', 'it is divided into instances (MIG), and this version does not use instances yet; undivided, it could be used.'],
  ['a card without a driver', rtx3060, null, 'its driver is not installed, or does not answer.'],
  ['a driver that keeps its version to itself', rtx3060, 'N/A', 'its driver does not say which version it is.'],
  ['a driver without a version', rtx3060, '', 'its driver does not say which version it is.'],
  ['a card of unknown generation', card('Card', null), '550.1', 'its generation is not known, so nobody can say which programs it runs.'],
  ['a card in trouble', card('Card', '8.6', { memoryMiB: null, freeMiB: null }), '550.1', 'it does not say how much memory it has, as a card does that is in trouble.'],
  ['a card without nvidia-smi', card('Card', '8.6', { memoryMiB: null, freeMiB: null, busId: '0000:01:00.0' }), '550.1', 'nvidia-smi, which tells how much memory it has, is not installed or gives no answer.'],
  ['a card without a UUID', card('Card', '8.6', { uuid: 'pci-00000000:01:00.0' }), '550.1', 'its driver does not say its UUID, the name by which the engines would be told to use it.'],
  ['a card with two names', card('Card', '8.6', { uuid: 'GPU-a,GPU-b' }), '550.1', 'its UUID has a comma, a quotation mark or a space in it, so the engines could not be told to use it.'],
  ['a card with a name in quotes', card('Card', '8.6', { uuid: '"GPU-a"' }), '550.1', 'its UUID has a comma, a quotation mark or a space in it, so the engines could not be told to use it.'],
  ['a card with a line for a name', card('Card', '8.6', { uuid: 'GPU-a\n' }), '550.1', 'its UUID has a comma, a quotation mark or a space in it, so the engines could not be told to use it.'],
  ['a DGX Spark', card('GB10', '12.1', { memoryMiB: 122_000 }), '580.95', "it shares the computer's memory, which this version cannot plan with yet."],
  ['a Jetson', card('Orin (nvgpu)', '8.7', { memoryMiB: 32_768 }), '540.4', "it shares the computer's memory, which this version cannot plan with yet."],
  ['a Jetson Thor', card('Thor', '11.0', { memoryMiB: null, freeMiB: null }), '580.95', "it shares the computer's memory, which this version cannot plan with yet."],
  ['a card asleep', card('Card', '8.6', { memoryMiB: null, powerState: 'suspended' }), '550.1', 'it is asleep, and how much memory it has is not known without waking it.'],
  ['a card its driver has dropped', card('Card', '6.1', { memoryMiB: null }), '610.12', 'the installed driver no longer knows it; the 580 series is the last that does.'],
  ['a card of somebody else', card('Card', '8.6', { accessible: false, deviceNode: '/dev/nvidia8' }), '550.1', 'this user may not open it (/dev/nvidia8).'],
  ['a card of long ago', card('Card', '2.1'), '390.157', 'no engine has programs for its generation (early).'],
  ['a driver of long ago', rtx3060, '418.56', 'driver 418.56 is too old for every engine that has programs for it.'],
])('%s is left out, and the reason given', (_, gpu, driver, reason) => {
  expect(verdicts(machine(driver, [gpu]))).toEqual([`no ${gpu.name.replace('NVIDIA ', '')}: left out, because ${reason}`]);
});

test('a card on ARM that says nothing of memory has none of its own; one that says something keeps it', () => {
  const arm = { arch: 'aarch64' } as const;
  const silent = card('Something new', '10.0', { memoryMiB: null, freeMiB: null });
  const graceHopper = card('GH200 480GB', '9.0', { memoryMiB: 97_871 });
  expect([silent, graceHopper].map((gpu) => verdicts(machine('580.95', [gpu], arm))[0])).toEqual([
    "no Something new: left out, because it shares the computer's memory, which this version cannot plan with yet.",
    'yes GH200 480GB: may be used; there are programs for its generation (Hopper) that work with driver 580.95.',
  ]);
});

test('beside a card that answers, nvidia-smi is not what is missing', () => {
  const lost = card('Lost', '8.6', { memoryMiB: null, freeMiB: null, busId: '0000:02:00.0' });
  expect(verdicts(machine('550.1', [rtx3060, lost]))[1]).toBe('no Lost: left out, because it does not say how much memory it has, as a card does that is in trouble.');
});

test('a described card with a made-up UUID can be planned with', () => {
  const described = ['gpu-0', 'my-card', 'PCI-1'].map((uuid) => card('GeForce RTX 3060', '8.6', { uuid }));
  expect(judgeGpus(machine('550.163.01', described), catalogue, overridesFor()).map(({ allowed }) => allowed)).toEqual([true, true, true]);
});

test('two newer cards beside an old one keep the newest programs', () => {
  expect(verdicts(machine('580.65.06', [rtx3060, rtx5090, gtx1080Ti]))[2]).toContain('so that the RTX 3060 and RTX 5090 beside it keep the newest programs');
});

test('inside WSL2 the driver to update is that of Windows', () => {
  const advice = driverAdvice(machine('535.98', [rtx3050], { wsl: true }), catalogue);
  expect(advice).toEqual([
    'A driver of 550 or newer would let Ollama use the GeForce RTX 3050 Laptop GPU.',
    'The driver meant here is the one of Windows: a newer one is installed there, never inside Linux, where it would cut off the graphics card.',
  ]);
  expect(driverAdvice(machine(null, [], { wsl: true }), catalogue)).toEqual([]);
});

test('a cloud pod whose only device is /dev/nvidia8 uses it', () => {
  const pod = card('RTX A6000', '8.6', { deviceNode: '/dev/nvidia8', index: 0 });
  expect(judgeGpus(machine('570.86.10', [pod], { container: true }), catalogue, overridesFor())[0]?.allowed).toBe(true);
});

test('a laptop with driver 535 hears what a newer driver would bring', () => {
  expect(driverAdvice(machine('535.183.01', [rtx3050]), catalogue)).toEqual([
    'A driver of 550 or newer would let Ollama use the GeForce RTX 3050 Laptop GPU.',
  ]);
});

test('the owner of an old card hears where the drivers for it end, once', () => {
  expect(driverAdvice(machine('550.163.01', [rtx5090, gtx1080Ti, gtx1080Ti]), catalogue)).toEqual([
    'A driver of 570 or newer would let Whisper speech recognition and Ollama use the GeForce RTX 5090.',
    'A driver of 570 or newer would let Ollama use the GeForce GTX 1080 Ti.',
    'Whatever driver you choose, take none beyond the 580 series: it is the last that knows the GeForce GTX 1080 Ti.',
  ]);
});

test('who went too far hears the way back', () => {
  expect(driverAdvice(machine('610.12', [card('GeForce GTX 1060', '6.1', { memoryMiB: null })]), catalogue)).toEqual([
    'The installed driver no longer knows the GeForce GTX 1060; one of the 580 series would.',
    'Whatever driver you choose, take none beyond the 580 series: it is the last that knows the GeForce GTX 1060.',
  ]);
});

test('no owner of an old card is ever sent beyond the last driver that knows it', () => {
  const cards = fc.subarray([card('K80', '3.7'), gtx1080Ti, v100, rtx3060, rtx5090], { minLength: 1 });
  fc.assert(
    fc.property(cards, fc.constantFrom(null, '', '390.1', '450.80.02', '470.256', '535.183.01', '550.1', '570.86', '580.65', '610.12'), (gpus, driver) => {
      const advice = driverAdvice(machine(driver, gpus), catalogue);
      const oldest = gpus.some((gpu) => gpu.computeCapability === '3.7') ? 470 : 580;
      const numbers = advice.flatMap((sentence) => [...sentence.matchAll(/driver of (?:the )?(\d{3})/g)].map((match) => Number(match[1])));
      const bounded = gpus.some((gpu) => Number(gpu.computeCapability) < 7.5);
      expect(bounded ? numbers.filter((number) => number > oldest) : []).toEqual([]);
    }),
  );
});

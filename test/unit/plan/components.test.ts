import { expect, test } from 'vitest';
import { catalogue } from '../../../main/plan/catalogue.ts';
import { componentFits, driverWanted } from '../../../main/plan/components.ts';
import { card, gtx1080Ti, machine, rtx3050, rtx5090, v100 } from './cards.ts';

const windows = { platform: 'win32' } as const;
const maxwell = card('GeForce GTX 960', '5.2');
const arm = { arch: 'aarch64' } as const;
const graceHopper = card('GH200 480GB', '9.0');
const unborn = card('GeForce RTX 9090', '15.0');
const a100 = card('A100-SXM4-80GB', '8.0');

test.each([
  ['ctranslate2', 'float16', rtx3050, '535.183.01', {}],
  ['ctranslate2', 'int8_float16', rtx3050, '525.60.13', {}],
  ['ctranslate2', 'int8', gtx1080Ti, '535.183.01', {}],
  ['ctranslate2', 'int8_float32', gtx1080Ti, '535.183.01', {}],
  ['ctranslate2', 'int8_float16', rtx5090, '570.86.10', {}],
  ['onnxruntime-gpu', 'float32', v100, '535.183.01', {}],
  ['onnxruntime-gpu', null, a100, '535.183.01', {}],
  ['ollama', 'Q4_K_M', gtx1080Ti, '570.86.10', {}],
  ['ollama', null, v100, '550.54.15', {}],
  ['moshi', 'bfloat16', rtx3050, '535.183.01', {}],
  ['moshi', 'bfloat16', rtx5090, '570.86.10', {}],
  ['moshi', 'float16', v100, '470.256', {}],
  ['ollama', null, graceHopper, '570.86.10', arm],
  ['moshi', 'bfloat16', graceHopper, '570.86.10', arm],
  // Cards later than every program: nothing is known against these.
  ['ctranslate2', null, unborn, '640.10', {}],
  ['ollama', null, unborn, '640.10', {}],
  ['moshi', null, unborn, '640.10', {}],
] as const)('%s in %s runs on a card like this', (id, precision, gpu, driver, os) => {
  expect(componentFits(id, precision, gpu, machine(driver, [gpu], os), catalogue)).toEqual({ ok: true });
});

test.each([
  ['ctranslate2', 'float16', gtx1080Ti, '535.183.01', {}, 'The GeForce GTX 1080 Ti (Pascal) does not compute in float16 at speed.'],
  ['ctranslate2', 'int8_float16', gtx1080Ti, '535.183.01', {}, 'The GeForce GTX 1080 Ti (Pascal) does not compute in float16 at speed.'],
  ['ctranslate2', 'int8', card('Tesla P100', '6.0'), '535.183.01', {}, 'The Tesla P100 (Pascal) does not compute in int8 at speed.'],
  ['ctranslate2', null, maxwell, '535.183.01', {}, 'Whisper speech recognition no longer has programs for the GeForce GTX 960 (Maxwell).'],
  ['ctranslate2', null, rtx3050, '470.256', {}, 'Whisper speech recognition needs the NVIDIA driver 525.60.13 or newer for the GeForce RTX 3050 Laptop GPU; this machine has 470.256.'],
  ['ctranslate2', null, rtx3050, '526.98', windows, 'Whisper speech recognition needs the NVIDIA driver 528.33 or newer for the GeForce RTX 3050 Laptop GPU; this machine has 526.98.'],
  ['ctranslate2', null, rtx5090, '550.54.15', {}, 'Whisper speech recognition needs the NVIDIA driver 570 or newer for the GeForce RTX 5090; this machine has 550.54.15.'],
  ['ctranslate2', null, rtx3050, null, {}, 'Whisper speech recognition needs the NVIDIA driver 525.60.13 or newer for the GeForce RTX 3050 Laptop GPU, and no working driver was found.'],
  ['ctranslate2', null, card('Something', null), '550.54.15', {}, 'The generation of the Something is not known.'],
  ['onnxruntime-gpu', null, rtx5090, '580.65.06', {}, 'ONNX Runtime has no programs yet for the GeForce RTX 5090 (Blackwell).'],
  ['onnxruntime-gpu', null, a100, '580.65.06', windows, 'ONNX Runtime has no programs for the A100-SXM4-80GB (Ampere).'],
  ['ollama', null, rtx3050, '535.183.01', {}, 'Ollama needs the NVIDIA driver 550 or newer for the GeForce RTX 3050 Laptop GPU; this machine has 535.183.01.'],
  ['ollama', null, gtx1080Ti, '550.54.15', {}, 'Ollama needs the NVIDIA driver 570 or newer for the GeForce GTX 1080 Ti; this machine has 550.54.15.'],
  ['moshi', 'bfloat16', v100, '535.183.01', {}, 'The Tesla V100-SXM2-16GB (Volta) does not compute in bfloat16 at speed.'],
  ['moshi', null, rtx3050, '418.56', {}, 'Kyutai speech recognition cannot run there. No build has programs for the GeForce RTX 3050 Laptop GPU (Ampere) that work with driver 418.56, so torch runs on the processor.'],
  ['onnxruntime-gpu', null, unborn, '640.10', {}, 'ONNX Runtime has no programs yet for the GeForce RTX 9090 (later than Blackwell).'],
  ['ctranslate2', null, graceHopper, '570.86.10', arm, 'Whisper speech recognition has no programs for graphics cards beside this kind of processor (aarch64).'],
  ['onnxruntime-gpu', null, graceHopper, '570.86.10', arm, 'ONNX Runtime has no programs for graphics cards beside this kind of processor (aarch64).'],
  ['ollama', null, rtx3050, '570.86.10', { ...windows, arch: 'arm64' }, 'Ollama has no programs for graphics cards beside this kind of processor (arm64).'],
  ['ollama', null, card('Orin (nvgpu)', '8.7'), '570.86.10', arm, 'Ollama has no programs for the Orin (nvgpu) (Ampere).'],
  ['ctranslate2', null, card('Thor', '11.0'), '580.86.10', {}, 'Whisper speech recognition has no programs for the Thor (Blackwell).'],
  ['nothing', null, rtx3050, '550.54.15', {}, 'The catalogue has no component "nothing".'],
] as const)('%s in %s does not, and says why: %#', (id, precision, gpu, driver, os, reason) => {
  expect(componentFits(id, precision, gpu, machine(driver, [gpu], os), catalogue)).toEqual({ ok: false, reason });
});

test('a driver is wanted only where it would help', () => {
  const ollama = catalogue.components.find((component) => component.id === 'ollama');
  const wanted = [
    [rtx3050, '535.183.01'],
    [rtx3050, '550.54.15'],
    [gtx1080Ti, '535.183.01'],
    [card('Tesla K80', '3.7'), '470.256'],
  ] as const;
  expect(wanted.map(([gpu, driver]) => ollama && driverWanted(ollama, gpu, machine(driver, [gpu])))).toEqual(['550', null, '570', null]);
});

import { expect, test } from 'vitest';
import type { OllamaReport } from '../../../main/hardware/model.ts';
import { catalogue } from '../../../main/plan/catalogue.ts';
import { plan } from '../../../main/plan/plan.ts';
import { defaultSettings, settingsSchema } from '../../../main/settings/schema.ts';
import { card, gtx1080Ti, machine, rtx3060 } from './cards.ts';

const stopped: OllamaReport = { version: '0.33.0', running: false, url: 'http://127.0.0.1:11434', models: [{ name: 'qwen2.5:7b', sizeBytes: 1, sizeVramMiB: null }] };

test('a card that settings name and nobody has is told of once, and is no reason why a target is missed', () => {
  const overrides = { gpus: { 'GPU-typo': { use: false }, 'GPU-other': { use: true }, 'GPU-gone': { use: true } }, services: { stt: { device: 'GPU-gone' } } };
  const hardware = { ...machine(null, []), cpu: { model: '', cores: 2, flags: ['avx2'] } };
  const { notes } = plan(hardware, catalogue, settingsSchema.parse({ overrides }));
  expect({ notes: notes.filter((note) => note.includes('GPU-')), target: notes.find((note) => note.startsWith('Answers should begin'))?.endsWith('which this computer cannot reach, so this is the quickest plan it can.') }).toEqual({
    notes: [
      'Your settings say that the speech recognition runs on the card GPU-gone, but there is no such graphics card in this computer, so this wish is passed over.',
      'Your settings leave out a graphics card GPU-typo, which this computer does not have, so that changes nothing.',
      'Your settings ask for a graphics card GPU-other, which this computer does not have, so that changes nothing.',
    ],
    target: true,
  });
});

test.each([
  ['a card is left out', machine('580.65.06', [rtx3060]), { gpus: { [rtx3060.uuid]: { use: false } } }, true],
  ['a card is left out that could not be used anyway', machine(null, [rtx3060]), { gpus: { [rtx3060.uuid]: { use: false } } }, false],
  ['a build is asked for that does not exist', machine(null, []), { torchBuild: { id: 'cu999' } }, false],
])('settings are named as the reason for a missed target only where they take effect: %s', (_what, hardware, overrides, named) => {
  const slow = { ...hardware, cpu: { ...hardware.cpu, cores: 2 } };
  const { notes } = plan(slow, catalogue, settingsSchema.parse({ overrides }));
  expect(notes.some((note) => note.endsWith('With what your settings ask for, this is the quickest plan.'))).toBe(named);
});

test.each([
  ['Ollama that is not there', machine('580.65.06', [gtx1080Ti]), null, /left alone, because nothing that can be used here .*: Ollama, which could run the language model on it, is not installed\.$/],
  ['Ollama that is not running', machine('580.65.06', [gtx1080Ti]), stopped, /Ollama, which could run the language model on it, is not running\.$/],
  ['a driver that is too old', machine('535.54.03', [gtx1080Ti]), null, /Ollama needs the NVIDIA driver 570 or newer for the GeForce GTX 1080 Ti; this machine has 535\.54\.03\.$/],
])('a card that is left alone says what is in the way: %s', (_what, hardware, ollama, sentence) => {
  const overrides = { services: { stt: { device: 'cpu' }, tts: { device: 'cpu' } } };
  expect(plan({ ...hardware, ollama }, catalogue, settingsSchema.parse({ overrides })).gpus[0]?.reason).toMatch(sentence);
});

test('a card without a name of its own is not in use, and nothing is said to run on it', () => {
  const nameless = card('GeForce RTX 3060', '8.6', { uuid: 'cpu' });
  const [first, second] = plan(machine('580.65.06', [nameless, rtx3060]), catalogue, defaultSettings).gpus;
  expect({ nameless: [first?.use, first?.reason.includes('no name of its own')], named: second?.use }).toEqual({ nameless: [false, true], named: true });
});

test('a computer that Earshot is not made for is planned all the same, and told so', () => {
  function remarksOf(differing: { readonly memoryMiB?: number; readonly arch?: string }): readonly string[] {
    const plain = machine(null, []);
    return plan({ ...plain, memoryMiB: differing.memoryMiB ?? 16_000, os: { ...plain.os, arch: differing.arch ?? 'x64' } }, catalogue, defaultSettings).remarks;
  }
  expect([remarksOf({}), remarksOf({ memoryMiB: 3_800 }), remarksOf({ memoryMiB: 2_000 }), remarksOf({ arch: 'arm64' })]).toEqual([
    [],
    [],
    ['This computer has 2.0 GiB of memory; Earshot is made for 4 GB or more and may be slow or fail here.'],
    ['The engines are made for x86-64 processors; this one is arm64, for which this version cannot install them.'],
  ]);
});

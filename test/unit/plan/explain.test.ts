import { expect, test } from 'vitest';
import { catalogue } from '../../../main/plan/catalogue.ts';
import { planDifference, planText } from '../../../main/plan/explain.ts';
import { isBuildNote, otherBuilds } from '../../../main/plan/other-builds.ts';
import { plan } from '../../../main/plan/plan.ts';
import { isTargetNote } from '../../../main/plan/sentences.ts';
import { defaultSettings, settingsSchema } from '../../../main/settings/schema.ts';
import { gtx1080Ti, machine, rtx3060 } from './cards.ts';

const hardware = machine('580.65.06', [rtx3060, gtx1080Ti]);
const before = plan(hardware, catalogue, defaultSettings);
const without = settingsSchema.parse({ overrides: { gpus: { [rtx3060.uuid]: { use: false } } } });

test('a plan can be read: what runs where, how fast, and what would stand in', () => {
  const text = planText(before, hardware);
  expect(text.split('\n').slice(0, 13)).toEqual([
    'Answers should begin 0.83 s after you stop speaking (profile "balanced": 1.20 s).',
    '',
    'What runs where',
    '  Speech recognition: whisper-large-v3-turbo (float16) on the GeForce RTX 3060, 2.5 GiB of its memory; 0.21 s',
    '      planned stand-in: whisper-small (float16) on the GeForce RTX 3060, then whisper-small (int8) on the GeForce RTX 3060, then whisper-base (int8) on the processor',
    '  Language model: smollm2-135m (q4_1) on the processor; 0.15 s',
    '  Voice: kokoro-82m (float16) on the GeForce RTX 3060, 1.4 GiB of its memory; 0.20 s',
    '      planned stand-in: kokoro-82m-int8 (int8) on the processor',
    '  End-of-turn detection: smart-turn-v3.2 (int8) on the processor; 0.07 s',
    '  Noticing that you have stopped: 0.20 s',
    '',
    'This computer: a processor, 8 cores, 32.0 GiB of memory',
    '  + GeForce RTX 3060: runs the speech recognition and voice; 3.8 GiB of the 9.3 GiB that may be taken are planned.',
  ]);
  expect({ other: text.includes('  - GeForce GTX 1080 Ti: left out'), build: text.includes(before.torchBuild.reason), notes: before.notes.filter((note) => !isBuildNote(note) && !isTargetNote(note)).every((note) => text.includes(note)) }).toEqual({
    other: true, build: true, notes: true,
  });
});

test('why other builds were not chosen is one line at the end, those with one reason together', () => {
  const { notes } = before;
  const [last = ''] = planText(before, hardware).split('\n').slice(-1);
  expect({ last, notes: ['cu132', 'cu130', 'cu129', 'cu126', 'cu124', 'cu121', 'cu118', 'cpu'].filter((id) => !notes.some((note) => note.startsWith(`${id} `))) }).toEqual({ last: otherBuilds(notes), notes: [] });
  expect(
    otherBuilds([
      'cu130 needs the NVIDIA driver 580 or newer; this machine has 535.183.01.',
      'cu126 would run as well; cu128 is preferred.',
      'Beside cu128 you may ask for the torch builds cu126 and cu124: they run on the GeForce RTX 3060 too.',
      'cu124 would run as well; cu128 is preferred.',
      'cu118 has no programs for the GeForce RTX 5090 (Blackwell).',
      'cu121 has no programs for the GeForce RTX 5090 (Blackwell).',
    ]),
  ).toBe('Other builds: cu130 needs driver 580; cu126 and cu124 would run as well; cu118 and cu121 have no programs for the GeForce RTX 5090 (Blackwell).');
});

test('a plan without a graphics card, and one of servers, can be read too', () => {
  const settings = settingsSchema.parse({ services: { llm: { url: 'http://10.0.0.2:8000/v1', model: 'qwen3' } } });
  const bare = machine(null, []);
  const text = planText(plan(bare, catalogue, settings), bare);
  expect({ card: text.includes('No graphics card was found'), server: text.includes('Language model: qwen3 on the server at http://10.0.0.2:8000/v1; 0.40 s') }).toEqual({ card: true, server: true });
});

test('the same plan has no difference', () => {
  expect(planDifference(before, plan(hardware, catalogue, defaultSettings))).toEqual([]);
});

test('leaving a card out says what moves, what that costs, and what takes its place', () => {
  const after = plan(hardware, catalogue, without);
  expect(planDifference(before, after)).toEqual([
    'The speech recognition would run on the GeForce GTX 1080 Ti instead of the GeForce RTX 3060 and use whisper-base (int8) instead of whisper-large-v3-turbo (float16).',
    'The voice would run on the processor instead of the GeForce RTX 3060 and use kokoro-82m-int8 (int8) instead of kokoro-82m (float16).',
    'GeForce RTX 3060: left out, because you said so.',
    'GeForce GTX 1080 Ti: runs the speech recognition; 0.7 GiB of the 9.3 GiB that may be taken are planned.',
    'On the GeForce GTX 1080 Ti 0.7 GiB would be taken instead of 0.0 GiB.',
    `PyTorch would be ${after.torchBuild.id} (version ${after.torchBuild.torch}) instead of ${before.torchBuild.id} (version ${before.torchBuild.torch}). ${after.torchBuild.reason}`,
    'Answers would begin 1.13 s instead of 0.83 s after you stop speaking.',
  ]);
});

test('another build is told apart', () => {
  const after = plan(hardware, catalogue, settingsSchema.parse({ overrides: { torchBuild: { id: 'cu121' } } }));
  expect(planDifference(before, after)).toEqual([
    `PyTorch would be cu121 (version ${after.torchBuild.torch}) instead of ${before.torchBuild.id} (version ${before.torchBuild.torch}). ${after.torchBuild.reason}`,
    'The environment torch-cu121 with torch 2.4.1 (you asked for it; no engine needs it yet) would be needed.',
  ]);
});

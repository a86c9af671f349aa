import { describe, expect, test } from 'vitest';
import type { Candidate } from '../../../main/plan/candidate.ts';
import { catalogue, type Catalogue } from '../../../main/plan/catalogue.ts';
import type { Plan } from '../../../main/plan/model.ts';
import { plan } from '../../../main/plan/plan.ts';
import { defaultSettings, settingsSchema, type Settings } from '../../../main/settings/schema.ts';
import { card, gtx1080Ti, machine, rtx3060, rtx5090 } from './cards.ts';

const bare = machine(null, []);
const voice = { id: 'voice', build: null, torch: null, reason: 'Every conversation runs in it.' };

/** A streaming recogniser that is quick and good enough to be chosen on any processor. */
const tiny: Candidate = {
  id: 'tiny-kyutai',
  role: 'stt',
  engine: 'kyutai',
  title: 'Tiny',
  component: 'moshi',
  quality: { score: 99, metric: 'none', value: 1, source: 'a test' },
  model: null,
  billions: null,
  contextMiB: null,
  windowSeconds: 10,
  options: [{ precision: 'float32', device: 'cpu', env: 'torch', memoryMiB: 200, latency: { referenceMs: 10, threads: 2 }, source: 'a test' }],
};
const withTiny: Catalogue = { ...catalogue, candidates: [...catalogue.candidates, tiny] };

function asking(id: string | null, stt: object = {}): Settings {
  return settingsSchema.parse({ overrides: { torchBuild: id === null ? null : { id }, services: { stt } } });
}

function sttOf({ services }: Plan): object {
  const [stt] = services;
  return { model: stt?.model, device: stt?.device, env: stt?.env, build: stt?.build, fallback: stt?.fallback?.env };
}

test.each([
  ['a computer without a card', bare, defaultSettings],
  ['one with a card and nothing that needs PyTorch on it', machine('580.65.06', [rtx3060]), asking(null, { model: 'whisper-base' })],
  ['a person who asks for a build that cannot be', machine('550.54.15', [rtx3060]), asking('cu130', { model: 'whisper-base' })],
  ['a person who wants none', machine('580.65.06', [rtx3060]), asking('none', { model: 'stt-1b-en_fr' })],
])('no environment has PyTorch for %s', (_who, hardware, settings) => {
  const { environments } = plan(hardware, catalogue, settings);
  expect({ first: environments[0], withTorch: environments.filter(({ torch }) => torch !== null) }).toEqual({ first: voice, withTorch: [] });
});

test.each([
  ['cu121', '2.4.1'],
  ['cu124', '2.5.1'],
  ['cu126', '2.7.1'],
  ['cu128', '2.9.1'],
  ['2.5.1+cu121', '2.5.1'],
  ['cpu', '2.9.1'],
])('%s that a person asks for on a computer without a card is made, with torch %s', (asked, torch) => {
  const id = asked.replace(/^.*\+/, '');
  const { environments, torchBuild } = plan(bare, catalogue, asking(asked));
  expect({ environments, torchBuild: { id: torchBuild.id, torch: torchBuild.torch } }).toEqual({
    environments: [voice, { id: `torch-${id}`, build: id, torch, reason: 'You asked for it; no engine needs it yet.' }],
    torchBuild: { id, torch },
  });
});

test('what a build for cards means on a computer without one is said', () => {
  expect(plan(bare, catalogue, asking('cu121')).torchBuild.reason).toBe(
    'cu121 with torch 2.4.1 is taken as asked. No graphics card is used, so it computes on the processor, and its download is larger than that of the build "cpu", which would do as well.',
  );
});

test.each([
  ['a torch that the engines do not take', '2.11.0+cpu', /cpu comes only with a torch that the engines cannot use: they take 2\.9\.1 at most\. So it is not taken/],
  ['a torch that there is not', '2.3.0+cu121', /cu121 has no torch 2\.3\.0/],
])('%s is refused without a card too', (_what, asked, reason) => {
  const { environments, torchBuild } = plan(bare, catalogue, asking(asked));
  expect({ environments, refused: reason.test(torchBuild.reason) }).toEqual({ environments: [voice], refused: true });
});

test('each card gets the environment of its own build, with a torch that has programs for it', () => {
  const hardware = machine('580.65.06', [gtx1080Ti, rtx5090]);
  const kokoro = catalogue.candidates.flatMap((candidate) => (candidate.id === 'kokoro-82m-torch' ? [candidate] : []));
  const stt = kokoro.map((candidate) => ({ ...tiny, component: null, options: candidate.options }));
  const settings = settingsSchema.parse({
    overrides: { gpus: { [gtx1080Ti.uuid]: { use: true } }, services: { stt: { device: rtx5090.uuid, model: 'tiny-kyutai' }, tts: { device: gtx1080Ti.uuid, model: 'kokoro-82m-torch' } } },
  });
  expect(plan(hardware, { ...catalogue, candidates: [...catalogue.candidates, ...stt] }, settings).environments).toEqual([
    voice,
    { id: 'torch-cu128', build: 'cu128', torch: '2.9.1', reason: 'The speech recognition runs in it.' },
    { id: 'torch-cu126', build: 'cu126', torch: '2.7.1', reason: 'The voice runs in it.' },
  ]);
});

describe('an engine with PyTorch on the processor', () => {
  test.each([
    ['runs in the build for processors', bare, null, 'cpu'],
    ['runs in the build that was asked for', bare, 'cu121', 'cu121'],
    ['shares the build of the card', machine('580.65.06', [rtx3060]), null, 'cu128'],
  ])('%s', (_where, hardware, asked, build) => {
    const chosen = plan(hardware, withTiny, asking(asked, { model: 'tiny-kyutai', device: 'cpu' }));
    expect({ stt: sttOf(chosen), torch: chosen.environments.find(({ id }) => id === `torch-${build}`) }).toEqual({
      stt: { model: 'tiny-kyutai', device: 'cpu', env: `torch-${build}`, build, fallback: 'voice' },
      torch: {
        id: `torch-${build}`,
        build,
        torch: build === 'cu121' ? '2.4.1' : '2.9.1',
        reason: asked === null ? 'The speech recognition runs in it.' : 'You asked for it; the speech recognition runs in it.',
      },
    });
  });

  test('gives way where a person wants no PyTorch', () => {
    expect(sttOf(plan(bare, withTiny, asking('none', { model: 'tiny-kyutai' })))).toEqual({ model: 'whisper-base', device: 'cpu', env: 'voice', build: 'none', fallback: undefined });
  });

  test('never stands in for one on a card, which would need a second environment to fall back to', () => {
    const old = card('GeForce RTX 3060', '8.6');
    const { services } = plan(machine('580.65.06', [old]), withTiny, asking(null, { model: 'stt-1b-en_fr' }));
    expect({ env: services[0]?.env, last: services[0]?.fallback }).toMatchObject({ env: 'torch-cu128', last: { engine: 'whisper', env: expect.not.stringContaining('torch') as string } });
  });
});

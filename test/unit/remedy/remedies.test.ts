import { describe, expect, test } from 'vitest';
import type { HardwareReport } from '../../../main/hardware/model.ts';
import type { RemedyArguments } from '../../../main/platform/finding.ts';
import type { Decision } from '../../../main/remedy/model.ts';
import { findRemedy, remedies } from '../../../main/remedy/remedies.ts';
import { overridesSchema } from '../../../main/settings/overrides.ts';
import { card, gtx1080Ti, machine, rtx3060 } from '../plan/cards.ts';
import { factsOf, now } from './facts.ts';

const bare = machine(null, []);
const withCard = machine('550.54.15', [rtx3060]);
const twins = [card('GeForce RTX 3060', '8.6', { uuid: 'GPU-a' }), card('GeForce RTX 3060', '8.6', { uuid: 'GPU-b' })];
const url = 'http://10.0.0.2:8000/v1';

function decide(id: string, given: RemedyArguments, hardware: HardwareReport, settings: unknown = {}): Decision {
  const remedy = findRemedy(id, given);
  return 'kind' in remedy ? remedy : remedy.change(given, factsOf(hardware, settings));
}

function written(id: string): { readonly since: string; readonly reason: string } {
  return { since: now.toISOString(), reason: `you used the remedy "${id}"` };
}

test.each<[string, RemedyArguments, HardwareReport, unknown, unknown]>([
  ['use-torch-build', { build: 'cu121' }, bare, {}, { torchBuild: { id: 'cu121', ...written('use-torch-build') } }],
  ['use-torch-build', { build: 'cu124' }, withCard, {}, { torchBuild: { id: 'cu124', ...written('use-torch-build') } }],
  ['use-torch-build', { build: '2.5.1+cu121' }, bare, {}, { torchBuild: { id: '2.5.1+cu121', ...written('use-torch-build') } }],
  ['use-torch-build', { build: 'none' }, bare, {}, { torchBuild: { id: 'none', ...written('use-torch-build') } }],
  ['use-torch-build', { build: 'auto' }, bare, { overrides: { torchBuild: { id: 'cu121' } } }, { torchBuild: null }],
  ['exclude-gpu', { gpu: rtx3060.uuid }, withCard, {}, { gpus: { [rtx3060.uuid]: { use: false, ...written('exclude-gpu') } } }],
  ['exclude-gpu', { gpu: 'rtx 3060' }, withCard, {}, { gpus: { [rtx3060.uuid]: { use: false, ...written('exclude-gpu') } } }],
  ['include-gpu', { gpu: '1080' }, machine('550.54.15', [rtx3060, gtx1080Ti]), {}, { gpus: { [gtx1080Ti.uuid]: { use: true, ...written('include-gpu') } } }],
  ['cpu-only', {}, withCard, {}, { services: Object.fromEntries(['stt', 'llm', 'tts'].map((id) => [id, { device: 'cpu', ...written('cpu-only') }])) }],
  ['cpu-only', {}, withCard, { services: { llm: { url } } }, { services: Object.fromEntries(['stt', 'tts'].map((id) => [id, { device: 'cpu', ...written('cpu-only') }])) }],
  ['move-to-cpu', { service: 'tts' }, withCard, {}, { services: { tts: { device: 'cpu', ...written('move-to-cpu') } } }],
  [
    'move-to-cpu',
    { service: 'stt' },
    withCard,
    { overrides: { services: { stt: { sameDeviceAs: 'llm', model: 'whisper-base', precision: 'int8' } } } },
    { services: { stt: { device: 'cpu', model: 'whisper-base', ...written('move-to-cpu') } } },
  ],
  ['use-model', { service: 'stt', model: 'whisper-small' }, bare, {}, { services: { stt: { model: 'whisper-small', ...written('use-model') } } }],
  ['use-model', { service: 'tts', model: 'kokoro-82m-int8' }, bare, { overrides: { services: { tts: { device: 'cpu' } } } }, { services: { tts: { device: 'cpu', model: 'kokoro-82m-int8', ...written('use-model') } } }],
  ['use-kyutai', {}, withCard, {}, { services: { stt: { model: 'stt-2.6b-en', ...written('use-kyutai') } } }],
  [
    'use-kyutai',
    {},
    withCard,
    { overrides: { torchBuild: { id: 'none' }, services: { stt: { device: 'cpu', model: 'whisper-base' } } } },
    { torchBuild: null, services: { stt: { model: 'stt-2.6b-en', ...written('use-kyutai') } } },
  ],
  ['use-whisper', {}, withCard, { overrides: { services: { stt: { model: 'stt-1b-en_fr' } } } }, { services: { stt: { model: 'whisper-base', ...written('use-whisper') } } }],
  [
    'back-to-automatic',
    {},
    withCard,
    { overrides: { torchBuild: { id: 'cu121' }, gpus: { [rtx3060.uuid]: { use: false } }, services: { stt: { device: 'cpu' } } } },
    { torchBuild: null, gpus: { [rtx3060.uuid]: null }, services: { stt: null } },
  ],
  ['back-to-automatic', {}, withCard, {}, {}],
])('%s %o writes one override, with its date and its reason', (id, given, hardware, settings, overrides) => {
  const decision = decide(id, given, hardware, settings);
  expect(decision.kind === 'change' ? decision.change : decision).toEqual({ overrides });
});

test('an Ollama model that is not there yet may be named', () => {
  const hardware = { ...withCard, ollama: { version: '0.33.0', running: true, url: 'http://127.0.0.1:11434', models: [] } };
  expect(decide('use-model', { service: 'llm', model: 'qwen2.5:3b' }, hardware)).toMatchObject({ change: { overrides: { services: { llm: { model: 'qwen2.5:3b' } } } } });
});

test.each<[string, RemedyArguments, string]>([
  ['make-coffee', {}, `There is no remedy "make-coffee". There are: ${remedies.map(({ id }) => id).join(', ')}.`],
  ['use-torch-build', {}, 'The remedy "use-torch-build" needs --build cu121|…|auto|none.'],
  ['use-model', { model: 'whisper-base' }, 'The remedy "use-model" needs --service stt|llm|tts.'],
  ['use-model', {}, 'The remedy "use-model" needs --service stt|llm|tts and --model MODEL.'],
  ['cpu-only', { gpu: 'GPU-1' }, 'The remedy "cpu-only" has no option --gpu.'],
  ['use-torch-build', { build: 'cu999' }, 'There is no build "cu999". There are: cu132, cu130, cu129, cu128, cu126, cu124, cu121, cu118, cpu, auto, none.'],
  ['use-torch-build', { build: '' }, 'There is no build "". There are: cu132, cu130, cu129, cu128, cu126, cu124, cu121, cu118, cpu, auto, none.'],
  ['move-to-cpu', { service: 'turn' }, 'There is no service "turn" that can be moved. There are: stt, llm, tts.'],
  ['use-model', { service: 'tts', model: 'piper' }, 'There is no model "piper" for tts. There are: kokoro-82m-int8, kokoro-82m, kokoro-82m-torch.'],
])('%s %o is asked for in a wrong way, and what there is is listed', (id, given, sentence) => {
  expect(decide(id, given, withCard)).toEqual({ kind: 'problem', of: 'usage', sentence });
});

test.each<[string, RemedyArguments, HardwareReport, unknown, RegExp]>([
  ['use-torch-build', { build: 'cu130' }, withCard, {}, /^cu130 needs the NVIDIA driver 580 or newer; this machine has 550\.54\.15\./],
  ['use-torch-build', { build: 'cu132' }, bare, {}, /^cu132 comes only with a torch that the engines cannot use/],
  ['exclude-gpu', { gpu: 'GPU-9' }, bare, {}, /^There is no graphics card "GPU-9": this computer has none\.$/],
  ['exclude-gpu', { gpu: 'GPU-9' }, withCard, {}, /^There is no graphics card "GPU-9"\. This computer has: NVIDIA GeForce RTX 3060 \(/],
  ['exclude-gpu', { gpu: '3060' }, machine('550.54.15', twins), {}, /could be more than one graphics card; name its UUID\. This computer has: .*\(GPU-a\), .*\(GPU-b\)\.$/],
  ['exclude-gpu', { gpu: ' ' }, withCard, {}, /^There is no graphics card " "\./],
  ['include-gpu', { gpu: 'GTX 780' }, machine('470.256.02', [card('GeForce GTX 780', '3.5')]), {}, /GTX 780: left out, although you asked for it/],
  ['cpu-only', {}, bare, { services: { stt: { url }, llm: { url }, tts: { url } } }, /^Every service is a server by URL/],
  ['move-to-cpu', { service: 'llm' }, bare, { services: { llm: { url } } }, /^The language model is a server by URL/],
  ['use-model', { service: 'stt', model: 'whisper-small' }, bare, { services: { stt: { url } } }, /^The speech recognition is a server by URL/],
  ['use-model', { service: 'stt', model: 'stt-1b-en_fr' }, bare, {}, /^The speech recognition cannot do that: it is not there, or does not fit; possible: /],
  ['use-model', { service: 'llm', model: 'nothing' }, { ...bare, ollama: { version: '0.33.0', running: true, url, models: [] } }, {}, /^The language model cannot do that: it is not there/],
  ['use-model', { service: 'tts', model: 'kokoro-82m' }, withCard, {}, /this version cannot install that yet/],
  ['use-kyutai', {}, bare, {}, /^Kyutai needs a graphics card that Earshot can use, and this computer has none\./],
  ['use-kyutai', {}, machine('550.54.15', [gtx1080Ti]), {}, /^The speech recognition cannot do that: it is not there, or does not fit/],
  ['use-kyutai', {}, withCard, { services: { stt: { url } } }, /is a server by URL/],
  ['use-whisper', {}, withCard, { services: { stt: { url } } }, /is a server by URL/],
  ['go-back', {}, withCard, {}, /^There is nothing to go back to/],
])('%s %o cannot be had here, and why is said', (id, given, hardware, settings, sentence) => {
  expect(decide(id, given, hardware, settings)).toEqual({ kind: 'problem', of: 'machine', sentence: expect.stringMatching(sentence) as string });
});

describe('going back', () => {
  const before = overridesSchema.parse({ torchBuild: { id: 'cu124' }, services: { stt: { device: 'cpu' } } });

  test('makes the overrides what they were, and touches no others', () => {
    const settings = { overrides: { torchBuild: { id: 'cu121' }, gpus: { 'GPU-1': { use: false } }, services: { stt: { device: 'cpu' } } } };
    const remedy = findRemedy('go-back', {});
    const decision = 'kind' in remedy ? remedy : remedy.change({}, factsOf(withCard, settings, before));
    expect(decision).toMatchObject({ kind: 'change', change: { overrides: { torchBuild: before.torchBuild, gpus: { 'GPU-1': null } } } });
    expect(decision).not.toHaveProperty('change.overrides.services');
  });
});

test.each([
  ['try-again', 'reconcile'],
  ['free-disk-space', 'free-space'],
])('%s writes nothing', (id, kind) => {
  expect(decide(id, {}, bare)).toEqual({ kind });
});

test('every remedy has an id and a title of its own', () => {
  expect({ ids: new Set(remedies.map(({ id }) => id)).size, titles: new Set(remedies.map(({ title }) => title)).size }).toEqual({ ids: remedies.length, titles: remedies.length });
});

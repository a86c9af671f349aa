import { describe, expect, test } from 'vitest';
import type { HardwareReport } from '../../../main/hardware/model.ts';
import { catalogue as builtIn, type Catalogue, type Model } from '../../../main/plan/catalogue.ts';
import { voiceEnvironment } from '../../../main/plan/environments.ts';
import type { Fallback, Plan, PlannedEnvironment, PlannedService } from '../../../main/plan/model.ts';
import type { Reach } from '../../../main/plan/reach.ts';
import { targetNote } from '../../../main/plan/sentences.ts';
import { plan } from '../../../main/plan/plan.ts';
import { withinReach } from '../../../main/plan/within-reach.ts';
import { defaultSettings, settingsSchema, type Settings } from '../../../main/settings/schema.ts';
import { card as cardOf, machine } from './cards.ts';

const card = 'GPU-11111111-2222-3333-4444-555555555555';

function model(id: string, role: Model['role'], engine: string): Model {
  return { id, title: id, role, engine, precision: 'int8', licence: 'MIT', files: [], sources: [] };
}

const catalogue: Catalogue = {
  models: [
    model('silero-vad', 'vad', 'silero'),
    model('smart-turn', 'turn', 'smart-turn'),
    model('whisper-base', 'stt', 'whisper'),
    model('smollm2-135m', 'llm', 'llama'),
    model('smollm2-360m', 'llm', 'llama'),
    model('kokoro-82m-int8', 'tts', 'kokoro'),
    model('kokoro-voices', 'voices', 'kokoro'),
  ],
  torchBuilds: [],
  components: [],
  candidates: [
    {
      id: 'whisper-base',
      role: 'stt',
      engine: 'whisper',
      title: 'Whisper base',
      component: 'ctranslate2',
      quality: { score: 50, metric: 'words', value: 1, source: 'nowhere' },
      model: 'whisper-base',
      billions: null,
      contextMiB: null,
      windowSeconds: null,
      options: [{ precision: 'int8', device: 'cpu', env: 'voice', memoryMiB: 300, latency: { referenceMs: 900, threads: 2 }, source: 'nowhere' }],
    },
  ],
};

const hardware: HardwareReport = { ...machine(null, []), cpu: { model: 'A processor', cores: 2, flags: ['avx', 'avx2'] }, memoryMiB: 16_000 };
const gpu = cardOf('GeForce RTX 3060', '8.6', { uuid: card });

function onProcessor(id: PlannedService['id'], engine: string, name: string, threads = 2): PlannedService {
  return {
    id, engine, model: name, precision: 'int8', device: 'cpu', build: 'none', env: 'voice', estimatedVramMiB: 0,
    threads, server: null, contextTokens: id === 'llm' ? 4096 : null, windowSeconds: null, fallback: null,
  };
}

const turn = onProcessor('turn', 'smart-turn', 'smart-turn', 1);
const stt = onProcessor('stt', 'whisper', 'whisper-base');
const llm = onProcessor('llm', 'llama', 'smollm2-135m', 1);
const tts = onProcessor('tts', 'kokoro', 'kokoro-82m-int8');
const whisperOnCard: PlannedService = { ...stt, model: 'whisper-large-v3-turbo', precision: 'float16', device: card, env: 'whisper-cuda12', estimatedVramMiB: 3000, threads: 1 };

function environmentOf(id: string): PlannedEnvironment {
  const titles: Readonly<Record<string, string>> = { 'whisper-cuda12': 'speech recognition', 'kokoro-cuda12': 'voice', 'torch-cu128': 'language model' };
  return { id, build: id.startsWith('torch') ? 'cu128' : null, torch: id.startsWith('torch') ? '2.9.1' : null, reason: `The ${titles[id] ?? ''} runs in it.` };
}

function planOf(services: readonly PlannedService[]): Plan {
  return {
    profile: 'balanced',
    torchBuild: { id: 'cu128', torch: '2.9.1', reason: 'It fits.' },
    gpus: [{ uuid: card, name: 'NVIDIA GeForce RTX 3060', use: services.some(({ device }) => device === card), reason: 'It is the best one.' }],
    environments: [voiceEnvironment, ...[...new Set(services.map(({ env }) => env ?? ''))].filter((id) => /cuda12|torch/.test(id)).map(environmentOf)],
    services,
    predictedVoiceToVoiceMs: 710,
    prediction: { vadMs: 200, turnMs: 60, sttMs: 150, llmMs: 200, ttsMs: 100 },
    vram: [{ uuid: card, budgetMiB: 8000, plannedMiB: services.reduce((sum, { estimatedVramMiB }) => sum + estimatedVramMiB, 0) }],
    models: ['whatever'],
    pulls: [],
    voice: 'af_heart',
    notes: ['As planned.', targetNote(710, 'balanced')],
    remarks: [],
  };
}

const environments = only('voice');

function only(...ids: readonly string[]): Reach {
  return { environments: (id) => ids.includes(id), models: () => true, overrides: defaultSettings.overrides };
}

test('what can be installed is left as it is', () => {
  const wanted = planOf([stt, llm, tts, turn]);
  expect(withinReach(wanted, catalogue, environments, hardware)).toEqual(wanted);
});

const moves = [
  'Speech recognition would run on the GeForce RTX 3060 (whisper-large-v3-turbo); this version cannot install that yet, so it runs on the processor (whisper-base).',
  'Until then answers should begin 1.46 s after you stop speaking.',
];

test('a card whose engine cannot be installed yet is left alone, and the person is told what runs instead', () => {
  expect(withinReach(planOf([whisperOnCard, llm, tts, turn]), catalogue, environments, hardware)).toEqual({
    ...planOf([stt, llm, tts, turn]),
    gpus: [{ uuid: card, name: 'NVIDIA GeForce RTX 3060', use: false, reason: 'GeForce RTX 3060: would be used, but nothing that this version of Earshot can install runs on it yet, so it is left alone.' }],
    vram: [{ uuid: card, budgetMiB: 8000, plannedMiB: 0 }],
    models: ['silero-vad', 'whisper-base', 'smollm2-135m', 'kokoro-82m-int8', 'smart-turn', 'kokoro-voices'],
    prediction: { vadMs: 200, turnMs: 60, sttMs: 900, llmMs: 200, ttsMs: 100 },
    predictedVoiceToVoiceMs: 1460,
    notes: ['As planned.', ...moves],
    remarks: moves,
  });
});

test('an engine whose environment can be made stays on its card', () => {
  const placed = { ...whisperOnCard, model: 'whisper-base' };
  const wanted = planOf([placed, llm, tts, turn]);
  expect(withinReach(wanted, catalogue, only('voice', 'whisper-cuda12'), hardware)).toEqual(wanted);
});

describe('the fallbacks of the plan', () => {
  const last: Fallback = { engine: 'llama', model: 'smollm2-360m', precision: 'int8', device: 'cpu', build: 'none', env: 'voice', estimatedVramMiB: 0, fallback: null };
  const unpinned: Fallback = { ...last, model: 'qwen3-0.6b', fallback: last };
  const big: PlannedService = { ...llm, model: 'qwen3-4b', threads: 7, contextTokens: 16_384, fallback: unpinned };

  test('are followed down to the first that can be installed', () => {
    const [, chosen] = withinReach(planOf([stt, big, tts, turn]), catalogue, environments, { ...hardware, cpu: { ...hardware.cpu, cores: 4 } }).services;
    expect(chosen).toEqual({ ...llm, model: 'smollm2-360m', threads: 3 });
  });

  test('lose what cannot be installed where the service itself stays', () => {
    const [, chosen] = withinReach(planOf([stt, { ...llm, fallback: unpinned }, tts, turn]), catalogue, environments, hardware).services;
    expect(chosen).toEqual({ ...llm, fallback: last });
  });
});

describe('an Ollama', () => {
  const ollama: PlannedService = { ...llm, engine: 'ollama', model: 'qwen3:4b', precision: null, device: card, env: null, estimatedVramMiB: 4000, threads: 0 };
  const running: PlannedService = { ...ollama, server: { url: 'http://127.0.0.1:11434/v1', token: '' } };

  test.each([
    ['that is not running', null, 'Ollama is not running'],
    ['without the model', { version: '0.33.0', running: true, models: [], url: 'http://127.0.0.1:11434' }, 'Ollama does not have that model'],
  ])('%s gives way to the embedded model, with the reason', (_title, report, reason) => {
    const { services, notes } = withinReach(planOf([stt, ollama, tts, turn]), catalogue, environments, { ...hardware, ollama: report });
    expect({ llm: services[1], note: notes.at(-2) }).toEqual({
      llm,
      note: `The language model would run on the GeForce RTX 3060 (qwen3:4b); ${reason}, so it runs on the processor (smollm2-135m).`,
    });
  });

  test('that answers is within reach, as is any server by URL', () => {
    const wanted = planOf([{ ...stt, engine: 'external', device: 'external', env: null, server: { url: 'http://stt.example', token: '' } }, running, tts, turn]);
    expect(withinReach(wanted, catalogue, environments, hardware)).toEqual(wanted);
  });
});

test('a card that keeps one of its services says so', () => {
  const voice: PlannedService = { ...tts, device: card, env: 'kokoro-cuda12', estimatedVramMiB: 1400 };
  const { gpus, vram } = withinReach(planOf([whisperOnCard, llm, voice, turn]), catalogue, only('voice', 'kokoro-cuda12'), { ...hardware, gpus: [gpu] });
  expect({ gpus, vram }).toEqual({
    gpus: [{ uuid: card, name: gpu.name, use: true, reason: 'GeForce RTX 3060: runs the voice; 1.4 GiB of the 7.8 GiB that may be taken are planned.' }],
    vram: [{ uuid: card, budgetMiB: 8000, plannedMiB: 1400 }],
  });
});

test('the voice is predicted slower once the language model shares the processor with it', () => {
  const onCard: PlannedService = { ...llm, model: 'qwen3-4b', device: card, env: 'torch-cu128', estimatedVramMiB: 4000 };
  expect(withinReach(planOf([stt, onCard, tts, turn]), catalogue, environments, hardware).prediction.ttsMs).toBeGreaterThan(100);
});

describe('what cannot be had', () => {
  const kyutai: PlannedService = { ...stt, engine: 'kyutai', model: 'tiny', device: card, env: 'torch-cu128', build: 'cu128', estimatedVramMiB: 2900, fallback: { ...stt, fallback: null } };
  const inTorch = planOf([kyutai, llm, tts, turn]);
  const torch = { id: 'torch-cu128', build: 'cu128', torch: '2.9.1', reason: 'The speech recognition runs in it.' };
  const wanted: Plan = { ...inTorch, environments: [voiceEnvironment, torch] };
  const withTiny: Catalogue = { ...catalogue, models: [...catalogue.models, model('tiny', 'stt', 'kyutai')] };

  test('nothing is missing while it can', () => {
    expect(withinReach(wanted, withTiny, only('voice', 'torch-cu128'), hardware)).toEqual(wanted);
  });

  test.each([
    ['an environment that failed', { ...only('voice'), why: (id: string) => (id === 'torch-cu128' ? 'its download was refused' : null) }, 'its download was refused'],
    ['a model that could not be fetched', { ...only('voice', 'torch-cu128'), models: (id: string) => id !== 'tiny', why: () => 'the hub did not answer' }, 'the hub did not answer'],
    ['a version that has no way to it', only('voice'), 'this version cannot install that yet'],
  ])('%s takes its services to their fallbacks, with the reason, and its environment with it', (_what, reach, why) => {
    const { services, environments: needed, remarks } = withinReach(wanted, withTiny, reach, hardware);
    expect({ stt: services[0]?.model, needed, said: remarks[0] }).toEqual({
      stt: 'whisper-base',
      needed: [voiceEnvironment],
      said: `Speech recognition would run on the GeForce RTX 3060 (tiny); ${why}, so it runs on the processor (whisper-base).`,
    });
  });

  test('an environment that a person asked for stays without a service, and goes when it cannot be had', () => {
    const overrides = settingsSchema.parse({ overrides: { torchBuild: { id: 'cu128' } } }).overrides;
    const asked = { ...torch, reason: 'You asked for it; no engine needs it yet.' };
    const plans = [only('voice', 'torch-cu128'), only('voice')].map((reach) => withinReach(wanted, withTiny, { ...reach, models: (id) => id !== 'tiny', overrides }, hardware).environments);
    expect(plans).toEqual([[voiceEnvironment, asked], [voiceEnvironment]]);
  });

  test('a fallback never brings an environment with it that no service runs in', () => {
    const behind = planOf([{ ...stt, fallback: { ...kyutai, fallback: null } }, llm, tts, turn]);
    const { services, environments: needed } = withinReach(behind, withTiny, only('voice', 'torch-cu128'), hardware);
    expect({ fallback: services[0]?.fallback, needed }).toEqual({ fallback: null, needed: [voiceEnvironment] });
  });
});

describe('a larger model that only the hub has, on the processor', () => {
  const strong = { ...machine(null, []), cpu: { model: 'A fast one', cores: 16, flags: ['avx2'] }, memoryMiB: 32_000 };
  const settings = settingsSchema.parse({ profile: 'best' });

  function sttWithin(chosen: Settings): readonly (string | undefined)[] {
    const wanted = plan(strong, builtIn, chosen);
    const { services, remarks } = withinReach(wanted, builtIn, { environments: () => true, models: () => true, overrides: chosen.overrides }, strong);
    return [wanted.services[0]?.model, services[0]?.model, remarks.find((remark) => remark.startsWith('Speech recognition'))];
  }

  test('is not fetched unless a person names it, which is said', () => {
    expect(sttWithin(settings)).toEqual([
      'whisper-small',
      'whisper-base',
      'Speech recognition would run on the processor (whisper-small); Earshot fetches that model only when you ask for it, so it runs on the processor (whisper-base).',
    ]);
  });

  test('is fetched for a person who names it', () => {
    expect(sttWithin(settingsSchema.parse({ overrides: { services: { stt: { model: 'whisper-medium' } } } }))).toEqual(['whisper-medium', 'whisper-medium', undefined]);
  });
});

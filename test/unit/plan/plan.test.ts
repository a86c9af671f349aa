import { describe, expect, test } from 'vitest';
import type { HardwareReport, OllamaReport } from '../../../main/hardware/model.ts';
import { catalogue, modelById } from '../../../main/plan/catalogue.ts';
import { plannedService, type PlannedService } from '../../../main/plan/model.ts';
import { plan } from '../../../main/plan/plan.ts';
import { defaultSettings, settingsSchema } from '../../../main/settings/schema.ts';
import { card, machine as withCards, rtx3050, rtx3060 } from './cards.ts';

function machine(differences: { cores?: number; ollama?: OllamaReport } = {}): HardwareReport {
  return { ...withCards(null, []), cpu: { model: 'AMD Ryzen 7 5800H', cores: differences.cores ?? 2, flags: ['avx2'] }, memoryMiB: 16_000, ollama: differences.ollama ?? null };
}

function ollamaWith(...models: readonly string[]): OllamaReport {
  return { version: '0.6.5', running: true, models: models.map((name) => ({ name, sizeBytes: 1, sizeVramMiB: null })), url: 'http://127.0.0.1:11434' };
}

const onCpu = { device: 'cpu', build: 'none', env: 'voice', server: null, estimatedVramMiB: 0, contextTokens: null, windowSeconds: null, fallback: null };
const elsewhere = { ...onCpu, precision: null, device: 'external', env: null, threads: 0 };
const whisper = { id: 'stt', engine: 'whisper', model: 'whisper-base', precision: 'int8', threads: 2, ...onCpu };
const llama = { id: 'llm', engine: 'llama', model: 'smollm2-135m', precision: 'q4_1', threads: 1, ...onCpu, contextTokens: 4_096 };
const kokoro = { id: 'tts', engine: 'kokoro', model: 'kokoro-82m-int8', precision: 'int8', threads: 2, ...onCpu };
const smartTurn = { id: 'turn', engine: 'smart-turn', model: 'smart-turn-v3.2', precision: 'int8', threads: 1, ...onCpu };

test('a plain machine runs everything itself, on the processor, and says how fast that is', () => {
  const { torchBuild, ...rest } = plan(machine(), catalogue, defaultSettings);
  expect({ ...rest, build: torchBuild.id }).toEqual({
    profile: 'balanced',
    build: 'cpu',
    gpus: [],
    environments: [{ id: 'voice', build: null, torch: null, reason: 'Every conversation runs in it.' }],
    services: [whisper, llama, kokoro, smartTurn],
    predictedVoiceToVoiceMs: 3_149,
    prediction: { vadMs: 200, turnMs: 67, sttMs: 914, llmMs: 587, ttsMs: 1_381 },
    vram: [],
    models: ['silero-vad', 'whisper-base', 'smollm2-135m', 'kokoro-82m-int8', 'smart-turn-v3.2', 'kokoro-voices'],
    pulls: [],
    voice: 'af_heart',
    notes: [
      'Answers should begin 3.15 s after you stop speaking; the profile "balanced" asks for 1.20 s, which this computer cannot reach, so this is the quickest plan it can.',
      'No graphics card is used, so none of the torch builds for one is needed (cu132, cu130, cu129, cu128, cu126, cu124, cu121, cu118).',
    ],
    remarks: [],
  });
});

test('the same machine and settings always give the same plan, and neither is changed', () => {
  const hardware = machine({ cores: 16, ollama: ollamaWith('qwen2.5:0.5b') });
  const settings = settingsSchema.parse({ services: { tts: { url: 'http://10.0.0.2:8880/v1' } } });
  const before = structuredClone({ hardware, settings, catalogue });
  expect(plan(hardware, catalogue, settings)).toEqual(plan(structuredClone(hardware), structuredClone(catalogue), structuredClone(settings)));
  expect({ hardware, settings, catalogue }).toEqual(before);
});

test.each([
  [1, { stt: 1, llm: 1, tts: 1, turn: 1 }],
  [2, { stt: 2, llm: 1, tts: 2, turn: 1 }],
  [16, { stt: 8, llm: 8, tts: 8, turn: 1 }],
])('%i cores are shared so that nothing spins against itself', (cores, threads) => {
  const { services } = plan(machine({ cores }), catalogue, defaultSettings);
  expect(Object.fromEntries(services.map((service) => [service.id, service.threads]))).toEqual(threads);
});

describe('a running Ollama', () => {
  const ollamaService: PlannedService = {
    ...onCpu,
    id: 'llm',
    engine: 'ollama',
    model: 'qwen2.5:0.5b',
    precision: null,
    env: null,
    threads: 0,
    contextTokens: 4_096,
    server: { url: 'http://127.0.0.1:11434/v1', token: '' },
  };

  test('is used when it has a model, and ours is not fetched', () => {
    const chosen = plan(machine({ ollama: ollamaWith('qwen2.5:0.5b', 'llama3.2:1b') }), catalogue, defaultSettings);
    expect({ llm: plannedService(chosen, 'llm'), models: chosen.models, note: chosen.notes[0] }).toEqual({
      llm: ollamaService,
      models: ['silero-vad', 'whisper-base', 'kokoro-82m-int8', 'smart-turn-v3.2', 'kokoro-voices'],
      note: 'The language model is qwen2.5:0.5b in the Ollama 0.6.5 that is running.',
    });
  });

  test('is never asked to chat with an embedding model', () => {
    const models = ['nomic-embed-text:latest', 'bge-m3:latest', 'all-minilm:22m', 'qwen2.5:0.5b'];
    expect(plannedService(plan(machine({ ollama: ollamaWith(...models) }), catalogue, defaultSettings), 'llm')).toEqual(ollamaService);
  });

  test('answers with the best of its models that meets the target, on the card', () => {
    const hardware = { ...withCards('580.65.06', [rtx3060]), ollama: ollamaWith('qwen2.5:0.5b', 'qwen2.5:7b', 'qwen2.5:14b') };
    const { engine, model, device, env, build, server, fallback } = plannedService(plan(hardware, catalogue, defaultSettings), 'llm');
    expect({ engine, model, device, env, build, server, fallback }).toEqual({
      engine: 'ollama',
      model: 'qwen2.5:7b',
      device: rtx3060.uuid,
      env: null,
      build: 'none',
      server: { url: 'http://127.0.0.1:11434/v1', token: '' },
      fallback: {
        engine: 'ollama', model: 'qwen2.5:0.5b', precision: null, device: rtx3060.uuid, build: 'none', env: null, estimatedVramMiB: 1_130,
        fallback: { engine: 'ollama', model: 'qwen2.5:0.5b', precision: null, device: 'cpu', build: 'none', env: null, estimatedVramMiB: 0, fallback: null },
      },
    });
  });

  test.each([
    ['no model', []],
    [
      'nothing but embedding models',
      ['nomic-embed-text:latest', 'mxbai-embed-large', 'bge-large', 'all-minilm', 'granite-embedding:30m', 'paraphrase-multilingual:latest'],
    ],
  ])('with %s is left alone, and that is said', (_what, models) => {
    const chosen = plan(machine({ ollama: ollamaWith(...models) }), catalogue, defaultSettings);
    expect({ llm: plannedService(chosen, 'llm'), note: chosen.notes[0] }).toEqual({
      llm: llama,
      note: 'Ollama is running but has no model that can chat; the embedded language model answers instead.',
    });
  });

  test('is not asked when settings want the embedded model', () => {
    const settings = settingsSchema.parse({ languageModel: 'embedded' });
    expect(plan(machine({ ollama: ollamaWith('qwen2.5:0.5b') }), catalogue, settings)).toEqual(plan(machine(), catalogue, settings));
  });

  test('gives way to a server that settings name', () => {
    const settings = settingsSchema.parse({ services: { llm: { url: 'http://10.0.0.2:8000/v1', model: 'qwen3' } } });
    const { model, server } = plannedService(plan(machine({ ollama: ollamaWith('qwen2.5:0.5b') }), catalogue, settings), 'llm');
    expect({ model, server }).toEqual({ model: 'qwen3', server: { url: 'http://10.0.0.2:8000/v1', token: '' } });
  });
});

test.each([
  ['not there', null, 'With Ollama installed, the language model could run on the GeForce RTX 3060; without it, it runs on the processor.'],
  ['not running', { ...ollamaWith('qwen2.5:7b'), running: false }, 'With Ollama running, the language model could run on the GeForce RTX 3060; without it, it runs on the processor.'],
])('an Ollama that is %s is missed only where it would help', (_what, ollama, note) => {
  const chosen = plan({ ...withCards('580.65.06', [rtx3060]), ollama }, catalogue, defaultSettings);
  const { engine, device } = plannedService(chosen, 'llm');
  expect({ engine, device, note: chosen.notes[0] }).toEqual({ engine: 'llama', device: 'cpu', note });
});

test('the embedded model that a wish names answers, although the Ollama would meet the target', () => {
  const hardware = { ...withCards('580.65.06', [rtx3060]), ollama: ollamaWith('qwen2.5:7b') };
  const asked = plan(hardware, catalogue, settingsSchema.parse({ overrides: { services: { llm: { model: 'smollm2-135m' } } } }));
  expect(plannedService(asked, 'llm')).toMatchObject({ engine: 'llama', model: 'smollm2-135m', device: 'cpu' });
});

test('a slow model of the Ollama that a wish names answers, although the embedded one would meet the target', () => {
  const hardware = { ...withCards('535.183.01', [rtx3050]), ollama: ollamaWith('qwen2.5:7b') };
  const overrides = { services: { llm: { model: 'qwen2.5:7b' } } };
  const models = [{}, { overrides }].map((settings) => plannedService(plan(hardware, catalogue, settingsSchema.parse(settings)), 'llm').model);
  expect(models).toEqual(['smollm2-135m', 'qwen2.5:7b']);
});

describe('servers that settings name', () => {
  test('are used instead of our engines, and nothing of those is fetched', () => {
    const settings = settingsSchema.parse({
      services: {
        stt: { url: 'http://10.0.0.2:8001/v1', token: 'one', model: 'Systran/faster-whisper-small' },
        llm: { url: 'https://llm.example/v1' },
        tts: { url: 'http://10.0.0.2:8880/v1', token: 'three' },
      },
    });
    const { services, models, voice, notes } = plan(machine(), catalogue, settings);
    expect({ services, models, voice, notes: notes.slice(0, 3) }).toEqual({
      services: [
        { id: 'stt', engine: 'external', model: 'Systran/faster-whisper-small', ...elsewhere, server: { url: 'http://10.0.0.2:8001/v1', token: 'one' } },
        { id: 'llm', engine: 'external', model: 'default', ...elsewhere, server: { url: 'https://llm.example/v1', token: '' } },
        { id: 'tts', engine: 'external', model: 'default', ...elsewhere, server: { url: 'http://10.0.0.2:8880/v1', token: 'three' } },
        smartTurn,
      ],
      models: ['silero-vad', 'smart-turn-v3.2'],
      voice: 'af_heart',
      notes: [
        'The speech recognition is the server at http://10.0.0.2:8001/v1, as your settings say.',
        'The language model is the server at https://llm.example/v1, as your settings say.',
        'The voice is the server at http://10.0.0.2:8880/v1, as your settings say.',
      ],
    });
  });

  test('replace one engine and leave the others', () => {
    const settings = settingsSchema.parse({ services: { stt: { url: 'http://10.0.0.2:8001/v1' } }, voice: 'bm_george' });
    const chosen = plan(machine(), catalogue, settings);
    expect({ services: chosen.services.slice(1), voice: chosen.voice }).toEqual({ services: [llama, kokoro, smartTurn], voice: 'bm_george' });
  });
});

test('a voice that is not there is replaced, and the others are named', () => {
  const { voice, notes } = plan(machine(), catalogue, settingsSchema.parse({ voice: 'af_hart' }));
  expect({ voice, said: notes[0]?.startsWith('There is no voice "af_hart", so af_') }).toEqual({ voice: 'af_heart', said: true });
});

test('the build, its rivals, the toolkit and the other builds on offer are all explained', () => {
  const { torchBuild, notes } = plan({ ...withCards('535.183.01', [rtx3050]), toolkit: '12.2' }, catalogue, defaultSettings);
  function about(word: string): number {
    return notes.filter((note) => note.includes(word)).length;
  }
  expect({
    default: ['cu126', 'cu128'].includes(torchBuild.id),
    cu130: notes.find((note) => note.startsWith('cu130')),
    offered: notes.some((note) => note.startsWith('Beside') && note.includes('cu124') && note.includes('cu121')),
    toolkit: about('CUDA toolkit 12.2'),
    driver: about('A driver of 550 or newer would let Ollama'),
  }).toEqual({ default: true, cu130: 'cu130 needs the NVIDIA driver 580 or newer; this machine has 535.183.01.', offered: true, toolkit: 1, driver: 1 });
});

test('a card that somebody else has filled is left alone, and who that is is said', () => {
  const busy = card('RTX A1000', '8.6', { memoryMiB: 4_096, freeMiB: 500 });
  const processes = [{ pid: 1_234, uuid: busy.uuid, usedMiB: 3_481, name: '/usr/bin/python3', ours: false }];
  const { gpus, services, vram, notes } = plan({ ...withCards('550.90', [busy]), processes }, catalogue, defaultSettings);
  expect({ gpus, devices: services.map((service) => service.device), vram, said: notes.find((note) => note.includes('process 1234')) }).toEqual({
    gpus: [{ uuid: busy.uuid, name: busy.name, use: false, reason: 'RTX A1000: left alone, because 0.0 GiB of its memory may be taken, and the smallest engine needs 0.7 GiB.' }],
    devices: ['cpu', 'cpu', 'cpu', 'cpu'],
    vram: [{ uuid: busy.uuid, budgetMiB: 0, plannedMiB: 0 }],
    said: 'On the RTX A1000, python3 (process 1234) holds 3.4 GiB of it; the plan fits around it.',
  });
});

test.each([
  ['the computer', machine(), {}, ', which this computer cannot reach, so this is the quickest plan it can.'],
  ['the Ollama', machine({ ollama: ollamaWith('qwen2.5:7b') }), {}, '. With the models of your Ollama, this is the quickest plan; the embedded language model may be quicker.'],
  ['the settings', machine(), { overrides: { services: { stt: { model: 'whisper-small' } } } }, '. With what your settings ask for, this is the quickest plan.'],
])('a target that is missed is put down to %s', (_who, hardware, settings, ending) => {
  const { notes } = plan(hardware, catalogue, settingsSchema.parse(settings));
  expect(notes.find((note) => note.startsWith('Answers should begin'))?.split('asks for 1.20 s')[1]).toBe(ending);
});

test('what stands in when a card fails is on disk before it does', () => {
  const { models, services } = plan(withCards('580.65.06', [rtx3060]), catalogue, defaultSettings);
  expect({ models, stt: services[0]?.model }).toEqual({
    models: ['silero-vad', 'whisper-large-v3-turbo', 'whisper-small', 'whisper-base', 'smollm2-135m', 'kokoro-82m-int8', 'smart-turn-v3.2', 'kokoro-voices'],
    stt: 'whisper-large-v3-turbo',
  });
});

test('every model a plan needs on disk is in the catalogue', () => {
  const chosen = plan(machine(), catalogue, defaultSettings);
  expect(chosen.models.map((id) => modelById(id).id)).toEqual(chosen.models);
});

test('everything a plain machine needs can be had where the hub cannot be reached', () => {
  const needed = plan(machine(), catalogue, defaultSettings).models.map((id) => modelById(id));
  const hubOnly = needed.filter((model) => model.sources.every((source) => source.kind === 'hub' || source.kind === 'url'));
  expect(hubOnly.map((model) => model.id)).toEqual([]);
});

test('a plan without a service, and a catalogue without a role, are mistakes of ours', () => {
  const chosen = plan(machine(), catalogue, defaultSettings);
  expect(() => plannedService({ ...chosen, services: [] }, 'stt')).toThrow('the plan has no stt');
  expect(() => plan(machine(), { ...catalogue, models: catalogue.models.filter((model) => model.role !== 'turn') }, defaultSettings)).toThrow(
    'the catalogue has no model for turn',
  );
  expect(() => plan(machine(), { ...catalogue, candidates: catalogue.candidates.filter((candidate) => candidate.role !== 'tts') }, defaultSettings)).toThrow(
    'the catalogue has no model for tts',
  );
});

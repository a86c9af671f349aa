import { describe, expect, test } from 'vitest';
import type { HardwareReport, OllamaReport } from '../../../main/hardware/model.ts';
import { catalogue, modelById } from '../../../main/plan/catalogue.ts';
import { plannedService, type PlannedService } from '../../../main/plan/model.ts';
import { plan } from '../../../main/plan/plan.ts';
import { defaultSettings, settingsSchema } from '../../../main/settings/schema.ts';

function machine(differences: { cores?: number; ollama?: OllamaReport } = {}): HardwareReport {
  return {
    os: { platform: 'linux', release: '6.1.0', arch: 'x64', wsl: false, container: false },
    cpu: { model: 'AMD Ryzen 7 5800H', cores: differences.cores ?? 2, flags: ['avx2'] },
    memoryMiB: 16_000,
    gpus: [],
    toolkit: null,
    driver: null,
    processes: [],
    ollama: differences.ollama ?? null,
    warnings: [],
  };
}

function ollamaWith(...models: readonly string[]): OllamaReport {
  return { version: '0.6.5', running: true, models: models.map((name) => ({ name, sizeBytes: 1 })), url: 'http://127.0.0.1:11434' };
}

const onCpu = { device: 'cpu', build: 'none', env: 'voice', server: null };
const elsewhere = { precision: null, device: 'external', build: 'none', env: null, threads: 0 };
const whisper = { id: 'stt', engine: 'whisper', model: 'whisper-base', precision: 'int8', threads: 2, ...onCpu };
const llama = { id: 'llm', engine: 'llama', model: 'smollm2-135m', precision: 'q4_1', threads: 1, ...onCpu };
const kokoro = { id: 'tts', engine: 'kokoro', model: 'kokoro-82m-int8', precision: 'int8', threads: 2, ...onCpu };
const smartTurn = { id: 'turn', engine: 'smart-turn', model: 'smart-turn-v3.2', precision: 'int8', threads: 1, ...onCpu };

test('a plain machine runs everything itself, on the processor', () => {
  expect(plan(machine(), catalogue, defaultSettings)).toEqual({
    services: [whisper, llama, kokoro, smartTurn],
    models: ['silero-vad', 'whisper-base', 'smollm2-135m', 'kokoro-82m-int8', 'smart-turn-v3.2', 'kokoro-voices'],
    voice: 'af_heart',
    notes: [],
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
    id: 'llm',
    engine: 'ollama',
    model: 'qwen2.5:0.5b',
    ...elsewhere,
    precision: null,
    server: { url: 'http://127.0.0.1:11434/v1', token: '' },
  };

  test('is used when it has a model, and ours is not fetched', () => {
    const chosen = plan(machine({ ollama: ollamaWith('qwen2.5:0.5b', 'llama3.2:1b') }), catalogue, defaultSettings);
    expect({ llm: plannedService(chosen, 'llm'), models: chosen.models, notes: chosen.notes }).toEqual({
      llm: ollamaService,
      models: ['silero-vad', 'whisper-base', 'kokoro-82m-int8', 'smart-turn-v3.2', 'kokoro-voices'],
      notes: ['The language model is qwen2.5:0.5b in the Ollama 0.6.5 that is running.'],
    });
  });

  test('is used with its first model that can chat', () => {
    const models = ['nomic-embed-text:latest', 'bge-m3:latest', 'all-minilm:22m', 'qwen2.5:0.5b'];
    expect(plannedService(plan(machine({ ollama: ollamaWith(...models) }), catalogue, defaultSettings), 'llm')).toEqual(ollamaService);
  });

  test.each([
    ['no model', []],
    [
      'nothing but embedding models',
      ['nomic-embed-text:latest', 'mxbai-embed-large', 'bge-large', 'all-minilm', 'granite-embedding:30m', 'paraphrase-multilingual:latest'],
    ],
  ])('with %s is left alone, and that is said', (_what, models) => {
    const chosen = plan(machine({ ollama: ollamaWith(...models) }), catalogue, defaultSettings);
    expect({ llm: plannedService(chosen, 'llm'), notes: chosen.notes }).toEqual({
      llm: llama,
      notes: ['Ollama is running but has no model that can chat; the embedded language model answers instead.'],
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

describe('servers that settings name', () => {
  test('are used instead of our engines, and nothing of those is fetched', () => {
    const settings = settingsSchema.parse({
      services: {
        stt: { url: 'http://10.0.0.2:8001/v1', token: 'one', model: 'Systran/faster-whisper-small' },
        llm: { url: 'https://llm.example/v1' },
        tts: { url: 'http://10.0.0.2:8880/v1', token: 'three' },
      },
    });
    expect(plan(machine(), catalogue, settings)).toEqual({
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
        'The voice is the server at http://10.0.0.2:8880/v1, as your settings say.',
        'The language model is the server at https://llm.example/v1, as your settings say.',
      ],
    });
  });

  test('replace one engine and leave the others', () => {
    const settings = settingsSchema.parse({ services: { stt: { url: 'http://10.0.0.2:8001/v1' } }, voice: 'bm_george' });
    const chosen = plan(machine(), catalogue, settings);
    expect({ services: chosen.services.slice(1), voice: chosen.voice }).toEqual({ services: [llama, kokoro, smartTurn], voice: 'bm_george' });
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
  expect(() => plan(machine(), { models: catalogue.models.filter((model) => model.role !== 'turn') }, defaultSettings)).toThrow(
    'the catalogue has no model for turn',
  );
});

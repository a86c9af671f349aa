import { plannedService } from '../../../../../main/plan/model.ts';
import { card, foreign, linux, ollamaWith, uuidOf, windows, type Machine } from '../machine.ts';
import { said } from '../promises.ts';

const driver = '550.163.01';
const chat = ['qwen2.5:0.5b', 'llama3.2:1b', 'qwen2.5:3b', 'llama3.1:8b'];
const embedding = ['nomic-embed-text:latest', 'bge-m3:latest', 'mxbai-embed-large', 'all-minilm:22m'];
const embedded = { languageModel: 'embedded' };

/** Ollama in every state it is found in. */
export const ollama: readonly Machine[] = [
  withOllama('one small model, no card', linux([], { ollama: ollamaWith(['qwen2.5:0.5b']) }), ['qwen2.5:0.5b']),
  withOllama('one small model, Windows without a card', windows([], { ollama: ollamaWith(['qwen2.5:0.5b']) }), ['qwen2.5:0.5b']),
  withOllama('four models beside an RTX 3090', linux([card('rtx3090')], { driver, ollama: ollamaWith(chat) }), chat),
  withOllama('four models beside an RTX 3060', linux([card('rtx3060')], { driver, ollama: ollamaWith(chat) }), chat),
  withOllama('embedding models before the one that can chat', linux([], { ollama: ollamaWith([...embedding, 'llama3.2:1b']) }), ['llama3.2:1b']),
  withOllama('a model loaded on the card', linux([card('rtx3060', { freeMiB: 9800 })], {
    driver,
    ollama: { ...ollamaWith([]), models: [{ name: 'qwen2.5:3b', sizeBytes: 1_900_000_000, sizeVramMiB: 2300 }] },
  }), ['qwen2.5:3b']),
  withOllama('a GTX 1060 whose driver 535 Ollama does not take', linux([card('gtx1060')], { driver: '535.183.01', ollama: ollamaWith(['llama3.2:1b']) }), ['llama3.2:1b']),
  tooSlow('a GTX 1080 Ti with driver 550, too old for Ollama on Pascal', linux([card('gtx1080ti')], { driver, ollama: ollamaWith(['llama3.2:1b']) })),
  tooSlow('a GTX 1080 Ti with driver 570', linux([card('gtx1080ti')], { driver: '570.172.08', ollama: ollamaWith(['llama3.2:1b']) })),
  tooSlow('an RTX 3050 laptop with driver 535', linux([card('rtx3050laptop')], { driver: '535.183.01', ollama: ollamaWith(['llama3.2:1b']) })),
  withOllama('an RTX 5090 on Windows', windows([card('rtx5090')], { driver: '581.57', ollama: ollamaWith(chat) }), chat),
  {
    name: 'Ollama with embedding models only cannot answer: another language model does',
    hardware: linux([], { ollama: ollamaWith(embedding) }),
    expected: { engines: { llm: 'llama' }, devices: { llm: 'cpu' }, says: [/Ollama/] },
  },
  {
    name: 'Ollama without any model cannot answer: another language model does',
    hardware: linux([], { ollama: ollamaWith([]) }),
    expected: { engines: { llm: 'llama' }, devices: { llm: 'cpu' }, says: [/Ollama/] },
  },
  {
    name: 'Ollama that is installed and does not run, without models',
    hardware: linux([], { ollama: ollamaWith([], { running: false }) }),
    expected: { devices: { llm: 'cpu' } },
  },
  {
    name: 'Ollama is not asked where settings want the embedded model',
    hardware: linux([card('rtx3060')], { driver, ollama: ollamaWith(chat) }),
    settings: embedded,
    expected: { wrong: ({ plan }) => said(plannedService(plan, 'llm').engine !== 'ollama', 'Ollama was chosen against the settings') },
  },
  {
    name: 'Ollama gives way to a server that settings name',
    hardware: linux([card('rtx3060')], { driver, ollama: ollamaWith(chat) }),
    settings: { services: { llm: { url: 'http://10.0.0.2:8000/v1', model: 'qwen3' } } },
    expected: { devices: { llm: 'external' }, engines: { llm: 'external' }, models: { llm: 'qwen3' } },
  },
  tooLarge('a model of 70 billion on 8 GB of memory', linux([], { memoryMiB: 8_000, ollama: installed('llama3.3:70b', 42_000_000_000) })),
  tooLarge('a model of 70 billion on 8 GB, whose size nobody tells', linux([], { memoryMiB: 8_000, ollama: installed('llama3.3:70b', 0) })),
  {
    name: 'Ollama with models in the cloud only: what is said stays here',
    hardware: linux([card('rtx3060')], { driver, ollama: ollamaWith(['gpt-oss:120b-cloud', 'kimi-k2:cloud']) }),
    expected: { engines: { llm: 'llama' }, says: [/no model that can chat on this computer .*cloud/] },
  },
  {
    name: 'Ollama on a card: it is said that Ollama chooses its card',
    hardware: linux([card('rtx4070')], { driver, ollama: ollamaWith(chat) }),
    expected: { engines: { llm: 'ollama' }, says: [/Ollama decides by itself which card it uses .*counts with the GeForce RTX 4070/] },
  },
  {
    name: 'Ollama may use a card that its owner left out: what to do is said',
    hardware: linux([card('rtx3060'), card('rtx4070', {}, 1)], { driver, ollama: ollamaWith(chat) }),
    settings: { overrides: { gpus: { [uuidOf(1)]: { use: false } } } },
    expected: { used: [uuidOf(0)], says: [new RegExp(`RTX 4070 is left out of this plan, but the Ollama .*CUDA_VISIBLE_DEVICES set to ${uuidOf(0)}, which leaves it the GeForce RTX 3060`)] },
  },
  {
    name: 'Ollama may use the only card although its owner left it out',
    hardware: linux([card('rtx3060')], { driver, cpu: { model: 'a fast one', cores: 32, flags: ['avx2'] }, ollama: ollamaWith(chat) }),
    settings: { profile: 'best', overrides: { gpus: { [uuidOf(0)]: { use: false } } } },
    expected: { used: [], engines: { llm: 'ollama' }, says: [/counts with the processor/, /CUDA_VISIBLE_DEVICES set to -1, which leaves it the processor/] },
  },
  ...[null, 2_600].map((sizeVramMiB): Machine => ({
    name: `Ollama on Windows with its model ${sizeVramMiB === null ? 'unloaded' : 'loaded'}: the plan is the same`,
    hardware: windows([card('rtx3050laptop', { freeMiB: 3_800 - (sizeVramMiB ?? 0) })], {
      driver: '560.94',
      processes: sizeVramMiB === null ? [] : [foreign('ollama.exe', null)],
      ollama: { ...ollamaWith([]), models: [{ name: 'llama3.2:3b', sizeBytes: 2_000_000_000, sizeVramMiB }] },
    }),
    expected: { devices: { stt: uuidOf(0), llm: 'cpu', tts: uuidOf(0) }, engines: { llm: 'llama' } },
  })),
  {
    name: 'Ollama beside a GTX 1080 Ti that is left out',
    hardware: linux([card('rtx3060'), card('gtx1080ti', {}, 1)], { driver, ollama: ollamaWith(chat) }),
    expected: { unused: [uuidOf(1)] },
  },
];

/** A running Ollama with models that can chat is used, with one of them. */
function withOllama(what: string, hardware: unknown, models: readonly string[]): Machine {
  return {
    name: `Ollama: ${what}`,
    hardware,
    expected: {
      engines: { llm: 'ollama' },
      wrong: ({ plan }) => {
        const { model } = plannedService(plan, 'llm');
        return said(models.includes(model), `the language model is ${model}, which is none of ${models.join(', ')}`);
      },
    },
  };
}

/** The embedded model meets the target that no model of this Ollama meets. */
function tooSlow(what: string, hardware: unknown): Machine {
  return { name: `Ollama: ${what}`, hardware, expected: { engines: { llm: 'llama' }, says: [/^With llama3\.2:1b in your Ollama, answers would begin after .* within the 1\.20 s/] } };
}

function tooLarge(what: string, hardware: unknown): Machine {
  return { name: `Ollama: ${what}`, hardware, expected: { engines: { llm: 'llama' }, devices: { llm: 'cpu' }, says: [/No model of your Ollama fits/] } };
}

function installed(name: string, sizeBytes: number): ReturnType<typeof ollamaWith> {
  return { ...ollamaWith([]), models: [{ name, sizeBytes, sizeVramMiB: null }] };
}

import { describe, expect, test } from 'vitest';
import type { HardwareReport } from '../../../main/hardware/model.ts';
import { catalogue } from '../../../main/plan/catalogue.ts';
import { plan } from '../../../main/plan/plan.ts';
import { withinReach } from '../../../main/plan/within-reach.ts';
import { settingsSchema, type Settings } from '../../../main/settings/schema.ts';
import { machine, rtx3060 } from './cards.ts';

function withOllama(...names: readonly string[]): HardwareReport {
  const models = names.map((name) => ({ name, sizeBytes: 400_000_000, sizeVramMiB: null }));
  return { ...machine('580.65.06', [rtx3060]), ollama: { version: '0.33.0', running: true, url: 'http://127.0.0.1:11434', models } };
}

function naming(model: string): Settings {
  return settingsSchema.parse({ overrides: { services: { llm: { model } } } });
}

function llmOf(hardware: HardwareReport, settings: Settings): object {
  const { services, pulls } = plan(hardware, catalogue, settings);
  return { engine: services[1]?.engine, model: services[1]?.model, pulls };
}

test.each([
  ['one that the catalogue knows', 'llama3.2:3b', withOllama('qwen2.5:0.5b')],
  ['one by its tag', 'smollm2:1.7b', withOllama('qwen2.5:0.5b')],
  ['one whose name does not say how large it is', 'mistral:latest', withOllama('qwen2.5:0.5b')],
  ['one for an Ollama without any model', 'qwen2.5:3b', withOllama()],
  ['one of the hub', 'hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:Q4_K_M', withOllama()],
])('a model that a person names is fetched and used: %s', (_which, model, hardware) => {
  expect(llmOf(hardware, naming(model))).toEqual({ engine: 'ollama', model, pulls: [model] });
});

test.each([
  ['nobody names one', withOllama(), settingsSchema.parse({})],
  ['it is there', withOllama('llama3.2:3b'), naming('llama3.2:3b')],
  ['it is there under its whole name', withOllama('mistral:latest'), naming('mistral')],
  ['the name is a word nobody knows', withOllama('qwen2.5:0.5b'), naming('nothing')],
  ['the name leads out of the library', withOllama('qwen2.5:0.5b'), naming('../../etc:passwd')],
  ['it is our own', withOllama('qwen2.5:0.5b'), naming('smollm2-135m')],
  ['it would run on somebody else’s computer', withOllama('qwen2.5:0.5b'), naming('gpt-oss:120b-cloud')],
  ['it does not fit', withOllama('qwen2.5:0.5b'), naming('llama3.1:405b')],
  ['Ollama does not run', { ...withOllama(), ollama: { version: '0.33.0', running: false, url: 'http://127.0.0.1:11434', models: [] } }, naming('llama3.2:3b')],
  ['settings want the embedded model', withOllama(), settingsSchema.parse({ languageModel: 'embedded', overrides: { services: { llm: { model: 'llama3.2:3b' } } } })],
])('nothing is fetched where %s', (_why, hardware, settings) => {
  expect(plan(hardware, catalogue, settings).pulls).toEqual([]);
});

test('that it is fetched first is said', () => {
  expect(plan(withOllama(), catalogue, naming('qwen2.5:3b')).remarks.filter((remark) => remark.includes('fetches it first, as you asked'))).toHaveLength(1);
});

describe('a model that could not be fetched', () => {
  const wanted = plan(withOllama(), catalogue, naming('qwen2.5:3b'));
  const reach = { environments: (id: string) => id === 'voice', models: (id: string) => id !== 'qwen2.5:3b', overrides: naming('qwen2.5:3b').overrides };

  test('gives way to the embedded one, with the reason', () => {
    const { services, pulls, remarks } = withinReach(wanted, catalogue, reach, withOllama());
    expect({ llm: services[1]?.model, server: services[1]?.server, pulls, said: remarks.filter((remark) => remark.includes('Ollama could not fetch it, so it runs on the processor (smollm2-135m)')).length }).toEqual({
      llm: 'smollm2-135m',
      server: null,
      pulls: [],
      said: 1,
    });
  });

  test('is kept as long as it can be had', () => {
    const { services, pulls } = withinReach(wanted, catalogue, { ...reach, models: () => true }, withOllama());
    expect({ llm: services[1], pulls }).toEqual({ llm: wanted.services[1], pulls: ['qwen2.5:3b'] });
  });
});

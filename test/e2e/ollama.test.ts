import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { testHome } from '../setup/cache.ts';
import { earshot } from '../setup/earshot.ts';
import { ollamaBinary, startOllama, type RunningOllama } from '../setup/ollama.ts';
import { repository } from '../setup/prepare.ts';

const binary = await ollamaBinary();
if (binary === null) console.log('skipped: there is no Go on this machine to build Ollama with');

let ollama: RunningOllama;
beforeAll(async () => {
  if (binary === null) return;
  ollama = await startOllama(binary);
});
afterAll(async () => {
  if (binary !== null) await ollama.stop();
});

const question = join(repository, 'assets', 'questions', 'capital-of-france.wav');
const document = z.object({
  transcript: z.string(),
  reply: z.string(),
  services: z.array(z.object({ id: z.string(), engine: z.string(), model: z.string() })),
});

async function ask(): Promise<z.infer<typeof document>> {
  const { code, stdout, stderr } = await earshot(['talk', question, '--json'], { OLLAMA_HOST: ollama.url });
  expect(code, stderr).toBe(0);
  return document.parse(JSON.parse(stdout));
}

test.skipIf(binary === null)('an Ollama without a model is left alone', async () => {
  const { services } = await ask();
  expect(services.find((service) => service.id === 'llm')?.engine).toBe('llama');
});

test.skipIf(binary === null)('a running Ollama with a model answers instead of the embedded one', async () => {
  await ollama.create('smollm2-test', join(testHome, 'data', 'models', 'smollm2-135m', 'SmolLM2-135M-Instruct.Q4_1.gguf'));
  const { transcript, reply, services } = await ask();
  expect(services.find((service) => service.id === 'llm')).toMatchObject({ engine: 'ollama', model: 'smollm2-test:latest' });
  expect({ heard: transcript.includes('capital of France'), right: reply.includes('Paris') }).toEqual({ heard: true, right: true });
});

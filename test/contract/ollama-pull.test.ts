import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pullModel } from '../../main/environment/io/ollama-pull.ts';
import { FaultError } from '../../main/platform/fault.ts';
import { startOllamaRegistry } from '../fakes/ollama-registry.ts';
import { ollamaBinary, startOllama, type RunningOllama } from '../setup/ollama.ts';

let ollama: RunningOllama | null = null;

beforeAll(async () => {
  const binary = await ollamaBinary();
  if (binary !== null) ollama = await startOllama(binary);
});

afterAll(async () => {
  await ollama?.stop();
});

/** The real one; a computer without Go to build it leaves these tests out, and says so. */
function running(skip: (why: string) => never): RunningOllama {
  if (ollama !== null) return ollama;
  console.warn('skipped: there is no Ollama here, and no Go to build one');
  return skip('no Ollama');
}

/** No model, but Ollama looks inside only when it is to run. */
const weights = Buffer.concat([Buffer.from('GGUF'), randomBytes(3_000_000)]);

async function faultOf(pull: Promise<void>): Promise<string> {
  try {
    await pull;
    return 'none';
  } catch (error) {
    return error instanceof FaultError ? error.fault.id : String(error);
  }
}

test('a real Ollama fetches a model from a registry and tells how far it is', async ({ skip }) => {
  const { url } = running(skip);
  const registry = await startOllamaRegistry(weights);
  const lines: string[] = [];
  const bytes: (readonly [number, number])[] = [];
  await pullModel(url, registry.model, { insecure: true, onLine: (line) => lines.push(line), onBytes: (received, total) => bytes.push([received, total]) });
  const { models } = (await (await fetch(`${url}/api/tags`)).json()) as { readonly models: readonly { readonly name: string }[] };
  const [received, total] = bytes.at(-1) ?? [0, 0];
  expect({ models: models.map(({ name }) => name), lines: lines.filter((line) => line !== 'pulling'), all: received === total && total >= weights.length }).toEqual({
    models: [registry.model],
    lines: ['pulling manifest', 'verifying sha256 digest', 'writing manifest', 'success'],
    all: true,
  });
});

test('a model that the registry does not have is missing by name', async ({ skip }) => {
  const { url } = running(skip);
  const registry = await startOllamaRegistry(weights);
  const quiet = { insecure: true, onLine: () => undefined, onBytes: () => undefined };
  expect(await faultOf(pullModel(url, registry.model.replace('tiny', 'huge'), quiet))).toBe('ollama-model-missing');
});

test('a pull that was cancelled stops, and goes on where it was when it is asked for again', async ({ skip }) => {
  const { url } = running(skip);
  const others = Buffer.concat([Buffer.from('GGUF'), randomBytes(3_000_000)]);
  let held: number | null = 1_000_000;
  const registry = await startOllamaRegistry(others, () => held);
  const cancel = new AbortController();
  const cancelled = pullModel(url, registry.model, {
    insecure: true,
    signal: cancel.signal,
    onLine: () => undefined,
    onBytes: (received) => {
      if (received >= 1_000_000) cancel.abort();
    },
  });
  await expect(cancelled).rejects.toThrow('aborted');
  held = null;
  await pullModel(url, registry.model, { insecure: true, onLine: () => undefined, onBytes: () => undefined });
  // Begun anew it would have been the first megabyte more; what Ollama had not yet written down may come again.
  expect(registry.sentBytes() - others.length).toBeLessThan(500_000);
});

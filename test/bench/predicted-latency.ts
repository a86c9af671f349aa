/** Predicted against measured voice-to-voice for every plan that can run here: `tsx test/bench/predicted-latency.ts`. */
import { execa } from 'execa';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { earshotEnvironment, testHome } from '../setup/cache.ts';
import type { SuiteFigure } from '../setup/figures.ts';
import { ollamaBinary, startOllama } from '../setup/ollama.ts';
import { prepareProduct, repository } from '../setup/prepare.ts';

const bench = z.object({ figures: z.array(z.object({ name: z.string(), value: z.number(), baseline: z.number().nullable(), ratio: z.number().nullable(), ok: z.boolean().nullable() })) });

/** One figure a plan; the plans differ in the language model, the only part of which this machine has two. */
export async function measurePredictions(): Promise<readonly SuiteFigure[]> {
  const figures = [await measure('embedded language model', { languageModel: 'embedded' }, {})];
  const binary = await ollamaBinary();
  if (binary === null) {
    console.log('the plan with Ollama is left out: there is no Go to build it with');
    return figures;
  }
  const ollama = await startOllama(binary);
  try {
    await ollama.create('smollm2:135m', join(testHome, 'data', 'models', 'smollm2-135m', 'SmolLM2-135M-Instruct.Q4_1.gguf'));
    return [...figures, await measure('Ollama with SmolLM2 135M', {}, { OLLAMA_HOST: ollama.url })];
  } finally {
    await ollama.stop();
  }
}

async function measure(title: string, settings: unknown, env: Readonly<Record<string, string>>): Promise<SuiteFigure> {
  const folder = await mkdtemp(join(tmpdir(), 'earshot-predicted-'));
  try {
    const file = join(folder, 'settings.json');
    await writeFile(file, JSON.stringify(settings));
    const args = ['dist/cli.cjs', 'bench', 'voice', '--json', '--settings', file];
    const result = await execa('node', args, { cwd: repository, env: earshotEnvironment(env), stderr: 'inherit', reject: false });
    const figure = bench.parse(JSON.parse(result.stdout)).figures.find(({ name }) => name.includes('predicts'));
    if (figure === undefined) throw new Error('bench voice no longer says what was predicted');
    const { value, baseline, ratio } = figure;
    return { name: `voice-to-voice predicted / measured, ${title}`, value: `${value} / ${baseline} ms = ${ratio}`, bound: '0.7–1.3' };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  await prepareProduct();
  console.log(await measurePredictions());
}

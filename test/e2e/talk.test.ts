import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { latencySchema } from '../../main/conversation/latency.ts';
import { startLanguageModel } from '../fakes/language-model.ts';
import { percent, recordFigure } from '../setup/figures.ts';
import { earshot, earshotOffline } from '../setup/earshot.ts';
import { repository } from '../setup/prepare.ts';
import { startStack, transcribe, type RunningStack } from '../setup/running-stack.ts';
import { wordErrorRate, wordsOf } from '../setup/words.ts';

const question = join(repository, 'assets', 'questions', 'capital-of-france.wav');
const talkDocument = z.object({
  transcript: z.string(),
  reply: z.string(),
  turns: z.array(z.object({ transcript: z.string(), reply: z.string(), latency: latencySchema })),
  services: z.array(z.object({ id: z.string(), engine: z.string(), model: z.string(), device: z.string() })),
});

let stack: RunningStack;
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'earshot-talk-'));
  stack = await startStack();
});
afterAll(async () => {
  await stack.stop();
});

test('offline, a spoken question gets the right spoken answer', async () => {
  const out = join(scratch, 'reply.wav');
  const { code, stdout, stderr } = await earshotOffline(['talk', question, '--out', out, '--json']);
  expect(code, stderr).toBe(0);
  const document = talkDocument.parse(JSON.parse(stdout));
  expect(document.transcript).toContain('capital of France');
  expect(document.reply).toContain('Paris');
  expect(document.services.map(({ id, engine, device }) => ({ id, engine, device }))).toEqual([
    { id: 'stt', engine: 'whisper', device: 'cpu' },
    { id: 'llm', engine: 'llama', device: 'cpu' },
    { id: 'tts', engine: 'kokoro', device: 'cpu' },
    { id: 'conversation', engine: 'pipecat', device: 'cpu' },
  ]);
  const heard = await transcribe(stack.service('stt'), out);
  const rate = wordErrorRate(document.reply, heard);
  recordFigure({ name: `reply "${document.reply}" as Whisper hears it, word error rate`, value: percent(rate), bound: '≤ 20 %' });
  expect(rate).toBeLessThanOrEqual(0.2);
});

test('paced by the clock, the stages of the latency add up to the whole', async () => {
  const { code, stdout, stderr } = await earshot(['talk', question, '--realtime', '--json']);
  expect(code, stderr).toBe(0);
  const [turn] = talkDocument.parse(JSON.parse(stdout)).turns;
  if (turn === undefined) throw new Error('there was no turn');
  const { vadMs, turnMs, sttMs, llmMs, ttsMs, voiceToVoiceMs } = turn.latency;
  expect(Math.abs(vadMs + turnMs + sttMs + llmMs + ttsMs - voiceToVoiceMs)).toBeLessThanOrEqual(1);
});

test('recognition and voice may be servers that somebody else runs', async () => {
  const stt = stack.service('stt');
  const tts = stack.service('tts');
  const settings = join(scratch, 'servers.json');
  const services = { stt: { url: stt.url, token: stt.token }, tts: { url: `${tts.url}/v1`, token: tts.token, model: 'kokoro-82m-int8' } };
  await writeFile(settings, JSON.stringify({ services }));
  const { code, stdout, stderr } = await earshot(['talk', question, '--settings', settings, '--json']);
  expect(code, stderr).toBe(0);
  const document = talkDocument.parse(JSON.parse(stdout));
  expect({ right: document.reply.includes('Paris'), engines: document.services.map(({ engine }) => engine) }).toEqual({
    right: true,
    engines: ['external', 'llama', 'external', 'pipecat'],
  });
});

test('an answer that cannot be saved is told all the same', async () => {
  const { code, stdout } = await earshot(['talk', question, '--out', join(question, 'reply.wav'), '--json']);
  const { error, reply } = JSON.parse(stdout) as { error: { id: string }; reply: string };
  expect({ code, id: error.id, right: reply.includes('Paris') }).toEqual({ code: 1, id: 'not-writable', right: true });
});

test('what a language model by URL answers is what is heard', async () => {
  const words = ['elephant', 'umbrella', 'pineapple', 'butterfly', 'chocolate', 'kangaroo', 'hurricane', 'telephone'];
  const word = words[Math.floor(Math.random() * words.length)] ?? 'elephant';
  const model = await startLanguageModel(`${word}.`);
  try {
    const settings = join(scratch, 'settings.json');
    await writeFile(settings, JSON.stringify({ services: { llm: { url: model.url, model: 'fake' } } }));
    const out = join(scratch, 'word.wav');
    const { code, stdout, stderr } = await earshot(['talk', question, '--settings', settings, '--out', out, '--json']);
    expect(code, stderr).toBe(0);
    expect(wordsOf(talkDocument.parse(JSON.parse(stdout)).reply)).toEqual([word]);
    expect(wordsOf(await transcribe(stack.service('stt'), out))).toContain(word);
    expect(model.requests()).toBeGreaterThan(0);
  } finally {
    await model.close();
  }
});

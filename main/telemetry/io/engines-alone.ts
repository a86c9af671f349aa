import * as z from 'zod';
import type { Endpoint } from '../../services/service.ts';
import { replyTemperature } from '../../services/stack.ts';
import { firstSentenceLength } from '../sentence.ts';

/** One measurement of an engine that has the machine to itself. */
export interface Alone<T> {
  readonly result: T;
  readonly ms: number;
}

const transcription = z.object({ text: z.string() });
const verdict = z.object({ complete: z.boolean(), probability: z.number(), ms: z.number() });
const chunk = z.object({ choices: z.array(z.object({ delta: z.object({ content: z.string().nullish() }) })) });

/** Whisper over OpenAI's transcription route; `wav` is a whole WAV file. */
export async function transcribeAlone(stt: Endpoint, wav: Uint8Array): Promise<Alone<string>> {
  const form = new FormData();
  form.set('file', new Blob([wav], { type: 'audio/wav' }), 'question.wav');
  form.set('model', 'whisper-base');
  return timed(async () => {
    const response = await post(stt, '/v1/audio/transcriptions', form);
    return transcription.parse(await response.json()).text.trim();
  });
}

/** Smart Turn on the last seconds of a question; `pcm` is 16 kHz s16le mono. */
export async function judgeTurnAlone(conversation: Endpoint, pcm: Uint8Array): Promise<Alone<boolean>> {
  return timed(async () => {
    const response = await post(conversation, '/v1/turn', new Blob([pcm]));
    return verdict.parse(await response.json()).complete;
  });
}

export interface LanguageModelCall {
  readonly url: string;
  readonly token: string;
  readonly model: string;
  readonly systemPrompt: string;
  readonly longestReplyTokens: number;
  readonly question: string;
}

/** The language model up to the end of its first sentence, which is the result. */
export async function firstSentenceAlone(call: LanguageModelCall): Promise<Alone<string>> {
  return timed(async () => {
    const stop = new AbortController();
    const response = await fetch(`${call.url}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(call.token === '' ? {} : { authorization: `Bearer ${call.token}` }) },
      body: JSON.stringify({
        model: call.model,
        stream: true,
        temperature: replyTemperature,
        max_tokens: call.longestReplyTokens,
        messages: [
          { role: 'system', content: call.systemPrompt },
          { role: 'user', content: call.question },
        ],
      }),
      signal: stop.signal,
    });
    if (!response.ok) throw new Error(`the language model answered ${response.status}: ${await response.text()}`);
    const text = await readFirstSentence(response);
    stop.abort();
    return text;
  });
}

/** Kokoro up to its first sound; the result is the bytes of the whole sentence. */
export async function speakAlone(tts: Endpoint, model: string, voice: string, sentence: string): Promise<Alone<number>> {
  const startedMs = performance.now();
  const response = await post(tts, '/v1/audio/speech', JSON.stringify({ model, voice, input: sentence, response_format: 'pcm' }));
  let firstMs: number | null = null;
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    firstMs ??= performance.now() - startedMs;
    bytes += (piece as Uint8Array).length;
  }
  return { result: bytes, ms: firstMs ?? performance.now() - startedMs };
}

async function readFirstSentence(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let pending = '';
  let text = '';
  for await (const bytes of response.body ?? []) {
    pending += decoder.decode(bytes as Uint8Array, { stream: true });
    const lines = pending.split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) {
      const data = line.replace(/^data: /, '').trim();
      if (!line.startsWith('data: ') || data === '[DONE]') continue;
      text += chunk.parse(JSON.parse(data)).choices[0]?.delta.content ?? '';
    }
    const end = firstSentenceLength(text);
    if (end !== null) return text.slice(0, end).trim();
  }
  return text.trim();
}

async function post(endpoint: Endpoint, path: string, body: FormData | Blob | string): Promise<Response> {
  const response = await fetch(`${endpoint.origin}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${endpoint.token}`, ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}) },
    body,
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return response;
}

async function timed<T>(work: () => Promise<T>): Promise<Alone<T>> {
  const startedMs = performance.now();
  return { result: await work(), ms: performance.now() - startedMs };
}

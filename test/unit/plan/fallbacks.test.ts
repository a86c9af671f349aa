import { expect, test } from 'vitest';
import { catalogue } from '../../../main/plan/catalogue.ts';
import { choicesOf } from '../../../main/plan/choices.ts';
import { contextTokensFor, windowSecondsFor } from '../../../main/plan/contexts.ts';
import { fallbackOf } from '../../../main/plan/fallbacks.ts';
import type { Fallback } from '../../../main/plan/model.ts';
import type { Choice, Role } from '../../../main/plan/placement.ts';
import { defaultSettings } from '../../../main/settings/schema.ts';
import { card, machine } from './cards.ts';

const gpu = card('GeForce RTX 4090', '8.9', { uuid: 'GPU-0', memoryMiB: 24_576, freeMiB: 24_000 });
const ollama = { version: '0.33.0', running: true, url: 'http://127.0.0.1:11434', models: ['qwen2.5:0.5b', 'qwen2.5:7b'].map((name) => ({ name, sizeBytes: 1, sizeVramMiB: null })) };
const choices = choicesOf([gpu], { ...machine('580.65.06', [gpu]), ollama }, catalogue, defaultSettings, 'installed');

function chosen(role: Role, id: string, precision: string | null, device: string): Choice {
  const found = choices[role].find((choice) => choice.candidate.id === id && choice.precision === precision && choice.device === device);
  if (found === undefined) throw new Error(`there is no ${id} ${precision ?? ''} on ${device}`);
  return found;
}

function steps(fallback: Fallback | null): readonly string[] {
  return fallback === null ? [] : [`${fallback.model} ${fallback.precision ?? '-'} ${fallback.device}`, ...steps(fallback.fallback)];
}

test.each([
  ['stt', 'whisper-large-v3-turbo', 'float16', 'GPU-0', ['whisper-small float16 GPU-0', 'whisper-small int8 GPU-0', 'whisper-base int8 cpu']],
  ['stt', 'whisper-base', 'float16', 'GPU-0', ['whisper-base int8 GPU-0', 'whisper-base int8 cpu']],
  ['stt', 'stt-2.6b-en', 'bfloat16', 'GPU-0', ['stt-1b-en_fr bfloat16 GPU-0', 'whisper-large-v3-turbo int8 GPU-0', 'whisper-base int8 cpu']],
  ['llm', 'qwen2.5:7b', null, 'GPU-0', ['qwen2.5:0.5b - GPU-0', 'qwen2.5:0.5b - cpu']],
  ['tts', 'kokoro-82m', 'float16', 'GPU-0', ['kokoro-82m-int8 int8 cpu']],
  ['stt', 'whisper-small', 'int8', 'cpu', ['whisper-base int8 cpu']],
  ['stt', 'whisper-base', 'int8', 'cpu', []],
] as const)('%s %s %s on %s falls back to what is smaller, then to int8, then to the processor', (role, id, precision, device, expected) => {
  expect(steps(fallbackOf(chosen(role, id, precision, device), choices[role]))).toEqual(expected);
});

test('a language model looks back as far as the room on its card lets it', () => {
  const llm = chosen('llm', 'qwen2.5:7b', null, 'GPU-0');
  expect([0, 111, 112, 336, 10_000].map((leftMiB) => contextTokensFor(llm, leftMiB))).toEqual([2_048, 2_048, 4_096, 8_192, 16_384]);
});

test('a streaming recogniser looks back half as far on a card below six gigabytes', () => {
  const stt = chosen('stt', 'stt-1b-en_fr', 'bfloat16', 'GPU-0');
  const small = { ...gpu, memoryMiB: 4_096 };
  expect([windowSecondsFor(stt, [gpu]), windowSecondsFor(stt, [small]), windowSecondsFor(chosen('stt', 'whisper-base', 'int8', 'cpu'), [gpu])]).toEqual([10, 5, null]);
});

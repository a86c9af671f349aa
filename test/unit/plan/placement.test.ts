import { expect, test } from 'vitest';
import type { Candidate } from '../../../main/plan/candidate.ts';
import { place, type Choice, type Placed, type Problem, type Role } from '../../../main/plan/placement.ts';

function choice(role: Role, id: string, device: string, differences: { score?: number; ms?: number; memoryMiB?: number } = {}): Choice {
  const { score = 50, ms = 100, memoryMiB = 1_000 } = differences;
  const candidate: Candidate = {
    id, role, engine: 'whisper', title: id, component: null, quality: { score, metric: 'none', value: score, source: 'made up' },
    model: null, billions: null, contextMiB: null, windowSeconds: null, options: [],
  };
  return { role, candidate, precision: 'int8', device, env: 'voice', build: 'none', memoryMiB, ms };
}

function problem(stt: readonly Choice[], llm: readonly Choice[], tts: readonly Choice[], differences: Partial<Problem> = {}): Problem {
  const budgetsMiB = new Map([['cpu', 10_000], ['GPU-0', 2_000], ['GPU-1', 2_000]]);
  return { choices: { stt, llm, tts }, budgetsMiB, targetMs: 1_000, contention: 1, together: [], ...differences };
}

function names(placed: Placed | null): readonly string[] | null {
  return placed === null ? null : [placed.stt, placed.llm, placed.tts].map(({ candidate, device }) => `${candidate.id}@${device}`);
}

const stt = choice('stt', 'ear', 'cpu');
const llm = choice('llm', 'mind', 'cpu');
const tts = choice('tts', 'mouth', 'cpu');

test('the best that meets the target wins, not the quickest', () => {
  const good = choice('llm', 'good', 'cpu', { score: 90, ms: 800 });
  const better = choice('llm', 'better', 'cpu', { score: 95, ms: 801 });
  expect(names(place(problem([stt], [llm, good, better], [tts])))).toEqual(['ear@cpu', 'good@cpu', 'mouth@cpu']);
});

test('where none meets the target the quickest wins, and of equally quick ones the best', () => {
  const good = choice('llm', 'good', 'cpu', { score: 90 });
  expect(names(place(problem([stt], [llm, good, choice('llm', 'slow', 'cpu', { score: 99, ms: 101 })], [tts], { targetMs: 10 })))).toEqual(['ear@cpu', 'good@cpu', 'mouth@cpu']);
});

test('of equal plans the quicker, then the smaller, then the first by name and by card', () => {
  const choices = [choice('llm', 'b', 'GPU-1'), choice('llm', 'b', 'GPU-0'), choice('llm', 'c', 'GPU-0'), choice('llm', 'a', 'GPU-0', { memoryMiB: 1_001 }), choice('llm', 'a', 'GPU-0', { ms: 101 })];
  expect(names(place(problem([stt], choices, [tts])))).toEqual(['ear@cpu', 'b@GPU-0', 'mouth@cpu']);
});

test('services share a card only as far as it reaches, and twins are used one after the other', () => {
  function on(role: Role, id: string): readonly Choice[] {
    return ['GPU-0', 'GPU-1'].map((device) => choice(role, id, device, { score: 90, memoryMiB: 1_500 }));
  }
  expect(names(place(problem([stt, ...on('stt', 'Ear')], [llm, ...on('llm', 'Mind')], [tts, ...on('tts', 'Mouth')])))).toEqual(['Ear@GPU-1', 'Mind@GPU-0', 'mouth@cpu']);
});

test('cards with as much room are twins only where they offer the same', () => {
  const poor = choice('stt', 'ear', 'GPU-0', { score: 60, ms: 200 });
  const good = choice('stt', 'ear', 'GPU-1', { score: 90, ms: 200 });
  expect(names(place(problem([stt, choice('stt', 'huge', 'GPU-0', { score: 99, memoryMiB: 9_000 }), poor, good], [llm], [tts])))).toEqual(['ear@GPU-1', 'mind@cpu', 'mouth@cpu']);
});

test('services that belong together stay together', () => {
  const fast = choice('tts', 'fast', 'GPU-1', { ms: 1 });
  const near = choice('tts', 'near', 'GPU-0', { ms: 500 });
  const onCard = choice('llm', 'mind', 'GPU-0', { score: 60 });
  expect(names(place(problem([stt], [onCard], [fast, near], { together: [['tts', 'llm']] })))).toEqual(['ear@cpu', 'mind@GPU-0', 'near@GPU-0']);
});

test('the voice takes longer beside a language model on the same processor, and that can decide', () => {
  const away = choice('llm', 'away', 'GPU-0', { ms: 140 });
  expect(names(place(problem([stt], [llm, away], [tts], { contention: 1.5, targetMs: 0 })))).toEqual(['ear@cpu', 'away@GPU-0', 'mouth@cpu']);
});

test('what fits nowhere is no plan', () => {
  expect(place(problem([stt], [choice('llm', 'huge', 'GPU-0', { memoryMiB: 2_001 })], [tts]))).toBeNull();
  expect(place(problem([], [llm], [tts]))).toBeNull();
});

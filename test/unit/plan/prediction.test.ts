import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CandidateOption } from '../../../main/plan/candidate.ts';
import { catalogue } from '../../../main/plan/catalogue.ts';
import { contention, gpuMs, ollamaFactor, processorMs, turnMs } from '../../../main/plan/prediction.ts';
import { card, machine } from './cards.ts';

const [onCpu, onGpu] = bothOptions();
const plain = machine(null, []);

function bothOptions(): readonly [CandidateOption, CandidateOption] {
  const [cpu, cuda] = catalogue.candidates.find((candidate) => candidate.id === 'whisper-base')?.options ?? [];
  if (cpu === undefined || cuda === undefined) throw new Error('the catalogue has no Whisper for both');
  return [cpu, cuda];
}

function withFlags(...flags: readonly string[]): typeof plain {
  return { ...plain, cpu: { ...plain.cpu, flags } };
}

test('the reference computer takes what was measured on it', () => {
  expect({ stt: processorMs(onCpu, 2, plain), turn: turnMs(plain), contention: contention(2) }).toEqual({ stt: 914, turn: 67, contention: 1.17 });
});

test('an Ollama that was built from source is slower on the processor than one that was released', () => {
  function withOllama(version: string): typeof plain {
    return { ...plain, ollama: { version, running: true, models: [], url: 'http://127.0.0.1:11434' } };
  }
  expect([ollamaFactor(plain), ollamaFactor(withOllama('0.33.0')), ollamaFactor(withOllama('0.0.0'))]).toEqual([1, 1, 9]);
});

test('a processor without AVX2 is slower, one without AVX slower still, and one that does not say is trusted', () => {
  expect([withFlags('avx2'), withFlags(), withFlags('avx'), withFlags('sse4_2')].map((hardware) => processorMs(onCpu, 2, hardware))).toEqual([914, 914, 1_828, 3_656]);
});

test('more threads never take longer, and twice as many take more than half as long', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), (threads) => {
      const [one, two] = [processorMs(onCpu, threads, plain), processorMs(onCpu, 2 * threads, plain)];
      expect(two < one && two > one / 2).toBe(true);
    }),
  );
});

test('more memory, or a newer generation, never takes longer', () => {
  fc.assert(
    fc.property(fc.nat({ max: 90_000 }), fc.nat({ max: 90_000 }), fc.nat({ max: 7 }), (memoryMiB, more, generation) => {
      const order = ['5.2', '6.1', '7.0', '8.6', '8.9', '9.0', '10.0', '12.0'];
      function ms(capability: string | undefined, size: number): number {
        return gpuMs(onGpu, card('card', capability ?? '12.0', { memoryMiB: size }));
      }
      expect(ms(order[generation], memoryMiB + more)).toBeLessThanOrEqual(ms(order[generation], memoryMiB));
      expect(ms(order[generation + 1], memoryMiB)).toBeLessThanOrEqual(ms(order[generation], memoryMiB));
    }),
  );
});

test('the catalogue gives the time of an RTX 3060', () => {
  expect(gpuMs(onGpu, card('GeForce RTX 3060', '8.6', { memoryMiB: 12_288 }))).toBe(onGpu.latency.referenceMs);
});

test('an odd number of cores counts as one', () => {
  expect([Number.NaN, 0, -3].map(contention)).toEqual([1.17, 1.17, 1.17]);
});

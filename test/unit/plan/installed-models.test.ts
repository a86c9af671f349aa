import { expect, test } from 'vitest';
import type { OllamaReport } from '../../../main/hardware/model.ts';
import type { Candidate } from '../../../main/plan/candidate.ts';
import { catalogue } from '../../../main/plan/catalogue.ts';
import { installedCandidates, worthChoosing } from '../../../main/plan/installed-models.ts';

function installed(name: string, sizeBytes = 1): Candidate | undefined {
  const ollama: OllamaReport = { version: '0.33.0', running: true, url: 'http://127.0.0.1:11434', models: [{ name, sizeBytes, sizeVramMiB: null }] };
  return installedCandidates(ollama, catalogue)[0];
}

test.each([
  ['qwen2.5:7b', 1, 7.6],
  ['gemma3:4b-it-qat', 1, 4],
  ['smollm2:135m', 1, 0.135],
  ['llama3.3:70b', 1, 70],
  ['registry.example/team/model:latest', 1_300_000_000, 2],
  ['qwen2.5:latest', 4_683_000_000, 7.2],
  ['nothing-known', 0, 0.1],
])('%s of %i bytes is taken for a model of %d billion', (name, bytes, billions) => {
  expect(Number(installed(name, bytes)?.billions?.toFixed(1 + Number(billions < 1) * 2))).toBe(billions);
});

test('models in the cloud are none: what is said stays on this computer', () => {
  const names = ['gpt-oss:120b-cloud', 'kimi-k2:cloud', 'qwen2.5:3b', 'cloudy:3b'];
  const models = names.map((name) => ({ name, sizeBytes: 1, sizeVramMiB: null }));
  expect(installedCandidates({ version: '', running: true, url: '', models }, catalogue).map(({ id }) => id)).toEqual(['qwen2.5:3b', 'cloudy:3b']);
});

test('of models that another one beats only the one that settings name is kept', () => {
  const models = ['a:3b', 'b:3b', 'c:3b', 'd:7b'].map((name, index) => ({ name, sizeBytes: (2 + (index % 3)) * 1e9, sizeVramMiB: null }));
  const candidates = installedCandidates({ version: '', running: true, url: '', models }, catalogue);
  expect([null, 'c:3b'].map((wanted) => worthChoosing(candidates, wanted).map(({ id }) => id))).toEqual([['a:3b', 'd:7b'], ['a:3b', 'c:3b', 'd:7b']]);
});

test('models that cannot chat are none, and one listed twice is one', () => {
  const models = ['nomic-embed-text', 'qwen2.5:3b', 'qwen2.5:3b'].map((name) => ({ name, sizeBytes: 1, sizeVramMiB: null }));
  expect(installedCandidates({ version: '', running: true, url: '', models }, catalogue).map(({ id }) => id)).toEqual(['qwen2.5:3b']);
});

test('a larger model is never better, quicker and smaller at once, whatever its size', () => {
  const sizes = [0.1, 0.3, 0.5, 1, 1.3, 2, 4, 5, 7, 9, 14, 24, 32, 70].map((billions) => installed(`model:${billions}b`));
  const figures = sizes.map((candidate) => candidate?.options.map((option) => [option.memoryMiB, option.latency.referenceMs]).flat() ?? []);
  const shrinking = figures.flatMap((row, index) => row.filter((value, column) => value < (figures[index - 1]?.[column] ?? 0)));
  expect({ shrinking, scores: sizes.every((candidate) => (candidate?.quality.score ?? -1) >= 1 && (candidate?.quality.score ?? 99) <= 86) }).toEqual({ shrinking: [], scores: true });
});

test('the file on disk decides about the memory: people install other precisions too', () => {
  function memory(bytes: number): readonly (number | undefined)[] {
    return installed('qwen2.5:3b', bytes)?.options.map((option) => option.memoryMiB) ?? [];
  }
  expect([memory(1), memory(6_200_000_000)]).toEqual([[2_250, 2_250], [6_285, 6_285]]);
});

import { expect, test } from 'vitest';
import type { Plan, PlannedService } from '../../../main/plan/model.ts';
import { readPlan } from '../../../main/plan/plan-file.ts';

const known = { models: [{ id: 'whisper-base' }, { id: 'silero-vad' }], candidates: [{ id: 'whisper-small' }] } as unknown as Parameters<typeof readPlan>[1];
const place = { engine: 'whisper', model: 'whisper-base', precision: 'int8', device: 'cpu', build: 'none', env: 'voice', estimatedVramMiB: 0 };
const service: Omit<PlannedService, 'id'> = {
  ...place,
  device: 'GPU-1',
  threads: 2,
  server: null,
  contextTokens: null,
  windowSeconds: null,
  fallback: { ...place, device: 'GPU-1', fallback: { ...place, fallback: null } },
};
const saved: Plan = {
  profile: 'balanced',
  torchBuild: { id: 'cu128', torch: '2.9.1', reason: 'It fits.' },
  environments: [
    { id: 'voice', build: null, torch: null, reason: 'Every conversation runs in it.' },
    { id: 'torch-cu124', build: 'cu124', torch: '2.5.1', reason: 'You asked for it; no engine needs it yet.' },
  ],
  gpus: [{ uuid: 'GPU-1', name: 'NVIDIA GeForce RTX 3090', use: true, reason: 'It is free.' }],
  services: [
    { ...service, id: 'stt', windowSeconds: 10 },
    { ...service, id: 'llm', contextTokens: 4_096, server: { url: 'http://127.0.0.1:8000/v1', token: '' } },
    { ...service, id: 'tts' },
    { ...service, id: 'turn' },
  ],
  predictedVoiceToVoiceMs: 812.5,
  prediction: { vadMs: 200, turnMs: 50, sttMs: 100, llmMs: 300, ttsMs: 162.5 },
  vram: [{ uuid: 'GPU-1', budgetMiB: 12_000, plannedMiB: 2_500 }],
  models: ['silero-vad', 'whisper-base'],
  pulls: ['qwen2.5:0.5b'],
  voice: 'af_heart',
  notes: ['The card is free.'],
  remarks: [],
};

test('a saved plan is read as it was, with every fallback', () => {
  expect(readPlan(JSON.stringify(saved, null, 2), known)).toEqual({ plan: saved });
});

test('a plan that an editor of Windows saved with a byte order mark is read', () => {
  expect(readPlan(`\uFEFF${JSON.stringify(saved)}\r\n`, known)).toEqual({ plan: saved });
});

test('a plan of a version without torch environments is read, and has the one every conversation runs in', () => {
  const { environments, pulls, ...old } = saved;
  expect(readPlan(JSON.stringify(old), known)).toEqual({ plan: { ...old, environments: environments.slice(0, 1), pulls: pulls.slice(1) } });
});

test.each<[string, string | object, string | RegExp]>([
  ['cut off in the middle', JSON.stringify(saved).slice(0, 200), /^it is not JSON \(/],
  ['empty', '', /^it is not JSON \(/],
  ['a list', [], 'the whole file: should be a group of fields in { }, not a list'],
  ['the description of a computer', { os: {}, cpu: {} }, /^profile: is missing\ntorchBuild: is missing\n[^]*\ncpu: there is no field of this name$/],
  ['of a profile that there is not', { ...saved, profile: 'turbo' }, 'profile: should be "fast" or "balanced" or "best", not "turbo"'],
  ['without a service', { ...saved, services: saved.services.slice(1) }, 'services: a plan has the service "stt" once; here it is missing'],
  ['with a service twice', { ...saved, services: [...saved.services, saved.services[3]] }, 'services: a plan has the service "turn" once; here it is named 2 times'],
  [
    'with a slip deep in a fallback',
    { ...saved, services: [{ ...saved.services[0], fallback: { ...service.fallback, fallback: { ...place, fallback: null, device: 7 } } }, ...saved.services.slice(1)] },
    'services[0].fallback.fallback.device: should be a text in quotation marks, not 7',
  ],
  ['of models nobody knows', { ...saved, models: ['whisper-base', '../../evil'] }, 'models[1]: Earshot knows no model "../../evil"'],
  ['of a service with a model nobody knows', { ...saved, services: [{ ...saved.services[0], server: null, env: 'voice', model: 'nonesuch' }, ...saved.services.slice(1)] }, 'services: Earshot knows no model "nonesuch" for stt'],
  ['of an environment whose name leads elsewhere', { ...saved, environments: [{ ...saved.environments[0], id: '../../elsewhere' }] }, 'environments[0].id: Earshot knows no such environment'],
  ['of no environment', { ...saved, environments: [] }, /^environments: /],
  ['with a negative size', { ...saved, vram: [{ uuid: 'GPU-1', budgetMiB: 1, plannedMiB: -1 }] }, 'vram[0].plannedMiB: is too small: -1'],
])('a plan that is %s is named by its path, in plain words', (_what, content, problem) => {
  const read = readPlan(typeof content === 'string' ? content : JSON.stringify(content), known);
  expect(read).toEqual({ problem: typeof problem === 'string' ? problem : (expect.stringMatching(problem) as unknown) });
});

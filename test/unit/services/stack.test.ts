import { describe, expect, test } from 'vitest';
import { catalogue } from '../../../main/plan/catalogue.ts';
import { plannedService, type Plan, type PlannedService } from '../../../main/plan/model.ts';
import { plan as planOf } from '../../../main/plan/plan.ts';
import { withinReach } from '../../../main/plan/within-reach.ts';
import { wholeReach } from '../../../main/services/reach.ts';
import type { Endpoint, Service, ServiceId } from '../../../main/services/service.ts';
import { stackOf } from '../../../main/services/stack.ts';
import { defaultSettings, settingsSchema } from '../../../main/settings/schema.ts';
import { card, linux, uuidOf } from '../plan/machines/machine.ts';
import { emptyPlan } from '../plan/empty-plan.ts';
import { installedWith } from './installed.ts';

function planned(id: PlannedService['id'], contextTokens: number | null = null): PlannedService {
  const model = catalogue.models.find(({ role }) => role === id);
  if (model === undefined) throw new Error(`no model for ${id}`);
  return {
    id, engine: model.engine, model: model.id, precision: model.precision, device: 'cpu', build: 'none', env: 'voice', estimatedVramMiB: 0,
    threads: 1, server: null, contextTokens, windowSeconds: null, fallback: null,
  };
}

const environments = ['torch-cu124'];

/** The services of a plan, with everything on disk that it names. */
function servicesOf(plan: Plan): readonly Service[] {
  const ids = plan.environments.map(({ id }) => id);
  return stackOf({
    plan,
    catalogue,
    settings: defaultSettings,
    installation: installedWith('python', Object.fromEntries(plan.models.map((id) => [id, `/models/${id}`])), ids.filter((id) => id !== 'voice')),
    root: '/app',
    surroundings: Object.fromEntries(ids.map((id) => [id, { os: { platform: 'linux', wsl: false }, libraryFolders: [], searchPath: '' }])),
  });
}

const endpoints = new Map<ServiceId, Endpoint>((['stt', 'llm', 'tts'] as const).map((id) => [id, { origin: `http://127.0.0.1:${id.length}`, token: id }]));

function conversationOf(services: readonly Service[]): Record<string, Record<string, unknown>> {
  const run = services.find(({ id }) => id === 'conversation')?.run;
  if (run?.kind !== 'process') throw new Error('the conversation is not a process of ours');
  return run.section(endpoints) as Record<string, Record<string, unknown>>;
}

/** How far back the language model, and the conversation that fills it, are told to look. */
function contextsWith(contextTokens: number | null): unknown {
  const plan: Plan = { ...emptyPlan, services: [planned('stt'), planned('llm', contextTokens), planned('tts'), planned('turn')] };
  const services = stackOf({
    plan,
    catalogue,
    settings: defaultSettings,
    installation: installedWith('python', Object.fromEntries(catalogue.models.map(({ id }) => [id, `/models/${id}`])), environments),
    root: '/app',
    surroundings: Object.fromEntries(['voice', ...environments].map((id) => [id, { os: { platform: 'linux', wsl: false }, libraryFolders: [], searchPath: '' }])),
  });
  return services.flatMap(({ id, run }) => {
    if (run.kind !== 'process') return [];
    const section: Record<string, unknown> = { ...run.section(endpoints), ...(id === 'conversation' ? (run.section(endpoints)['llm'] as object) : {}) };
    return 'contextTokens' in section ? [[id, section['contextTokens']]] : [];
  });
}

test('the language model and the conversation look back as far as the plan says', () => {
  expect(contextsWith(2_048)).toEqual([['llm', 2_048], ['conversation', 2_048]]);
});

test('where the plan says nothing, 4,096 tokens are enough for a spoken conversation', () => {
  expect(contextsWith(null)).toEqual([['llm', 4_096], ['conversation', 4_096]]);
});

describe('on a machine with a graphics card', () => {
  const settings = settingsSchema.parse({ overrides: { services: { stt: { model: 'stt-1b-en_fr' } } } });
  const hardware = linux([card('rtx3060')], { driver: '550.90.07' });
  const plan = withinReach(planOf(hardware, catalogue, settings), catalogue, wholeReach(settings.overrides), hardware);
  const services = servicesOf(plan);

  function chainOf(service: Service | null): readonly string[] {
    return service === null ? [] : [`${service.engine} ${service.model} on ${service.device}`, ...chainOf(service.fallback)];
  }

  test('what runs on the card has something on the processor that stands in at once', () => {
    expect(Object.fromEntries(services.map((service) => [service.id, chainOf(service)]))).toEqual({
      stt: [`kyutai stt-1b-en_fr on ${uuidOf(0)}`, 'whisper whisper-base on cpu'],
      llm: ['llama smollm2-135m on cpu'],
      tts: ['kokoro kokoro-82m-int8 on cpu'],
      conversation: ['pipecat smart-turn-v3.2 on cpu'],
    });
  });

  test('every model that may stand in is among those that the plan has on disk', () => {
    const standIns = services.flatMap(({ fallback }) => (fallback === null ? [] : [fallback.model]));
    expect({ standIns, missing: standIns.filter((model) => !plan.models.includes(model)) }).toEqual({ standIns: ['whisper-base'], missing: [] });
  });

  test('what stands in is started with an environment, a launch line and a budget of its own', () => {
    const [stt] = services;
    const run = stt?.fallback?.run;
    if (stt?.run.kind !== 'process' || run?.kind !== 'process') throw new Error('recognition is not a process of ours');
    expect({
      budgets: [stt.startBudgetMs, stt.fallback?.startBudgetMs],
      cards: [stt.run.environment['CUDA_VISIBLE_DEVICES'], run.environment['CUDA_VISIBLE_DEVICES']],
      modules: [stt.run.module, run.module],
      section: run.section(endpoints),
    }).toEqual({
      budgets: [300_000, 90_000],
      cards: [uuidOf(0), ''],
      modules: ['earshot.engines.kyutai', 'earshot.engines.whisper'],
      section: expect.objectContaining({ modelId: 'whisper-base', model: '/models/whisper-base', device: 'cpu', precision: 'int8' }) as unknown,
    });
  });

  test('without its model on disk nothing stands in', () => {
    expect(servicesOf({ ...plan, models: plan.models.filter((id) => id !== 'whisper-base') })[0]?.fallback).toBeNull();
  });

  test('a turn waits for an engine as long as its start may take, or that of what stands in, and until its end is noticed', () => {
    const section = conversationOf(services);
    expect(['stt', 'llm', 'tts'].map((id) => section[id]?.['patienceS'])).toEqual([312, 102, 102]);
  });
});

test('a turn waits a quarter of a minute for a server of somebody else', () => {
  const server = { url: 'http://127.0.0.1:11434/v1', token: '' };
  const llm: PlannedService = { ...planned('llm'), server, env: null, device: 'external', engine: 'external' };
  const plan: Plan = { ...emptyPlan, models: catalogue.models.map(({ id }) => id), services: [planned('stt'), llm, planned('tts'), planned('turn')] };
  expect({ patienceS: conversationOf(servicesOf(plan))['llm']?.['patienceS'], server: plannedService(plan, 'llm').server }).toEqual({ patienceS: 15, server });
});

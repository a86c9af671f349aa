import { expect, test } from 'vitest';
import { catalogue } from '../../../main/plan/catalogue.ts';
import type { Plan, PlannedService } from '../../../main/plan/model.ts';
import type { Endpoint, ServiceId } from '../../../main/services/service.ts';
import { stackOf } from '../../../main/services/stack.ts';
import { defaultSettings } from '../../../main/settings/schema.ts';
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
  const endpoints = new Map<ServiceId, Endpoint>((['stt', 'llm', 'tts'] as const).map((id) => [id, { origin: 'http://127.0.0.1:1', token: '' }]));
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

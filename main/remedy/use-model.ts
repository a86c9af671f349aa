import { isNamed } from '../plan/installed-models.ts';
import { plannedService, type Plan } from '../plan/model.ts';
import type { MovableService } from '../settings/overrides.ts';
import { granted, machineProblem, usageProblem, type Problem, type Remedy, type RemedyFacts } from './model.ts';
import { namedService } from './named-service.ts';
import { isServer, overrideWith, serverSentence, whyNot } from './service-override.ts';

export const useModel: Remedy = {
  id: 'use-model',
  title: 'Use another model for a service',
  options: ['service', 'model'],
  change: ({ service = '', model = '' }, facts) => {
    const id = namedService(service);
    if (typeof id !== 'string') return id;
    if (isServer(id, facts)) return machineProblem(serverSentence(id));
    const candidate = candidateId(id, model, facts);
    if (typeof candidate !== 'string') return candidate;
    return granted(overrideWith(id, { model: candidate }, useModel.id, facts), (plan) => otherModel(plan, id, candidate, facts), facts);
  },
};

/** Why a service does not use a candidate; null when it does. */
export function otherModel(plan: Plan, id: MovableService, candidate: string, { catalogue }: RemedyFacts): string | null {
  const { model } = plannedService(plan, id);
  const wanted = catalogue.candidates.find((one) => one.id === candidate)?.model ?? candidate;
  return isNamed(model, wanted) ? null : whyNot(plan, { id, wish: `uses the model ${candidate}` });
}

/** A model is known by the name of its candidate, or by that of its files; what an Ollama may have is not ours to list. */
function candidateId(id: MovableService, model: string, { catalogue, hardware }: RemedyFacts): string | Problem {
  const known = catalogue.candidates.filter(({ role }) => role === id);
  const found = known.find((candidate) => candidate.id === model) ?? known.find((candidate) => candidate.model === model);
  if (found !== undefined) return found.id;
  if (id === 'llm' && hardware.ollama?.running === true && model !== '') return model;
  return usageProblem(`There is no model "${model}" for ${id}. There are: ${known.map((candidate) => candidate.id).join(', ')}.`);
}

import type { EnvironmentState } from '../environment/io/slots.ts';
import type { Plan, PlannedService } from '../plan/model.ts';
import type { Prepared } from '../services/io/preparation.ts';
import { serviceTitle } from '../services/names.ts';
import { environmentsOf } from '../services/reach.ts';
import { placeWords } from './device-words.ts';
import type { Change } from './state.ts';

type Running = Pick<Prepared, 'plan' | 'installation'>;

/**
 * What a person can go back from after a swap: slots that have answered nothing yet and stand beside the one before them,
 * and what a remedy brought. null when there is neither.
 */
export function changeOf(before: Running | null, now: Running, states: readonly EnvironmentState[], byRemedy: boolean): Change | null {
  const used = environmentsOf(now.plan);
  const environments = states.filter(({ id, answered, previous }) => used.includes(id) && !answered && previous !== null).map(({ id }) => id);
  if (environments.length === 0 && !byRemedy) return null;
  return { to: titleOf(environments, now), sentences: before === null ? [] : sentencesOf(before.plan, now.plan), environments, byRemedy };
}

function titleOf(environments: readonly string[], { installation }: Running): string {
  const torch = environments.map((id) => installation.environments[id]?.torch ?? null).find((found) => found !== null);
  if (torch != null) return `PyTorch ${torch.version.replace(/\+.*$/, '')}${torch.cuda === null ? ' for the processor' : ` for CUDA ${torch.cuda}`}`;
  return environments.includes('voice') ? 'renewed voice engines' : 'other engines';
}

/** "Speech recognition now uses whisper-base on the processor." for each service that has changed. */
function sentencesOf(before: Plan, now: Plan): readonly string[] {
  return now.services.flatMap((service) => {
    const old = before.services.find(({ id }) => id === service.id);
    const text = placeOf(service, now);
    return service.id === 'turn' || (old !== undefined && placeOf(old, before) === text) ? [] : [`The ${serviceTitle[service.id]} now uses ${text}.`];
  });
}

function placeOf({ model, device, server }: PlannedService, plan: Plan): string {
  if (server !== null) return `${model} at ${server.url}`;
  return `${model} on ${placeWords(device, plan)}`;
}

import type { Settings } from '../settings/schema.ts';
import { catalogue as builtIn, type Catalogue, type Model } from './catalogue.ts';
import type { Placement, PlannedService, ServiceId } from './model.ts';

/** What can be had of a plan. */
export interface Reach {
  /** Whether an environment can be started from, or made. */
  readonly environments: (id: string) => boolean;
  /** Whether the files of a model, or a model that an Ollama has to fetch, are there or can be had. */
  readonly models: (id: string) => boolean;
  /** Why an environment or a model is out of reach, as a part of a sentence: "it could not be installed". null: this version has no way to it. */
  readonly why?: ((id: string) => string | null) | undefined;
  /** What a person decided: a model they named may be fetched. */
  readonly overrides: Settings['overrides'];
}

const unknownWay = 'this version cannot install that yet';
const onlyWhenAsked = 'Earshot fetches that model only when you ask for it';

/** Why a service cannot run where a plan has it, as a part of a sentence; null when it can. */
export function hindranceOf(id: ServiceId, { env, model, device }: Placement, reach: Reach, catalogue: Catalogue): string | null {
  const known = catalogue.models.find((one) => one.id === model);
  if (env === null || known === undefined) return unknownWay;
  if (!reach.environments(env)) return reach.why?.(env) ?? unknownWay;
  if (!reach.models(model)) return reach.why?.(model) ?? unknownWay;
  return device === 'cpu' && isOptional(known) && comesWithEarshot(known) && !isNamedBy(reach.overrides.services, id, model, catalogue) ? onlyWhenAsked : null;
}

/** Why an Ollama that is running cannot answer with the model of the plan; null when it can. */
export function pullHindrance({ engine, model }: PlannedService, pulls: readonly string[], reach: Reach): string | null {
  if (engine !== 'ollama' || !pulls.includes(model) || reach.models(model)) return null;
  return reach.why?.(model) ?? 'Ollama could not fetch it';
}

/** Whether only settings can have asked for it: what nobody did may change from one version to the next. */
export function isOnlyWhenAsked(hindrance: string): boolean {
  return hindrance === onlyWhenAsked;
}

/**
 * A model with no source but the hub. Of those that come with Earshot none is taken on the processor unless a person names
 * it: an install must not come to need the hub, nor hundreds of megabytes more, for a recogniser that is a little better.
 * On a graphics card, where the smallest would leave most of it idle, it is tried, and what the plan falls back to answers
 * where it cannot be had. Whoever adds a model to their own catalogue has asked for it.
 */
export function isOptional({ sources }: Model): boolean {
  return sources.length > 0 && sources.every(({ kind }) => kind === 'hub');
}

function comesWithEarshot({ id }: Model): boolean {
  return builtIn.models.some((model) => model.id === id);
}

function isNamedBy(overrides: Settings['overrides']['services'], id: ServiceId, model: string, { candidates }: Catalogue): boolean {
  const named = id === 'turn' ? undefined : overrides[id]?.model;
  return named !== undefined && (named === model || candidates.some((candidate) => candidate.id === named && candidate.model === model));
}

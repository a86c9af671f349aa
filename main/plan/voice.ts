import type { Catalogue, Model } from './catalogue.ts';
import type { Fallback, PlannedService } from './model.ts';

/** The voice of the settings if it is installed; a misspelt one must not keep the assistant silent. */
export function chooseVoice(wanted: string, catalogue: Catalogue): { readonly voice: string; readonly notes: readonly string[] } {
  const names = modelFor(catalogue, 'voices').files.map((file) => file.name.replace(/\.bin$/, ''));
  const [first = wanted] = names;
  if (names.includes(wanted)) return { voice: wanted, notes: [] };
  return { voice: first, notes: [`There is no voice "${wanted}", so ${first} speaks. You can choose from: ${names.join(', ')}.`] };
}

/** The one model of a role that is not chosen but always the same. */
export function modelFor(catalogue: Catalogue, role: Model['role']): Model {
  const found = catalogue.models.find((model) => model.role === role);
  if (found === undefined) throw new Error(`the catalogue has no model for ${role}`);
  return found;
}

/** Ids of the models whose files must be on disk, those that stand in among them; one without pinned files is not yet. */
export function modelsOnDisk(catalogue: Catalogue, services: readonly PlannedService[]): readonly string[] {
  const ours = services.filter((service) => service.server === null).flatMap((service) => [service.model, ...standIns(service.fallback)]);
  const pinned = ours.filter((id) => catalogue.models.some((model) => model.id === id));
  const voices = services.some((service) => service.engine === 'kokoro') ? [modelFor(catalogue, 'voices').id] : [];
  return [...new Set([modelFor(catalogue, 'vad').id, ...pinned, ...voices])];
}

function standIns(fallback: Fallback | null): readonly string[] {
  return fallback === null ? [] : [fallback.model, ...standIns(fallback.fallback)];
}

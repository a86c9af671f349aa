import type { OllamaReport } from '../hardware/model.ts';
import type { Settings } from '../settings/schema.ts';
import type { Candidate } from './candidate.ts';
import type { Catalogue } from './catalogue.ts';
import { installedCandidates, isNamed } from './installed-models.ts';
import type { PlannedService } from './model.ts';

/** What a model is taken to weigh whose name does not say how large it is: the usual default has 8 billion parameters. */
const usualBytes = 5_200_000_000;

/**
 * The language model that settings name and the running Ollama does not have yet. Only a person may ask for gigabytes, and
 * only by a name that is known or has a tag: a bare word that nobody knows is likelier a slip of the pen than a model.
 */
export function candidateToPull(ollama: OllamaReport, catalogue: Catalogue, settings: Settings): Candidate | null {
  const name = settings.overrides.services.llm?.model ?? null;
  if (name === null || !ollama.running || ollama.models.some((model) => isNamed(model.name, name))) return null;
  const known = catalogue.candidates.find((candidate) => candidate.id === name);
  if (known === undefined ? !/^\w[\w.-]*(\/\w[\w.-]*)*:[\w.-]+$/.test(name) : known.engine !== 'ollama') return null;
  const sizeBytes = known !== undefined || /\d(b|m)(?![a-z])/i.test(name) ? 0 : usualBytes;
  return installedCandidates({ ...ollama, models: [{ name, sizeBytes, sizeVramMiB: null }] }, catalogue)[0] ?? null;
}

/** Models of a plan that its Ollama has to fetch first. */
export function pullsOf(services: readonly PlannedService[], ollama: OllamaReport | null): readonly string[] {
  return services.flatMap(({ engine, server, model }) =>
    engine === 'ollama' && server !== null && ollama !== null && !ollama.models.some(({ name }) => isNamed(name, model)) ? [model] : [],
  );
}

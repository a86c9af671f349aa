import type { Gpu, HardwareReport } from '../hardware/model.ts';
import type { Settings } from '../settings/schema.ts';
import type { Catalogue } from './catalogue.ts';
import { usesOllama } from './choices.ts';
import { componentFits } from './components.ts';
import { roles, type Choice, type Role } from './placement.ts';

/** What keeps services from a card that they might run on, one part of a sentence each: "Ollama is not installed". */
export function hindrancesOn(gpu: Gpu, every: Readonly<Record<Role, readonly Choice[]>>, hardware: HardwareReport, catalogue: Catalogue, settings: Settings): readonly string[] {
  const missing = roles.filter((role) => settings.services[role] === undefined && every[role].every(({ device }) => device !== gpu.uuid));
  const parts = missing.flatMap((role) => {
    const [first] = catalogue.candidates.filter((candidate) => candidate.role === role && candidate.component !== null && candidate.options.some(({ device }) => device === 'cuda'));
    if (first?.component == null) return [];
    const fit = componentFits(first.component, null, gpu, hardware, catalogue);
    if (!fit.ok) return [fit.reason.replace(/\.$/, '')];
    return first.engine === 'ollama' ? ollamaHindrance(hardware, catalogue, settings) : [];
  });
  return [...new Set(parts)];
}

function ollamaHindrance(hardware: HardwareReport, catalogue: Catalogue, settings: Settings): readonly string[] {
  if (settings.languageModel !== 'auto' || usesOllama(hardware, catalogue, settings)) return [];
  const { ollama } = hardware;
  const state = ollama === null ? 'is not installed' : ollama.running ? 'has no model that can chat' : 'is not running';
  return [`Ollama, which could run the language model on it, ${state}`];
}

import type { Gpu, HardwareReport } from '../hardware/model.ts';
import type { Settings } from '../settings/schema.ts';
import type { Catalogue } from './catalogue.ts';
import { threadsFor } from './choices.ts';
import { windowSecondsFor } from './contexts.ts';
import { fallbackOf, placementOf } from './fallbacks.ts';
import type { PlannedService } from './model.ts';
import { roles, type Choice, type Placed, type Role } from './placement.ts';
import { modelFor } from './voice.ts';

export interface ServiceFacts {
  /** All that fits, from which the fallbacks come. */
  readonly every: Readonly<Record<Role, readonly Choice[]>>;
  readonly contextTokens: number;
  readonly allowed: readonly Gpu[];
  readonly hardware: HardwareReport;
  readonly catalogue: Catalogue;
  readonly settings: Settings;
}

/** The services of a placement in the order of a turn, and the turn detector. */
export function plannedServices(placed: Placed, facts: ServiceFacts): readonly PlannedService[] {
  return [...roles.map((role) => plannedRole(placed[role], facts)), turnService(facts.catalogue)];
}

function plannedRole(choice: Choice, facts: ServiceFacts): PlannedService {
  const { role } = choice;
  const server = serverOf(choice, facts);
  return {
    id: role,
    ...placementOf(choice),
    threads: server === null ? threadsFor(facts.hardware.cpu.cores)[role] : 0,
    server,
    contextTokens: role === 'llm' && choice.device !== 'external' ? facts.contextTokens : null,
    windowSeconds: windowSecondsFor(choice, facts.allowed),
    fallback: fallbackOf(choice, facts.every[role]),
  };
}

function serverOf(choice: Choice, { hardware, settings }: ServiceFacts): PlannedService['server'] {
  const named = settings.services[choice.role];
  if (named !== undefined) return { url: named.url, token: named.token };
  return choice.candidate.engine === 'ollama' && hardware.ollama !== null ? { url: `${hardware.ollama.url}/v1`, token: '' } : null;
}

/** A millisecond's work every 20 ms of sound: a GPU would only add the way there and back. */
function turnService(catalogue: Catalogue): PlannedService {
  const model = modelFor(catalogue, 'turn');
  return {
    id: 'turn',
    engine: model.engine,
    model: model.id,
    precision: model.precision,
    device: 'cpu',
    build: 'none',
    env: 'voice',
    estimatedVramMiB: 0,
    threads: threadsFor(1).turn,
    server: null,
    contextTokens: null,
    windowSeconds: null,
    fallback: null,
  };
}

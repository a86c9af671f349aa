/** What should run where. Pure data: the same machine, catalogue and settings always give the same plan. */
export type ServiceId = 'stt' | 'llm' | 'tts' | 'turn';

export interface PlannedService {
  readonly id: ServiceId;
  /** "whisper", "kokoro", "llama", "ollama", "smart-turn", or "external" for a server by URL. */
  readonly engine: string;
  readonly model: string;
  readonly precision: string | null;
  /** "cpu" or a GPU's uuid; a server by URL decides for itself and is "external". */
  readonly device: string;
  readonly build: string;
  readonly env: string | null;
  readonly threads: number;
  /** Server that is used instead of an engine of ours. */
  readonly server: { readonly url: string; readonly token: string } | null;
}

export interface Plan {
  readonly services: readonly PlannedService[];
  /** Ids of catalogue models whose files must be on disk. */
  readonly models: readonly string[];
  readonly voice: string;
  /** Sentences a person can read: what was chosen and why. */
  readonly notes: readonly string[];
}

/** The planned service with this id; every plan has all four. */
export function plannedService(plan: Plan, id: ServiceId): PlannedService {
  const found = plan.services.find((service) => service.id === id);
  if (found === undefined) throw new Error(`the plan has no ${id}`);
  return found;
}

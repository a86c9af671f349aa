/** What should run where. Pure data: the same machine, catalogue and settings always give the same plan. */
export type ServiceId = 'stt' | 'llm' | 'tts' | 'turn';

/** One engine with one model on one device. */
export interface Placement {
  /** "whisper", "kyutai", "kokoro", "llama", "ollama", "smart-turn", or "external" for a server by URL. */
  readonly engine: string;
  readonly model: string;
  readonly precision: string | null;
  /** "cpu" or a GPU's uuid; a server by URL decides for itself and is "external". */
  readonly device: string;
  /** Torch build of its environment: "none" for an engine without torch, "cpu" or "cuNNN". */
  readonly build: string;
  /** Environment it is started from: "voice", "whisper-cuda12", "torch-cu128", …; null for a server of somebody else. */
  readonly env: string | null;
  /** On the GPU: weights, working memory and the CUDA context of its process, in MiB. 0 on the CPU. */
  readonly estimatedVramMiB: number;
}

export interface PlannedService extends Placement {
  readonly id: ServiceId;
  readonly threads: number;
  /** Server that is used instead of an engine of ours. */
  readonly server: { readonly url: string; readonly token: string } | null;
  /** Tokens a language model looks back on; null for every other service. */
  readonly contextTokens: number | null;
  /** Seconds a streaming recogniser looks back on; null for every other service. */
  readonly windowSeconds: number | null;
  /** What takes its place when memory runs short or CUDA fails: smaller, then int8, then the CPU. */
  readonly fallback: Fallback | null;
}

export interface Fallback extends Placement {
  readonly fallback: Fallback | null;
}

export type ProfileId = 'fast' | 'balanced' | 'best';

export interface PlannedGpu {
  readonly uuid: string;
  readonly name: string;
  /** Whether any service runs on it. */
  readonly use: boolean;
  /** Why, in a sentence for a person who has never heard of CUDA. */
  readonly reason: string;
}

/** A Python environment that has to be on the disk for the plan. */
export interface PlannedEnvironment {
  /** "voice", "torch-cu124", "whisper-cuda12" */
  readonly id: string;
  /** Torch build in it; null for an environment without torch. */
  readonly build: string | null;
  /** Version of that torch: the newest that is good for the cards and taken by the engines. */
  readonly torch: string | null;
  /** Why it is there, in a sentence. */
  readonly reason: string;
}

/** Predicted milliseconds of each stage from the end of speech to the first sound of the answer. */
export interface Prediction {
  readonly vadMs: number;
  readonly turnMs: number;
  readonly sttMs: number;
  readonly llmMs: number;
  readonly ttsMs: number;
}

export interface Plan {
  readonly profile: ProfileId;
  /** The build for torch engines on this machine, chosen even while no engine needs torch. */
  readonly torchBuild: { readonly id: string; readonly torch: string; readonly reason: string };
  readonly gpus: readonly PlannedGpu[];
  /** `voice` first, which every conversation needs; a torch environment only where a service runs in it or a person asked for it. */
  readonly environments: readonly PlannedEnvironment[];
  readonly services: readonly PlannedService[];
  readonly predictedVoiceToVoiceMs: number;
  readonly prediction: Prediction;
  /** One entry a GPU that may be used; `budgetMiB` is what services may take of it. */
  readonly vram: readonly { readonly uuid: string; readonly budgetMiB: number; readonly plannedMiB: number }[];
  /** Ids of catalogue models whose files must be on disk. */
  readonly models: readonly string[];
  /** Models that the Ollama here has to fetch first: only ever one that a person named, for they weigh gigabytes. */
  readonly pulls: readonly string[];
  readonly voice: string;
  /** Sentences a person can read: what was chosen and why, and why each other torch build was not. */
  readonly notes: readonly string[];
  /** Those of the notes that a person should hear at every start without asking. */
  readonly remarks: readonly string[];
}

/** The planned service with this id; every plan has all four. */
export function plannedService(plan: Plan, id: ServiceId): PlannedService {
  const found = plan.services.find((service) => service.id === id);
  if (found === undefined) throw new Error(`the plan has no ${id}`);
  return found;
}

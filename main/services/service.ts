/** The processes and servers a conversation is made of. */
export type ServiceId = 'stt' | 'llm' | 'tts' | 'conversation';

/** Where a service answers. */
export interface Endpoint {
  /** "http://127.0.0.1:41234", without a path. */
  readonly origin: string;
  readonly token: string;
}

/** What a service says of itself. */
export interface Health {
  readonly state: 'starting' | 'warming' | 'ready' | 'failed';
  /** Where the engine really is: "cpu" or a card's uuid. */
  readonly device: string;
  readonly model: string;
  readonly pid: number | null;
  /** What torch uses of a card's memory; null for an engine without torch. */
  readonly torch: { readonly allocatedMiB: number; readonly reservedMiB: number } | null;
}

/** A service as data: one value, no class per engine. */
export interface Service {
  readonly id: ServiceId;
  readonly engine: string;
  readonly model: string;
  readonly device: string;
  /** Services whose endpoints this one is told at its start. */
  readonly needs: readonly ServiceId[];
  readonly run: ProcessRun | ExternalRun;
  /** Time from start to ready after which it counts as not starting, before its own starts have been measured here. */
  readonly startBudgetMs: number;
  /** What takes its place when its device fails, on another device; null where nothing could. */
  readonly fallback: Service | null;
}

/** A Python process of ours behind the launch shim. */
export interface ProcessRun {
  readonly kind: 'process';
  readonly module: string;
  readonly python: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Another folder that modules are found in, beside ours. */
  readonly path?: string;
  /** The engine's part of the launch line, which is handed over on stdin and never on a command line. */
  readonly section: (endpoints: ReadonlyMap<ServiceId, Endpoint>) => Readonly<Record<string, unknown>>;
}

/** A server somebody else runs: found ready or not, never started or stopped by us. */
export interface ExternalRun {
  readonly kind: 'external';
  readonly endpoint: Endpoint;
  /** What shows that the server can work: a request that it answers 2xx, or a WebSocket that it opens. */
  readonly check: { readonly kind: 'request'; readonly path: string; readonly body: unknown } | { readonly kind: 'socket'; readonly path: string };
}

import type { ConversationEvent, EngineId } from './messages.ts';

/** Engines that the conversation waits for. */
export type AwaitedEngines = ReadonlyMap<EngineId, AwaitedEngine>;

export interface AwaitedEngine {
  /** How often it had been restarted when it was lost. */
  readonly restarts: number;
  /** The turn that waits for it; null for what is being said. */
  readonly turn: number | null;
}

export const nothingAwaited: AwaitedEngines = new Map();

export function nextAwaited(awaited: AwaitedEngines, event: ConversationEvent, restartsOf: (engine: EngineId) => number): AwaitedEngines {
  switch (event.type) {
    case 'engine-lost':
      return new Map([...awaited, [event.service, { restarts: restartsOf(event.service), turn: event.turn }]]);
    case 'engine-back':
      return without(awaited, (engine) => engine === event.service);
    // Nobody says of an answer that is over that its engine is back.
    case 'turn':
    case 'interrupted':
      return without(awaited, (_engine, { turn }) => turn !== null);
    case 'nothing-heard':
      return without(awaited, (_engine, { turn }) => turn === null);
    case 'turn-ended':
    case 'turn-failed':
      return nothingAwaited;
    case 'heard':
    case 'speech-started':
    case 'pause':
    case 'words':
    case 'spoken':
      return awaited;
  }
}

/**
 * Whether a question that this engine failed is worth another try: the conversation waited for the engine in vain, and may
 * find it now. One that came back and failed again, or was restarted more than once meanwhile, dies of this very question:
 * with a few tries more it would be given up, and with it every question after this one.
 */
export function isWorthAnotherTry(engine: EngineId, awaited: AwaitedEngines, restarts: number): boolean {
  const before = awaited.get(engine);
  return before !== undefined && restarts - before.restarts <= 1;
}

function without(awaited: AwaitedEngines, which: (engine: EngineId, entry: AwaitedEngine) => boolean): AwaitedEngines {
  const rest = [...awaited].filter(([engine, entry]) => !which(engine, entry));
  return rest.length === awaited.size ? awaited : new Map(rest);
}

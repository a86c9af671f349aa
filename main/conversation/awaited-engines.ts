import type { ConversationEvent, EngineId } from './messages.ts';

/** Engines that the conversation waits for, each with how often it had been restarted when it was lost. */
export type AwaitedEngines = ReadonlyMap<EngineId, number>;

export const nothingAwaited: AwaitedEngines = new Map();

export function nextAwaited(awaited: AwaitedEngines, event: ConversationEvent, restartsOf: (engine: EngineId) => number): AwaitedEngines {
  if (event.type === 'engine-lost') return new Map([...awaited, [event.service, restartsOf(event.service)]]);
  if (event.type === 'engine-back') return new Map([...awaited].filter(([engine]) => engine !== event.service));
  return event.type === 'turn-failed' ? nothingAwaited : awaited;
}

/**
 * Whether a question that this engine failed is worth another try: the conversation waited for the engine in vain, and may
 * find it now. One that came back and failed again, or was restarted more than once meanwhile, dies of this very question:
 * with a few tries more it would be given up, and with it every question after this one.
 */
export function isWorthAnotherTry(engine: EngineId, awaited: AwaitedEngines, restarts: number): boolean {
  const before = awaited.get(engine);
  return before !== undefined && restarts - before <= 1;
}

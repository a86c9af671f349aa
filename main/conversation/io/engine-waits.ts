import { snapshotOf } from '../../services/io/readiness.ts';
import type { Supervisor } from '../../services/io/supervisor.ts';
import { isWorthAnotherTry, nextAwaited, nothingAwaited } from '../awaited-engines.ts';
import type { ConversationEvent, EngineId } from '../messages.ts';
import type { EndOfTry } from '../retry.ts';

/** The conversation's waits for engines, as the supervisor sees those engines meanwhile. */
export interface EngineWaits {
  /** Follows the waits, and calls engines that may rest when they are needed. */
  readonly take: (event: ConversationEvent) => void;
  /** What to make of it that this engine failed a turn; asked before that event is taken. */
  readonly endOfTry: (engine: EngineId) => EndOfTry;
  /** Those that are waited for in vain. */
  readonly givenUp: () => readonly EngineId[];
  /** The conversation is gone, and its waits with it. */
  readonly forget: () => void;
}

export function createEngineWaits(supervisor: Supervisor): EngineWaits {
  let awaited = nothingAwaited;

  function restartsOf(engine: EngineId): number {
    return snapshotOf(supervisor, engine).restarts;
  }

  return {
    take: (event) => {
      if (needsEngines(event)) supervisor.wake();
      awaited = nextAwaited(awaited, event, restartsOf);
    },
    endOfTry: (engine) => (isWorthAnotherTry(engine, awaited, restartsOf(engine)) ? 'engine-stayed-away' : 'engine-failed'),
    givenUp: () => [...awaited.keys()].filter((engine) => snapshotOf(supervisor, engine).state.kind === 'failed'),
    forget: () => {
      awaited = nothingAwaited;
    },
  };
}

/** A long question, or a long wait, may outlast the time after which engines rest: that they are needed is said again. */
function needsEngines({ type }: ConversationEvent): boolean {
  return type === 'speech-started' || type === 'turn-ended' || type === 'engine-lost';
}

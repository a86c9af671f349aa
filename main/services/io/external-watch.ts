import type { ServiceEvent } from '../machine.ts';
import type { ExternalRun } from '../service.ts';
import { answersAtAll } from './health.ts';

const lookEveryMs = 30_000;
const answerWithinMs = 10_000;
/** One look that fails may be a server that was busy, or restarted just then. */
const failuresToTell = 2;

/** Looks after a server of somebody else, which sends no beats, for as long as it is in use; returns what ends it. */
export function watchExternal(run: ExternalRun, tell: (event: ServiceEvent) => void): () => void {
  const ended = new AbortController();
  let failures = 0;
  let looking = false;

  async function look(): Promise<void> {
    looking = true;
    const problem = await answersAtAll(run, AbortSignal.any([ended.signal, AbortSignal.timeout(answerWithinMs)]));
    looking = false;
    if (ended.signal.aborted) return;
    failures = problem === null ? 0 : failures + 1;
    if (problem === null) tell({ kind: 'beat' });
    else if (failures >= failuresToTell) tell({ kind: 'late', reason: problem });
  }

  const timer = setInterval(() => {
    if (!looking) void look();
  }, lookEveryMs);
  return () => {
    clearInterval(timer);
    ended.abort();
  };
}

import { nextWatch, watchFrom, type LivenessPolicy, type WatchEvent } from '../liveness.ts';
import type { ServiceEvent } from '../machine.ts';

/** Watches the beats of one process for as long as it is ready. */
export interface LivenessWatch {
  readonly beat: (workingMs: number) => void;
  /** The computer slept, or we were stopped: all waiting begins anew. */
  readonly resumed: () => void;
  /** Whether its last beat said that it was at work. */
  readonly isWorking: () => boolean;
  readonly end: () => void;
}

/** Tells the machine of a service what its beats say. */
export function watchLiveness(policy: LivenessPolicy, tell: (event: ServiceEvent) => void): LivenessWatch {
  let watch = watchFrom(performance.now());
  let workingMs = 0;
  const timer = setInterval(() => {
    take({ kind: 'tick' });
  }, policy.tickMs);

  function take(event: WatchEvent): void {
    const nowMs = performance.now();
    const silentMs = nowMs - watch.lastBeatMs;
    const { watch: after, told } = nextWatch(watch, event, nowMs, policy);
    watch = after;
    if (told === 'beat') tell({ kind: 'beat' });
    else if (told === 'late') tell({ kind: 'late', reason: silence(silentMs) });
    else if (told === 'silent') tell({ kind: 'silent', reason: silence(silentMs) });
    else if (told === 'stuck') tell({ kind: 'silent', reason: `one piece of its work has gone on for ${wholeSeconds(workingMs)}` });
  }

  return {
    beat: (worksForMs) => {
      workingMs = worksForMs;
      take({ kind: 'beat', workingMs });
    },
    resumed: () => {
      take({ kind: 'resumed' });
    },
    isWorking: () => workingMs > 0,
    end: () => {
      clearInterval(timer);
    },
  };
}

function silence(silentMs: number): string {
  return `it has not given a sign of life for ${wholeSeconds(silentMs)}`;
}

function wholeSeconds(ms: number): string {
  return `${Math.floor(ms / 1_000)} s`;
}

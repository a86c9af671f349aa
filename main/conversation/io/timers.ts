/** What is to be done later, and is called off all at once. */
export interface Timers {
  readonly after: (ms: number, action: () => void) => void;
  /** From now on nothing is done any more. */
  readonly end: () => void;
}

export function createTimers(): Timers {
  const pending = new Set<NodeJS.Timeout>();
  let isOver = false;
  return {
    after: (ms, action) => {
      if (isOver) return;
      const timer = setTimeout(() => {
        pending.delete(timer);
        action();
      }, ms);
      pending.add(timer);
    },
    end: () => {
      isOver = true;
      for (const timer of pending) clearTimeout(timer);
      pending.clear();
    },
  };
}

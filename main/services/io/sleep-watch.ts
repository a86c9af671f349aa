import { sleptBetween, type ClockReading } from '../sleep.ts';

const lookEveryMs = 250;

/** Tells `onSlept` after each sleep of the computer, or stop of this process, how long it was; returns what ends it. */
export function watchSleep(onSlept: (afterMs: number) => void): () => void {
  let last = readClocks();
  const timer = setInterval(() => {
    const now = readClocks();
    const sleptMs = sleptBetween(last, now);
    last = now;
    if (sleptMs !== null) onSlept(sleptMs);
  }, lookEveryMs);
  return () => {
    clearInterval(timer);
  };
}

function readClocks(): ClockReading {
  return { steadyMs: performance.now(), dayMs: Date.now() };
}

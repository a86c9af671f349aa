/** As much of Electron's powerMonitor as is asked of it. */
export interface PowerMonitor {
  on(event: 'suspend' | 'resume', listener: () => void): unknown;
  off(event: 'suspend' | 'resume', listener: () => void): unknown;
}

/**
 * Tells of each end of a sleep that the system tells of, with how long it was; null where nobody knows. `wallMs` is the
 * clock on the wall: the only one that goes on while a computer sleeps. Returns what ends it. On a Linux without a
 * system bus nothing is told here; the supervisor's own look at the clocks notices those.
 */
export function followSleep(monitor: PowerMonitor, wallMs: () => number, onSlept: (afterMs: number | null) => void): () => void {
  let suspendedAtMs: number | null = null;

  function suspended(): void {
    suspendedAtMs = wallMs();
  }
  function resumed(): void {
    const sleptMs = suspendedAtMs === null ? null : wallMs() - suspendedAtMs;
    suspendedAtMs = null;
    // That clock may have been set meanwhile.
    onSlept(sleptMs === null || sleptMs < 0 ? null : sleptMs);
  }

  monitor.on('suspend', suspended);
  monitor.on('resume', resumed);
  return () => {
    monitor.off('suspend', suspended);
    monitor.off('resume', resumed);
  };
}

/** A stall of ours under load is shorter, and a microphone outlives it. */
const longestStallMs = 15_000;

/** Whether devices that were open before a standstill may be open and dead after it. */
export function mayHaveLostDevices(afterMs: number | null): boolean {
  return afterMs === null || afterMs > longestStallMs;
}

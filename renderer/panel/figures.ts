/** "213 ms": a figure to compare with others. */
export function milliseconds(durationMs: number): string {
  return `${Math.round(durationMs)} ms`;
}

/** "1.2 s": a figure to feel. Under a tenth of a second, milliseconds; from a minute on, minutes. */
export function duration(durationMs: number): string {
  if (durationMs < 100) return milliseconds(durationMs);
  const tenths = Math.round(durationMs / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

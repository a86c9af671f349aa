/** How loud the microphone is now, 0 to 1. Outside of React: it changes thirty times a second. */
let level = 0;

export function readLevel(): number {
  return level;
}

export function writeLevel(next: number): void {
  level = next;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { environmentOf, processes } from '../setup/earshot.ts';

const name = 'EARSHOT_CHAOS';
let marks = 0;

/** A variable that every process of one case is started with, whoever its parent is later. */
export interface Mark {
  readonly value: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly text: string;
}

export function newMark(): Mark {
  marks += 1;
  const value = `${process.pid}-${marks}`;
  return { value, environment: { [name]: value }, text: `${name}=${value}\0` };
}

/** The processes that carry the mark, and those of `among` alone when they are known: reading every environment takes its time. */
export function carriersOf({ text }: Mark, among: readonly number[] = processes().map(({ pid }) => pid)): readonly number[] {
  return among.filter((pid) => `${environmentOf(pid)}\0`.includes(text));
}

/** How long it takes from now until none of them runs; ends after ten seconds with what is left. */
export async function goneAfterMs(mark: Mark, known: readonly number[]): Promise<{ readonly ms: number; readonly left: number }> {
  const fromMs = performance.now();
  let left = carriersOf(mark, known);
  while (left.length > 0 && performance.now() - fromMs < 10_000) {
    await sleep(5);
    left = carriersOf(mark, left);
  }
  const ms = performance.now() - fromMs;
  // Whatever was started in between is not among those that were known.
  return { ms, left: carriersOf(mark).length };
}

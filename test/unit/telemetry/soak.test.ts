import { expect, test } from 'vitest';
import { afterWarmUp, soakFigures, trendOf, trendsByProcess, type ProcessLoad, type SoakLook } from '../../../main/telemetry/soak.ts';

function points(values: readonly number[]): readonly { readonly turn: number; readonly value: number }[] {
  return values.map((value, index) => ({ turn: index + 1, value }));
}

/** A soak of so many turns with one engine that holds what the function says. */
function soak(turns: number, engine: (turn: number) => Partial<ProcessLoad>): readonly SoakLook[] {
  return Array.from({ length: turns }, (_none, index) => ({
    turn: index + 1,
    processes: [
      { pid: 1, name: 'main', memoryMiB: 100, openFiles: 30, threads: 11 },
      { pid: 2, name: 'llm', memoryMiB: 300, openFiles: 20, threads: 8, ...engine(index + 1) },
    ],
  }));
}

function missed(looks: readonly SoakLook[]): readonly string[] {
  return soakFigures(looks).flatMap(({ name, ok }) => (ok === false ? [name] : []));
}

test.each([
  ['a straight line', [10, 20, 30, 40], { level: 25, growth: 30 }],
  ['a level', [5, 5, 5], { level: 5, growth: 0 }],
  ['a fall', [9, 8, 7, 6], { level: 7.5, growth: -3 }],
  ['one look', [4], { level: Number.NaN, growth: Number.NaN }],
])('%s has its trend from its first look to its last', (_title, values, trend) => {
  expect(trendOf(points(values))).toEqual(trend);
});

test('a trend through noise is what remains of it', () => {
  const noisy = points(Array.from({ length: 1_000 }, (_none, index) => 100 + index / 100 + (index % 2 === 0 ? 3 : -3)));
  const { level, growth } = trendOf(noisy);
  expect({ level: Math.round(level), growth: Math.round(growth) }).toEqual({ level: 105, growth: 10 });
});

test.each([
  [1_000, 101],
  [300, 31],
  [50, 21],
])('of a soak of %i turns the looks from turn %i on count', (turns, first) => {
  const looks = afterWarmUp(soak(turns, () => ({})));
  expect([looks[0]?.turn, looks.at(-1)?.turn]).toEqual([first, turns]);
});

test.each([50, 1_000])('what warms up and stays is no growth, in a soak of %i turns', (turns) => {
  expect(missed(soak(turns, (turn) => ({ memoryMiB: 300 * (1 - Math.exp(-turn / 8)), openFiles: Math.min(20, turn), threads: Math.min(8, turn) })))).toEqual([]);
});

test('growth counts over all of a soak: 4 % in each half are too much', () => {
  expect(missed(soak(1_000, (turn) => ({ memoryMiB: 300 + (400 * 0.08 * turn) / 1_000 })))).toEqual(['growth of memory after the warm-up, all processes']);
});

test('a soak in which nothing grows misses nothing', () => {
  expect(missed(soak(100, (turn) => ({ memoryMiB: 300 + (turn % 3), openFiles: 20 + (turn % 2) })))).toEqual([]);
});

test.each([
  ['memory', (turn: number) => ({ memoryMiB: 300 + turn }), 'growth of memory after the warm-up, all processes'],
  ['open files', (turn: number) => ({ openFiles: 20 + Math.floor(turn / 10) }), 'growth of open files after the warm-up, all processes'],
  ['threads', (turn: number) => ({ threads: 8 + Math.floor(turn / 10) }), 'growth of threads after the warm-up, all processes'],
  ['a process', (turn: number) => ({ pid: turn < 80 ? 2 : 3 }), 'looks at which the processes were not the same'],
])('%s that does not stay is told', (_title, engine, name) => {
  expect(missed(soak(100, engine))).toEqual([name]);
});

test('the process that grows is named', () => {
  const looks = soak(100, (turn) => ({ memoryMiB: 100 + turn }));
  const growths = [...trendsByProcess(looks, 'memoryMiB')].map(([name, { growth }]) => [name, Math.round(growth)]);
  expect({ growths, said: soakFigures(looks)[1]?.name }).toEqual({
    growths: [['main (1)', 0], ['llm (2)', 99]],
    said: '  most in one process: llm (2) of 161 MiB',
  });
});

test.each([0, 5, 20, 21])('a soak of %i turns proves nothing', (turns) => {
  expect(missed(soak(turns, () => ({})))).toContain('growth of memory after the warm-up, all processes');
});

import { expect, test } from 'vitest';
import { soakFigures, trendOf, trendsByProcess, type ProcessLoad, type SoakLook } from '../../../main/telemetry/soak.ts';

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
  ['a straight line', [0, 0, 0, 0, 10, 20, 30, 40], { level: 25, growth: 30 }],
  ['a level', [9, 1, 5, 5, 5, 5], { level: 5, growth: 0 }],
  ['what warms up and stays', [10, 50, 90, 100, 100, 100], { level: 100, growth: 0 }],
  ['a fall', [9, 9, 8, 6], { level: 7, growth: -2 }],
  ['one look', [4], { level: 4, growth: 0 }],
])('%s has its trend in the second half', (_title, values, trend) => {
  expect(trendOf(points(values))).toEqual(trend);
});

test('a trend through noise is what remains of it', () => {
  const noisy = points(Array.from({ length: 1_000 }, (_none, index) => 100 + index / 100 + (index % 2 === 0 ? 3 : -3)));
  const { level, growth } = trendOf(noisy);
  expect({ level: Math.round(level), growth: Math.round(growth) }).toEqual({ level: 107, growth: 5 });
});

test('a soak in which nothing grows misses nothing', () => {
  expect(missed(soak(100, (turn) => ({ memoryMiB: 300 + (turn % 3), openFiles: 20 + (turn % 2) })))).toEqual([]);
});

test.each([
  ['memory', (turn: number) => ({ memoryMiB: 300 + turn }), 'growth of memory over the second half, all processes'],
  ['open files', (turn: number) => ({ openFiles: 20 + Math.floor(turn / 10) }), 'growth of open files over the second half, all processes'],
  ['threads', (turn: number) => ({ threads: 8 + Math.floor(turn / 10) }), 'growth of threads over the second half, all processes'],
  ['a process', (turn: number) => ({ pid: turn < 80 ? 2 : 3 }), 'looks at which the processes were not the same'],
])('%s that does not stay is told', (_title, engine, name) => {
  expect(missed(soak(100, engine))).toEqual([name]);
});

test('the process that grows is named', () => {
  const looks = soak(100, (turn) => ({ memoryMiB: 100 + turn }));
  const growths = [...trendsByProcess(looks, 'memoryMiB')].map(([name, { growth }]) => [name, Math.round(growth)]);
  expect({ growths, said: soakFigures(looks)[1]?.name }).toEqual({
    growths: [['main (1)', 0], ['llm (2)', 49]],
    said: '  most in one process: llm (2) of 176 MiB',
  });
});

test('a soak without a look proves nothing', () => {
  expect(missed([])).toContain('growth of memory over the second half, all processes');
});

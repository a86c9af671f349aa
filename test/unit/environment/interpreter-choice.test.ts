import { expect, test } from 'vitest';
import { isWorthAsking, listedPythons, pythonMissing, readFailure, unsuitableBecause } from '../../../main/environment/interpreter-choice.ts';

const good = { path: '/usr/bin/python3.11', is64Bit: true, isFreeThreaded: false, isConda: false, isVirtual: false };

test('an ordinary Python will do', () => {
  expect(unsuitableBecause(JSON.stringify(good))).toEqual({ path: '/usr/bin/python3.11' });
});

test.each([
  ['of 32 bits', { ...good, is64Bit: false }, 'it is a 32-bit one, and the engines exist for 64 bits only'],
  ['free-threaded', { ...good, isFreeThreaded: true }, 'it is a free-threaded build, for which the engines do not exist'],
  ['of Conda', { ...good, isConda: true }, 'it belongs to a Conda installation, whose libraries clash with those of the engines'],
  ['of somebody’s environment', { ...good, isVirtual: true }, 'it belongs to the environment of another program'],
])('a Python %s will not', (_title, said, reason) => {
  expect(unsuitableBecause(JSON.stringify(said))).toEqual({ reason });
});

test('neither will one that does not run or says something else, as the shop’s alias on Windows does', () => {
  expect(unsuitableBecause(null)).toEqual({ reason: 'it does not run, or lacks a part of the standard library' });
  for (const answer of ['', 'Python was not found; run without arguments to install from the Microsoft Store', '{}', JSON.stringify({ ...good, path: '' })]) {
    expect(unsuitableBecause(answer)).toEqual({ reason: 'it does not answer as a Python does' });
  }
});

test('a place where no Python was to be had is asked again after a day, another one at once', () => {
  const failure = { source: '', failedMs: 1_000_000_000 };
  const hourMs = 3_600_000;
  expect(isWorthAsking(null, '', 0)).toBe(true);
  expect([0, 1, 23, 24].map((hours) => isWorthAsking(failure, '', failure.failedMs + hours * hourMs))).toEqual([false, false, false, true]);
  expect(isWorthAsking(failure, 'https://mirror.example/pythons', failure.failedMs)).toBe(true);
  // The clock was put back.
  expect(isWorthAsking(failure, '', failure.failedMs - hourMs)).toBe(true);
});

test('what was remembered is read back, and what cannot be read is nothing', () => {
  expect(readFailure('{"source":"","failedMs":5}')).toEqual({ source: '', failedMs: 5 });
  for (const text of ['', '{', '[]', '{"source":1,"failedMs":5}']) expect(readFailure(text)).toBeNull();
});

test('of the listed ones the ordinary ones of the wanted versions are taken, the best version first', () => {
  function listed(path: string | null, minor: number, others: Readonly<Record<string, unknown>> = {}): unknown {
    return { key: 'any', path, implementation: 'cpython', variant: 'default', version_parts: { major: 3, minor, patch: 2 }, ...others };
  }
  const text = JSON.stringify([
    listed('/a/python3.13', 13),
    listed('/b/python3.13t', 13, { variant: 'freethreaded' }),
    listed('/c/python3.12', 12),
    listed('/d/pypy3.11', 11, { implementation: 'pypy' }),
    listed('/e/python3.11', 11),
    listed('/f/python3.9', 9),
    listed(null, 11),
  ]);
  expect(listedPythons(text, ['3.11', '3.12', '3.13'])).toEqual([
    { path: '/e/python3.11', series: '3.11' },
    { path: '/c/python3.12', series: '3.12' },
    { path: '/a/python3.13', series: '3.13' },
  ]);
  expect(listedPythons('warning: nothing', ['3.11'])).toEqual([]);
});

test('who has no Python is told what was found, why none was fetched and what to install', () => {
  expect(pythonMissing(['3.11', '3.12'], new Map([['/opt/conda/bin/python', 'it belongs to a Conda installation']]), 'dns error', 'linux')).toEqual({
    id: 'python-missing',
    title: 'Earshot needs Python 3.11, 3.12, and those on this computer will not do.',
    detail: '/opt/conda/bin/python: it belongs to a Conda installation\nA Python of its own could not be fetched: dns error',
    cure: 'Install it (Debian and Ubuntu: sudo apt install python3; Fedora: sudo dnf install python3.11), or connect to the internet so that Earshot can fetch its own; then start again.',
  });
  expect(pythonMissing(['3.11'], new Map(), 'dns error', 'win32')).toMatchObject({
    title: 'Earshot needs Python 3.11 and found none.',
    cure: expect.stringContaining('Install Python 3.11 (64-bit) from python.org') as string,
  });
});

import { expect, test } from 'vitest';
import { compareVersions, isVersion } from '../../../main/platform/versions.ts';

test.each([
  ['2.9.1', '2.10.0', -1],
  ['450.80.02', '450.80.2', 0],
  ['550', '550.0.0', 0],
  ['550.54.15-grid', '550.54.15', 0],
  ['550.54.15-grid', '550.54.14', 1],
  ['2.9.1+cu128', '2.9.1', 0],
  ['12.0+PTX', '12.0', 0],
  ['', '418', -1],
  ['N/A', '[Not Supported]', 0],
  ['610.1', 'N/A', 1],
])('%s against %s is %i, and the other way round its opposite', (a, b, expected) => {
  expect([compareVersions(a, b), compareVersions(b, a) + 0]).toEqual([expected, 0 - expected]);
});

test('what drivers print when they do not know is no version', () => {
  expect(['', 'N/A', '[N/A]', 'ERR!', '[Not Supported]', '550', ' 550.1'].map(isVersion)).toEqual([false, false, false, false, false, true, true]);
});

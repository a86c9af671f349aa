import { expect, test } from 'vitest';
import { catalogue } from '../../../../main/plan/catalogue.ts';
import { admits, everyBuild, isAtLeast, sensibleBuilds } from './oracle.ts';

/** The oracle is measured against the plain sentences of the field before it judges the planner. */
test.each([
  ['Pascal has no code in cu128', admits('cu128', '6.1', '580.95.05', 'linux'), false],
  ['Pascal has code in cu126', admits('cu126', '6.1', '535.183.01', 'linux'), true],
  ['Pascal has no code in cu130', admits('cu130', '6.1', '580.95.05', 'linux'), false],
  ['Volta has code in cu128 on Linux', admits('cu128', '7.0', '570.26', 'linux'), true],
  ['Volta has no code in cu128 on Windows', admits('cu128', '7.0', '572.83', 'win32'), false],
  ['Blackwell has no code in cu126', admits('cu126', '12.0', '580.95.05', 'linux'), false],
  ['Blackwell has code in cu128', admits('cu128', '12.0', '570.26', 'linux'), true],
  ['an RTX 3050 has code in cu118', admits('cu118', '8.6', '450.80.02', 'linux'), true],
  ['an RTX 4090 runs the code for 8.6', admits('cu126', '8.9', '535.183.01', 'linux'), true],
  ['cu130 needs driver 580', admits('cu130', '8.6', '575.64.03', 'linux'), false],
  ['a GTX 780 does not run the code for 3.7', admits('cu118', '3.5', '470.256.02', 'linux'), false],
  ['nothing runs without a driver', admits('cu118', '8.6', null, 'linux'), false],
])('%s', (_sentence, answer, expected) => {
  expect(answer).toBe(expected);
});

test('versions are compared by number', () => {
  expect([isAtLeast('550.9', '550.54'), isAtLeast('1000', '580'), isAtLeast('525.60.13', '525.60.13'), isAtLeast('580', '580.65')]).toEqual([false, true, true, false]);
});

test('a card is given a current build, an old driver the build it can run, and neither the CPU', () => {
  expect([sensibleBuilds('8.6', '535.183.01', 'linux'), sensibleBuilds('7.5', '470.256.02', 'linux'), sensibleBuilds('12.0', '570.26', 'linux'), sensibleBuilds('7.5', '418.226', 'linux')]).toEqual([
    ['cu128', 'cu126'],
    ['cu118'],
    ['cu128'],
    ['cpu'],
  ]);
});

test('the catalogue knows every build that people have', () => {
  const known = new Set(catalogue.torchBuilds.map((build) => build.id));
  expect([...everyBuild, 'cpu'].filter((id) => !known.has(id))).toEqual([]);
});

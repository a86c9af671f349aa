import { expect, test } from 'vitest';
import { generationOf, isLegacy, kernelFit } from '../../../main/plan/kernels.ts';

const cu126 = ['5.0', '6.0', '7.0', '7.5', '8.0', '8.6', '9.0'];
const cu130 = ['7.5', '8.0', '8.6', '9.0', '10.0', '12.0+PTX'];

test.each([
  // Same major version, later minor one.
  ['6.1', cu126, 'native'],
  ['8.9', cu126, 'native'],
  ['8.6', ['8.0'], 'native'],
  ['12.1', cu130, 'native'],
  // Never backwards, never across major versions.
  ['8.0', ['8.6'], 'none'],
  ['12.0', cu126, 'none'],
  ['11.0', cu130, 'none'],
  ['6.1', cu130, 'none'],
  // Portable programs run on whatever comes later.
  ['13.0', cu130, 'translated'],
  ['8.0', ['3.7+PTX', '8.6'], 'translated'],
  ['3.5', ['3.7+PTX'], 'none'],
  // Jetson boards run their own programs only, and nobody else runs theirs.
  ['5.3', cu126, 'none'],
  ['6.2', cu126, 'none'],
  ['7.2', cu126, 'none'],
  ['8.7', cu126, 'none'],
  ['10.1', cu130, 'none'],
  ['11.0', [...cu130, '11.0'], 'native'],
  ['8.7', ['8.7'], 'native'],
  ['8.9', ['8.7'], 'none'],
  ['8.6', [], 'none'],
] as const)('a card of %s with programs for %j: %s', (capability, kernels, expected) => {
  expect(kernelFit(kernels, capability)).toBe(expected);
});

test('generations have the names people know, and only those before Turing are legacy', () => {
  const capabilities = ['2.1', '3.7', '5.2', '6.1', '7.0', '7.5', '8.6', '8.9', '9.0', '10.0', '12.0', '13.0'];
  expect(capabilities.map((capability) => [capability, generationOf(capability), isLegacy(capability)])).toEqual([
    ['2.1', 'early', true],
    ['3.7', 'Kepler', true],
    ['5.2', 'Maxwell', true],
    ['6.1', 'Pascal', true],
    ['7.0', 'Volta', true],
    ['7.5', 'Turing', false],
    ['8.6', 'Ampere', false],
    ['8.9', 'Ada', false],
    ['9.0', 'Hopper', false],
    ['10.0', 'Blackwell', false],
    ['12.0', 'Blackwell', false],
    ['13.0', 'later than Blackwell', false],
  ]);
});

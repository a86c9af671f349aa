import { expect, test } from 'vitest';
import { predictedFigure, quantile, ratioFigure } from '../../../main/telemetry/figures.ts';
import { firstSentenceLength } from '../../../main/telemetry/sentence.ts';

test('quantiles lie between their neighbours, in any order of the values', () => {
  expect([quantile([4, 1, 3, 2], 0.5), quantile([5], 0.9), quantile([0, 10], 0.9), quantile([], 0.5)]).toEqual([2.5, 5, 9, Number.NaN]);
});

test('a figure is judged by its ratio, not by its value', () => {
  expect([ratioFigure('x', 125, 100, 'ms', 1.25).ok, ratioFigure('x', 126, 100, 'ms', 1.25).ok, ratioFigure('x', 9_000, 8_000, 'ms', 1.25).ratio]).toEqual([
    true,
    false,
    1.125,
  ]);
});

test('a prediction is good within 30 % of what was measured, either way', () => {
  expect([69, 70, 100, 130, 131].map((predicted) => predictedFigure('x', predicted, 100, 'ms').ok)).toEqual([false, true, true, true, false]);
});

test('a first sentence is complete once something follows it', () => {
  expect(['Paris.', 'Paris. It', 'He said "Paris." Then', 'Is it? Yes', 'About 3.14 or'].map(firstSentenceLength)).toEqual([null, 6, 16, 6, null]);
});

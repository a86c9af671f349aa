import { expect, test } from 'vitest';
import { errorMessage, formatBytes, formatDuration } from '../../../main/platform/text.ts';

test('sizes read as a person would say them', () => {
  expect([0, 1023, 1024, 1536, 145_217_532, 1.3 * 1024 ** 3, 2 * 1024 ** 4, 5000 * 1024 ** 4].map(formatBytes)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1.5 KiB',
    '138.5 MiB',
    '1.3 GiB',
    '2.0 TiB',
    '5000.0 TiB',
  ]);
});

test('durations read as a person would say them', () => {
  expect([0, 12.4, 999, 1000, 2345, 61_000].map(formatDuration)).toEqual(['0 ms', '12 ms', '999 ms', '1.0 s', '2.3 s', '61.0 s']);
});

test('whatever was thrown has a message', () => {
  expect([new Error('it broke'), 'a text', 42, null].map(errorMessage)).toEqual(['it broke', 'a text', '42', 'null']);
});

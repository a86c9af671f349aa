import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createUvReader, type UvEvent } from '../../../main/environment/uv-output.ts';
import { createUvProgress, type ReceivedBytes } from '../../../main/environment/uv-progress.ts';

/** What uv 0.13.8 told on a terminal while it fetched eleven packages, two of which were too small and too quick to be drawn. */
const events = createUvReader().read(readFileSync(join(import.meta.dirname, 'uv-output', 'coloured.txt'), 'utf8'));

/** Real sizes of these packages, as an index tells them. */
const sizes: readonly (readonly [string, number])[] = [
  ['coloredlogs', 46_018], ['docopt', 25_901], ['flatbuffers', 26_661], ['humanfriendly', 86_794], ['mpmath', 536_198], ['numpy', 16_916_816],
  ['onnxruntime', 16_462_000], ['packaging', 129_956], ['protobuf', 343_220], ['six', 11_050], ['sympy', 6_299_353],
];
const wholeBytes = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);

function follow(told: readonly UvEvent[], expectedBytes?: ReadonlyMap<string, number>): readonly ReceivedBytes[] {
  const progress = createUvProgress({ expectedBytes });
  return told.map((event) => progress.take(event));
}

function steps(said: readonly ReceivedBytes[]): readonly number[] {
  return said.slice(1).map(({ receivedBytes }, index) => receivedBytes - (said[index]?.receivedBytes ?? 0));
}

function downloading(name: string, receivedBytes: number, totalBytes: number): UvEvent {
  return { kind: 'downloading', name, receivedBytes, totalBytes };
}

test('with the sizes of the lock it goes from nothing to the whole, never back, and its total never changes', () => {
  const said = follow(events, new Map(sizes));
  expect(said[0]).toEqual({ receivedBytes: 0, totalBytes: wholeBytes });
  expect(said.at(-1)).toEqual({ receivedBytes: wholeBytes, totalBytes: wholeBytes });
  expect(new Set(said.map(({ totalBytes }) => totalBytes)).size).toBe(1);
  expect(Math.min(...steps(said))).toBe(0);
  // Read, not guessed: no step of it is a package that was counted as a whole.
  expect(Math.max(...steps(said))).toBeLessThan(wholeBytes / 10);
});

test('without the sizes the total is what uv has named so far', () => {
  const said = follow(events);
  expect(said[0]).toEqual({ receivedBytes: 0, totalBytes: null });
  expect(said.at(-1)).toEqual({ receivedBytes: 40_846_971, totalBytes: 40_846_971 });
  expect(Math.min(...steps(said))).toBe(0);
});

test('what is in the cache counts as there as soon as uv has named all that is not', () => {
  const cached = 888_000_000;
  const said = follow(events, new Map([...sizes, ['torch', cached]]));
  const counted = said.findIndex(({ receivedBytes }) => receivedBytes >= cached);
  // Long before the end: while the greatest two are still on their way.
  expect(events[counted]).toMatchObject({ kind: 'downloading', name: 'onnxruntime', receivedBytes: 688_128 });
  expect(said.at(-1)).toEqual({ receivedBytes: wholeBytes + cached, totalBytes: wholeBytes + cached });
});

test('of packages that may be in the cache it counts only as many as cannot be missing, the smallest', () => {
  const expected = new Map([['small', 1], ['middle', 10], ['large', 100], ['other', 1_000]]);
  const said = follow([{ kind: 'preparing', done: 0, of: 0 }, { kind: 'preparing', done: 0, of: 3 }, downloading('other', 500, 1_000), downloading('large', 0, 100)], expected);
  expect(said.map(({ receivedBytes }) => receivedBytes)).toEqual([0, 1, 501, 501]);
});

test('an installation all from the cache is whole when it is installed', () => {
  const said = follow([{ kind: 'line', text: 'Resolved 2 packages in 3ms' }, { kind: 'installed' }], new Map([['torch', 888], ['numpy', 16]]));
  expect(said).toEqual([
    { receivedBytes: 0, totalBytes: 904 },
    { receivedBytes: 904, totalBytes: 904 },
  ]);
});

test('a download that begins again is counted on from where it was', () => {
  const said = follow([downloading('torch', 700, 888), downloading('torch', 0, 888), downloading('torch', 600, 888), downloading('torch', 800, 888)]);
  expect(said.map(({ receivedBytes }) => receivedBytes)).toEqual([700, 700, 700, 800]);
});

test('a download that was taken for finished and begins again is not finished', () => {
  const said = follow([downloading('torch', 100, 888), { kind: 'downloaded', name: 'torch' }, downloading('torch', 0, 888), downloading('numpy', 16, 16)]);
  expect(said.map(({ receivedBytes }) => receivedBytes)).toEqual([100, 888, 888, 888]);
});

test('a package is never counted for more than the lock says', () => {
  expect(follow([downloading('torch', 890, 890)], new Map([['torch', 888]]))).toEqual([{ receivedBytes: 888, totalBytes: 888 }]);
});

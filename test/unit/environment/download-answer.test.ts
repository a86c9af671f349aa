import { describe, expect, test } from 'vitest';
import { judge, rangeHeaders, validatorOf, type AnswerHead, type Part, type Verdict } from '../../../main/environment/download-answer.ts';

const url = 'https://hub.example/model.bin';
const etag = { kind: 'etag', value: '"one"' } as const;
const half: Part = { bytes: 500, validator: { ...etag, url } };
const nothing: Part = { bytes: 0, validator: null };
const nowMs = Date.parse('Wed, 01 Jan 2025 00:00:00 GMT');

function verdict(status: number, headers: AnswerHead['headers'], part = half, range = true): Verdict {
  return judge({ status, headers }, part, { url, range }, 1000, nowMs);
}

/** What is done, and for how many bytes already here. */
function outline(given: Verdict): string {
  if (given.kind === 'take') return `take after ${given.skip}`;
  return given.kind === 'refused' ? `refused: ${given.code}` : given.kind;
}

const rest = { 'content-range': 'bytes 500-999/1000', 'content-length': '500', etag: '"one"' };

describe('an answer to the request for the rest of a file', () => {
  test.each<[string, number, AnswerHead['headers'], string]>([
    ['the rest of the same file', 206, rest, 'take after 0'],
    ['the rest, of a server that names no state', 206, { 'content-range': 'bytes 500-999/1000' }, 'take after 0'],
    ['the rest, its length left open', 206, { ...rest, 'content-range': 'bytes 500-999/*' }, 'take after 0'],
    ['a part of the rest', 206, { ...rest, 'content-range': 'bytes 500-699/1000' }, 'take after 0'],
    ['the rest of another state of it', 206, { ...rest, etag: '"two"' }, 'ask-for-all'],
    ['the rest of a longer file', 206, { ...rest, 'content-range': 'bytes 500-1999/2000' }, 'refused: wrong-file'],
    ['another range', 206, { ...rest, 'content-range': 'bytes 0-999/1000' }, 'ask-for-all'],
    ['a range that is none', 206, { 'content-type': 'multipart/byteranges' }, 'ask-for-all'],
    ['a packed range', 206, { ...rest, 'content-encoding': 'gzip' }, 'ask-for-all'],
    ['the whole file', 200, { 'content-length': '1000', etag: '"one"' }, 'take after 500'],
    ['the whole file, its state not named', 200, { 'content-length': '1000' }, 'take after 500'],
    ['the whole of another state of it', 200, { 'content-length': '1000', etag: '"two"' }, 'start-over'],
    ['a file of another length', 200, { 'content-length': '900', etag: '"two"' }, 'refused: wrong-file'],
    ['a file of unknown length', 200, { etag: '"one"' }, 'take after 500'],
    ['no such range', 416, { 'content-range': 'bytes */1000' }, 'ask-for-all'],
    ['no entry', 401, {}, 'refused: unauthorised'],
    ['no entry for this one', 403, {}, 'refused: unauthorised'],
    ['no such file', 404, {}, 'refused: not-found'],
    ['no such file any more', 410, {}, 'refused: not-found'],
    ['a bad request', 400, {}, 'refused: refused'],
    ['too often', 429, {}, 'wait'],
    ['trouble', 500, {}, 'wait'],
    ['trouble further on', 504, {}, 'wait'],
  ])('%s', (_what, status, headers, expected) => {
    expect(outline(verdict(status, headers))).toBe(expected);
  });
});

test('a range nobody asked for is not taken', () => {
  expect([outline(verdict(206, rest, half, false)), outline(verdict(416, {}, nothing, false))]).toEqual(['ask-for-all', 'refused: refused']);
});

test('a file of which nothing is here is taken in whatever state it is', () => {
  expect(verdict(200, { etag: '"new"', 'content-length': '1000' }, nothing)).toEqual({ kind: 'take', skip: 0, validator: { kind: 'etag', value: '"new"' } });
});

test('the state of a file on another server says nothing of this one', () => {
  const elsewhere: Part = { bytes: 500, validator: { ...etag, url: 'https://mirror.example/model.bin' } };
  expect([outline(verdict(200, { etag: '"two"', 'content-length': '1000' }, elsewhere)), rangeHeaders(elsewhere, { url, range: true })]).toEqual(['take after 500', { range: 'bytes=500-' }]);
});

test.each([
  ['7', 7000],
  ['Wed, 01 Jan 2025 00:00:30 GMT', 30_000],
  ['Tue, 31 Dec 2024 00:00:00 GMT', null],
  ['soon', null],
])('Retry-After: %s', (value, retryAfterMs) => {
  expect(verdict(503, { 'retry-after': value })).toMatchObject({ kind: 'wait', retryAfterMs });
});

test.each<[AnswerHead['headers'], unknown]>([
  [{ etag: '"one"', 'last-modified': 'Mon' }, { kind: 'etag', value: '"one"' }],
  [{ etag: 'W/"one"', 'last-modified': 'Mon' }, { kind: 'last-modified', value: 'Mon' }],
  [{ etag: 'W/"one"' }, null],
  [{}, null],
])('a file’s state is its strong ETag, else its date (%o)', (headers, expected) => {
  expect(validatorOf({ status: 200, headers })).toEqual(expected);
});

test('the rest is asked for with the state it must be of, and the whole without either', () => {
  expect([rangeHeaders(half, { url, range: true }), rangeHeaders(half, { url, range: false }), rangeHeaders(nothing, { url, range: true })]).toEqual([
    { range: 'bytes=500-', 'if-range': '"one"' },
    {},
    {},
  ]);
});

import { expect, test } from 'vitest';
import { recoveryFigures, type Recovery } from '../../../main/telemetry/recovery.ts';

const fine: Recovery = {
  id: 'llm',
  shownMs: 20,
  respawnedMs: 300,
  readyMs: 2_300,
  loadMs: 2_000,
  addedMs: 2_500,
  reply: 'The sky is blue. Light is scattered. So it looks.',
  undisturbedReply: 'The sky is blue. Light is scattered.  So it looks.',
  turns: 1,
  isSpoken: true,
};

function missed(...recoveries: readonly Recovery[]): readonly string[] {
  return recoveryFigures(recoveries, ['llm'], recoveries.length).flatMap(({ name, ok }) => (ok === false ? [name.replace('language model killed in mid-answer: ', '')] : []));
}

test('an engine that comes back in time, with the whole answer, misses nothing', () => {
  expect(missed(fine, fine)).toEqual([]);
});

test.each([
  ['shown late', { shownMs: 251 }, ['shown, slowest']],
  ['started late', { respawnedMs: 1_001 }, ['started again, slowest']],
  ['ready late', { readyMs: 3_001 }, ['ready, beyond its load, slowest']],
  ['never ready', { readyMs: Number.NaN }, ['ready, beyond its load, slowest']],
  ['no answer', { turns: 0, reply: '' }, ['answers complete, word for word']],
  ['no answer, as without a kill', { reply: '', undisturbedReply: '' }, ['answers complete, word for word']],
  ['two answers', { turns: 2 }, ['answers complete, word for word']],
  ['an answer that was not spoken', { isSpoken: false }, ['answers complete, word for word']],
  ['a sentence said twice', { reply: 'The sky is blue. The sky is blue. Light is scattered. So it looks.' }, ['answers complete, word for word']],
  ['an answer without its middle', { reply: 'The sky is blue. So it looks.' }, ['answers complete, word for word']],
  ['an answer without its end', { reply: 'The sky is blue. Light is scattered.' }, ['answers complete, word for word']],
  ['another answer', { reply: 'It is blue.' }, ['answers complete, word for word']],
])('%s is told, however well the others went', (_title, change, names) => {
  expect(missed(fine, { ...fine, ...change }, fine)).toEqual(names);
});

test('where an answer was taken up again, its spaces and marks may differ', () => {
  expect(missed({ ...fine, reply: 'The sky is blue – light is “scattered”. so it looks!' })).toEqual([]);
});

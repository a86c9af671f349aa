import { expect, test } from 'vitest';
import { createReplyStream, type ReplyStream } from '../../../main/conversation/reply-stream.ts';
import { pcmOf, samplesOf } from '../../fakes/conversation-server.ts';

function unplayedOf(stream: ReplyStream): readonly (readonly [sample: number, samples: readonly number[]])[] {
  return stream.unplayed().map(({ sample, pcm }) => [sample, samplesOf(pcm)]);
}

/** Samples 0 to 6 in two pieces. */
function sevenSamples(): ReplyStream {
  const stream = createReplyStream();
  stream.push(pcmOf([10, 11, 12]));
  stream.push(pcmOf([13, 14, 15, 16]));
  return stream;
}

test('each piece is told its place in the one stream of all replies', () => {
  const stream = sevenSamples();
  expect(stream.push(pcmOf([17])).sample).toBe(7);
});

test('what the playhead has not passed is still to be played, to the sample', () => {
  const left = Array.from({ length: 9 }, (_, sample) => {
    const stream = sevenSamples();
    stream.played(sample);
    return unplayedOf(stream);
  });
  expect(left).toEqual([
    [[0, [10, 11, 12]], [3, [13, 14, 15, 16]]],
    [[1, [11, 12]], [3, [13, 14, 15, 16]]],
    [[2, [12]], [3, [13, 14, 15, 16]]],
    [[3, [13, 14, 15, 16]]],
    [[4, [14, 15, 16]]],
    [[5, [15, 16]]],
    [[6, [16]]],
    [],
    [],
  ]);
});

test('a playhead that is told twice or late takes nothing more away', () => {
  const stream = sevenSamples();
  for (const sample of [4, 4, 2]) stream.played(sample);
  expect(unplayedOf(stream)).toEqual([[4, [14, 15, 16]]]);
});

test('after what nobody wants to hear was dropped, the next reply is the only one to be played, at its own place', () => {
  const stream = sevenSamples();
  stream.drop();
  stream.push(pcmOf([20, 21]));
  const before = unplayedOf(stream);
  stream.played(8);
  expect([before, unplayedOf(stream)]).toEqual([[[7, [20, 21]]], [[8, [21]]]]);
});

test('a piece is a copy of its own, whatever becomes of the buffer it came in', () => {
  const buffer = pcmOf([1, 2, 3, 4]);
  const stream = createReplyStream();
  const { pcm } = stream.push(buffer.subarray(2, 6));
  buffer.fill(0);
  expect({ samples: samplesOf(pcm), ownBytes: pcm.buffer.byteLength }).toEqual({ samples: [2, 3], ownBytes: 4 });
});

test('a Buffer, as it comes from the network, is copied too', () => {
  const buffer = Buffer.from(pcmOf([1, 2]));
  const stream = createReplyStream();
  const { pcm } = stream.push(buffer);
  stream.played(1);
  buffer.fill(0);
  expect({ whole: samplesOf(pcm), rest: unplayedOf(stream) }).toEqual({ whole: [1, 2], rest: [[1, [2]]] });
});

import { expect, test } from 'vitest';
import { createKeptSound, type KeptSound } from '../../../main/conversation/kept-sound.ts';

/** 100 ms of sound, told apart by its first byte. */
function piece(mark: number): Uint8Array {
  const pcm = new Uint8Array(3_200);
  pcm[0] = mark;
  return pcm;
}

function marksOf(sound: KeptSound): readonly (number | undefined)[] {
  return sound.pieces().map((pcm) => pcm[0]);
}

/** 300 ms in pieces 1, 2, 3, heard by a clock that stood at 5,000 when they began. */
function threePieces(): KeptSound {
  const sound = createKeptSound();
  for (const mark of [1, 2, 3]) sound.add(piece(mark), 5_000 + 100 * mark);
  return sound;
}

test('sound is kept in the order it was heard', () => {
  const sound = threePieces();
  expect({ marks: marksOf(sound), startMs: sound.startMs(), endMs: sound.endMs() }).toEqual({ marks: [1, 2, 3], startMs: 0, endMs: 300 });
});

test('what ended before a moment is forgotten; the piece that spans it stays whole', () => {
  const kept = [0, 99, 100, 150, 200, 300, 1_000].map((ms) => {
    const sound = threePieces();
    sound.forgetBefore(ms);
    return [ms, marksOf(sound), sound.startMs(), sound.endMs()];
  });
  expect(kept).toEqual([
    [0, [1, 2, 3], 0, 300],
    [99, [1, 2, 3], 0, 300],
    [100, [2, 3], 100, 300],
    [150, [2, 3], 100, 300],
    [200, [3], 200, 300],
    [300, [], 300, 300],
    [1_000, [], 300, 300],
  ]);
});

test('each moment of it was heard when the clock says, not when its piece was complete', () => {
  const sound = threePieces();
  sound.forgetBefore(100);
  expect([50, 100, 150, 250, 300, 301].map(sound.heardAt)).toEqual([null, 5_100, 5_150, 5_250, 5_300, null]);
});

test('in a new connection it begins where that connection is, and was still heard when it was', () => {
  const sound = threePieces();
  sound.forgetBefore(100);
  sound.moveTo(0);
  sound.add(piece(4), 5_400);
  expect({ marks: marksOf(sound), endMs: sound.endMs(), heardAt: [0, 150, 300].map(sound.heardAt) }).toEqual({ marks: [2, 3, 4], endMs: 300, heardAt: [5_100, 5_250, 5_400] });
});

test('with nothing kept, the next sound is where the connection is', () => {
  const sound = threePieces();
  sound.forgetBefore(300);
  sound.moveTo(0);
  sound.add(piece(4), 6_000);
  expect({ marks: marksOf(sound), endMs: sound.endMs(), heardAt: sound.heardAt(100) }).toEqual({ marks: [4], endMs: 100, heardAt: 6_000 });
});

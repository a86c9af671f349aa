import { describe, expect, it } from 'vitest';
import { type GateState, openGate, pastGate } from '../../../renderer/audio/quiet-gate.ts';

const quiet = 0.0005;
const voice = 0.05;

/** Numbers of the chunks that get past the gate. */
function sentOf(loudness: readonly number[]): readonly number[] {
  let gate: GateState<number> = openGate;
  return loudness.flatMap((rms, number) => {
    const after = pastGate(gate, number, rms);
    gate = after.gate;
    return after.sent;
  });
}

function filled(count: number, rms: number): readonly number[] {
  return Array.from({ length: count }, () => rms);
}

describe('the quiet gate', () => {
  it('lets every chunk pass while there is sound, and four seconds beyond: they decide about the end of a turn', () => {
    const heard = [...filled(100, voice), ...filled(128, quiet)];
    expect(sentOf(heard)).toEqual([...heard.keys()]);
  });

  it('sends nothing of a room that stays quiet', () => {
    expect(sentOf(filled(1000, quiet))).toHaveLength(128);
  });

  it('opens at the first sound, with the 0.8 s before it, in order', () => {
    const sent = sentOf([...filled(1000, quiet), voice, voice]);
    expect(sent.slice(128)).toEqual(Array.from({ length: 26 }, (_, index) => 976 + index));
  });

  it('loses and repeats no chunk when the quiet was barely long enough to close it', () => {
    const heard = [...filled(130, quiet), voice, quiet];
    expect(sentOf(heard)).toEqual([...heard.keys()]);
  });
});

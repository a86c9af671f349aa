/** What a gate remembers: how long it has been quiet, and the last chunks that it held back. */
export interface GateState<Chunk> {
  readonly quietChunks: number;
  readonly heldBack: readonly Chunk[];
}

export const openGate: GateState<never> = { quietChunks: 0, heldBack: [] };

/** −56 dB of full scale: a voice, gain-controlled by the browser, is thirty decibels louder, a quiet room below it. */
const quietRms = 0.0016;
/** 4.1 s: silence up to 3 s decides about the end of a turn and has to be heard. */
const holdChunks = 128;
/** 0.8 s from before the first sound: soft beginnings, and what the recogniser gets of them. */
const preRollChunks = 24;

/**
 * The gate after one more chunk, and what is to be sent now, oldest first. A room that has long been quiet costs nothing:
 * nobody is sent 31 chunks of silence a second. To the listener the silence is only shorter than it was.
 */
export function pastGate<Chunk>(gate: GateState<Chunk>, chunk: Chunk, rms: number): { readonly gate: GateState<Chunk>; readonly sent: readonly Chunk[] } {
  if (rms > quietRms) return { gate: openGate, sent: [...gate.heldBack, chunk] };
  const quietChunks = gate.quietChunks + 1;
  if (quietChunks <= holdChunks) return { gate: { quietChunks, heldBack: [] }, sent: [chunk] };
  return { gate: { quietChunks, heldBack: [...gate.heldBack.slice(1 - preRollChunks), chunk] }, sent: [] };
}

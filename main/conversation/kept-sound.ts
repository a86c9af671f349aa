/** Bytes of one millisecond of 16 kHz s16le mono. */
const bytesPerMs = 32;

interface Piece {
  readonly startMs: number;
  readonly pcm: Uint8Array;
  /** When it was heard. */
  readonly atMs: number;
}

/** The microphone's sound of the turn in flight, by its place in the open connection: what has to be said again when an engine dies. */
export interface KeptSound {
  readonly add: (pcm: Uint8Array, nowMs: number) => void;
  /** Forgets what ended before `ms`. */
  readonly forgetBefore: (ms: number) => void;
  /** Everything kept, oldest first. */
  readonly pieces: () => readonly Uint8Array[];
  /** The kept sound is sent once more, so that it begins at `startMs` of a connection. */
  readonly moveTo: (startMs: number) => void;
  /** When the sound at `ms` was heard; null when it is no longer kept. */
  readonly heardAt: (ms: number) => number | null;
  /** Where the oldest sound is that is kept. */
  readonly startMs: () => number;
  /** Where the next sound will be. */
  readonly endMs: () => number;
}

export function createKeptSound(): KeptSound {
  let pieces: readonly Piece[] = [];
  let endMs = 0;

  function startMs(): number {
    return pieces[0]?.startMs ?? endMs;
  }

  return {
    add: (pcm, nowMs) => {
      pieces = [...pieces, { startMs: endMs, pcm, atMs: nowMs }];
      endMs += pcm.length / bytesPerMs;
    },
    forgetBefore: (ms) => {
      if (pieces[0] !== undefined && endOf(pieces[0]) <= ms) pieces = pieces.filter((piece) => endOf(piece) > ms);
    },
    pieces: () => pieces.map((piece) => piece.pcm),
    moveTo: (toMs) => {
      const shift = toMs - startMs();
      pieces = pieces.map((piece) => ({ ...piece, startMs: piece.startMs + shift }));
      endMs += shift;
    },
    heardAt: (ms) => {
      const index = pieces.findIndex((candidate) => ms <= endOf(candidate));
      const piece = pieces[index];
      if (piece === undefined || ms < piece.startMs) return null;
      // Silence that we add comes all at once; the sound before it was not heard earlier for that.
      const spokenMs = piece.atMs - (endOf(piece) - ms);
      return Math.max(pieces[index - 1]?.atMs ?? spokenMs, spokenMs);
    },
    startMs,
    endMs: () => endMs,
  };
}

function endOf(piece: Piece): number {
  return piece.startMs + piece.pcm.length / bytesPerMs;
}

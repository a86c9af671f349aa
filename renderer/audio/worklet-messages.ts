/** Names under which the worklets are registered. */
export const captureProcessor = 'earshot-capture';
export const playbackProcessor = 'earshot-playback';

/** Capture worklet → page: chunks of the microphone that are to be heard (none while the room is quiet), and how loud the last one was. */
export interface Captured {
  readonly chunks: readonly Uint8Array<ArrayBuffer>[];
  /** Root mean square, 0 to 1 for full scale; a device that is gone gives exactly 0. */
  readonly rms: number;
  /** How many chunks it speaks for: one, or the quiet ones since the last message. */
  readonly spanChunks: number;
}

/** Playback worklet → page: position after the last sample handed to the device. The way there is what main sends. */
export interface Played {
  readonly playhead: number;
}

/** Names under which the worklets are registered. */
export const captureProcessor = 'earshot-capture';
export const playbackProcessor = 'earshot-playback';

/** Capture worklet → page: one chunk of the microphone, and how loud it was. */
export interface Captured {
  readonly pcm: Uint8Array<ArrayBuffer>;
  /** Root mean square, 0 to 1 for full scale; a device that is gone gives exactly 0. */
  readonly rms: number;
}

/** Playback worklet → page: position after the last sample handed to the device. The way there is what main sends. */
export interface Played {
  readonly playhead: number;
}

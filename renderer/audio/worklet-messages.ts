/** Names under which the worklets are registered. */
export const captureProcessor = 'earshot-capture';
export const playbackProcessor = 'earshot-playback';

/** Capture worklet → page: one chunk of the microphone, and how loud it was (0 to 1). */
export interface Captured {
  readonly pcm: Uint8Array<ArrayBuffer>;
  readonly level: number;
}

/** Playback worklet → page: position after the last sample handed to the device. The way there is what main sends. */
export interface Played {
  readonly playhead: number;
}

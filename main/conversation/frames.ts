import protobuf from 'protobufjs';

/**
 * The frames pipecat's ProtobufFrameSerializer puts on its WebSocket (pipecat/frames/frames.proto, 1.14).
 * Only the two kinds that the conversation exchanges with main are decoded further.
 */
const root = protobuf.Root.fromJSON({
  nested: {
    pipecat: {
      nested: {
        AudioRawFrame: {
          fields: {
            id: { type: 'uint64', id: 1 },
            name: { type: 'string', id: 2 },
            audio: { type: 'bytes', id: 3 },
            sampleRate: { type: 'uint32', id: 4 },
            numChannels: { type: 'uint32', id: 5 },
          },
        },
        MessageFrame: { fields: { data: { type: 'string', id: 1 } } },
        Frame: {
          oneofs: { frame: { oneof: ['audio', 'message'] } },
          fields: { audio: { type: 'AudioRawFrame', id: 2 }, message: { type: 'MessageFrame', id: 4 } },
        },
      },
    },
  },
});
const frameType = root.lookupType('pipecat.Frame');

export type WireFrame =
  | { readonly kind: 'audio'; readonly pcm: Uint8Array; readonly sampleRateHz: number }
  | { readonly kind: 'message'; readonly json: string };

/** Bytes of one frame to send. Audio is s16le mono. */
export function encodeFrame(frame: WireFrame): Uint8Array {
  const message =
    frame.kind === 'audio'
      ? { audio: { audio: frame.pcm, sampleRate: frame.sampleRateHz, numChannels: 1 } }
      : { message: { data: frame.json } };
  return frameType.encode(frameType.create(message)).finish();
}

/** The audio or message in `bytes`; null for frames main has no use for (text, transcriptions, interruptions). */
export function decodeFrame(bytes: Uint8Array): WireFrame | null {
  const frame = frameType.toObject(frameType.decode(bytes), { longs: Number }) as {
    audio?: { audio?: Uint8Array; sampleRate?: number };
    message?: { data?: string };
  };
  if (frame.audio?.audio !== undefined) return { kind: 'audio', pcm: frame.audio.audio, sampleRateHz: frame.audio.sampleRate ?? 24_000 };
  if (frame.message?.data !== undefined) return { kind: 'message', json: frame.message.data };
  return null;
}

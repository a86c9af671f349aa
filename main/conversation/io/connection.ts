import WebSocket from 'ws';
import type { Endpoint } from '../../services/service.ts';
import { decodeFrame, encodeFrame, type WireFrame } from '../frames.ts';
import { clientReady, parseMessage, type ConversationEvent } from '../messages.ts';
import { hearingRateHz } from './recording.ts';

/** "lockstep" lets engines cost no audio time; "realtime" runs by the clock. */
export type Pace = 'lockstep' | 'realtime';

export interface ConversationListener {
  readonly onEvent: (event: ConversationEvent) => void;
  /** Reply audio, s16le mono. */
  readonly onAudio: (pcm: Uint8Array, sampleRateHz: number) => void;
  readonly onClosed: (reason: string) => void;
}

export interface Connection {
  readonly sendAudio: (pcm: Uint8Array) => void;
  /** Sends an RTVI message of `messages.ts`. */
  readonly sendMessage: (json: string) => void;
  readonly close: () => void;
}

const handshakeLimitMs = 10_000;

/** Opens the conversation and settles once it listens. */
export async function connect(endpoint: Endpoint, pace: Pace, listener: ConversationListener): Promise<Connection> {
  const socket = new WebSocket(`${endpoint.origin.replace(/^http/, 'ws')}/ws${pace === 'lockstep' ? '?pace=lockstep' : ''}`, {
    headers: { authorization: `Bearer ${endpoint.token}` },
    handshakeTimeout: handshakeLimitMs,
    maxPayload: 16 * 1024 * 1024,
    perMessageDeflate: false,
  });
  socket.binaryType = 'nodebuffer';
  function send(bytes: Uint8Array): void {
    if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
  }

  await new Promise<void>((resolve, reject) => {
    const limit = setTimeout(() => {
      socket.terminate();
      reject(new Error('the conversation did not get ready to listen'));
    }, handshakeLimitMs);
    let ready = false;
    let problem = 'it was closed';
    socket.on('open', () => {
      send(encodeFrame({ kind: 'message', json: clientReady() }));
    });
    socket.on('message', (bytes: Buffer) => {
      const received = readFrame(bytes);
      if (received === 'unreadable') {
        problem = 'it sent what is no message';
        socket.terminate();
        return;
      }
      const { frame, event } = received;
      if (frame?.kind === 'audio') listener.onAudio(frame.pcm, frame.sampleRateHz);
      if (event === 'bot-ready') {
        ready = true;
        clearTimeout(limit);
        resolve();
      } else if (event !== null) listener.onEvent(event);
    });
    socket.on('error', (error) => {
      problem = error.message;
    });
    socket.on('close', (code) => {
      clearTimeout(limit);
      const reason = `${problem} (${code})`;
      if (ready) listener.onClosed(reason);
      else reject(new Error(`the conversation could not be opened: ${reason}`));
    });
  });

  return {
    sendAudio: (pcm) => {
      send(encodeFrame({ kind: 'audio', pcm, sampleRateHz: hearingRateHz }));
    },
    sendMessage: (json) => {
      send(encodeFrame({ kind: 'message', json }));
    },
    close: () => {
      socket.close();
    },
  };
}

/** A frame and the event in it; a conversation that sends anything else cannot be trusted with the rest. */
function readFrame(bytes: Buffer): { readonly frame: WireFrame | null; readonly event: ReturnType<typeof parseMessage> } | 'unreadable' {
  try {
    const frame = decodeFrame(bytes);
    return { frame, event: frame?.kind === 'message' ? parseMessage(frame.json) : null };
  } catch {
    return 'unreadable';
  }
}

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { decodeFrame, encodeFrame } from '../../main/conversation/frames.ts';
import type { ConversationEvent } from '../../main/conversation/messages.ts';
import type { Endpoint } from '../../main/services/service.ts';

/** What a conversation was sent, in order; what only opens it is left out. */
export type Request =
  | { readonly sound: readonly number[] }
  | { readonly ask: string }
  | { readonly stopSpeaking: true }
  | { readonly history: unknown }
  | { readonly carryOn: unknown }
  | { readonly giveUp: unknown };

interface ClientMessage {
  readonly type: string;
  readonly data: { readonly content?: string; readonly t?: string; readonly d?: { readonly messages?: unknown; readonly service?: unknown } };
}

/** One open connection, as the conversation sees it. */
export interface FakeConversation {
  readonly requests: readonly Request[];
  /** Whether it has said that it listens, and was heard. */
  readonly isReady: () => boolean;
  readonly say: (event: ConversationEvent) => void;
  /** Sends reply sound. */
  readonly speak: (samples: readonly number[]) => void;
  /** Ends at once, as a process that was killed does. */
  readonly die: () => void;
}

export interface ConversationServer {
  readonly endpoint: Endpoint;
  /** Oldest first. */
  readonly conversations: readonly FakeConversation[];
}

/** A conversation on a free loopback port that listens at once and says only what the test has it say. */
export async function startConversationServer(): Promise<ConversationServer> {
  const conversations: FakeConversation[] = [];
  const token = 'a token';
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    path: '/ws',
    verifyClient: ({ req }: { readonly req: IncomingMessage }) => req.headers.authorization === `Bearer ${token}`,
  });
  server.on('connection', (socket) => {
    conversations.push(converse(socket));
  });
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  await once(server, 'listening');
  return { endpoint: { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token }, conversations };
}

function converse(socket: WebSocket): FakeConversation {
  const requests: Request[] = [];
  let ready = false;
  function send(type: string, data: unknown): void {
    socket.send(encodeFrame({ kind: 'message', json: JSON.stringify({ label: 'rtvi-ai', id: '1', type, data }) }));
  }
  socket.on('message', (bytes: Buffer) => {
    const frame = decodeFrame(bytes);
    if (frame?.kind === 'audio') requests.push({ sound: samplesOf(frame.pcm) });
    if (frame?.kind !== 'message') return;
    const message = JSON.parse(frame.json) as ClientMessage;
    if (message.type === 'client-ready') {
      send('bot-ready', { version: '2.1.0' });
      // What answers a ping has read everything before it.
      socket.ping();
    } else requests.push(requestOf(message));
  });
  socket.on('pong', () => {
    ready = true;
  });
  return {
    requests,
    isReady: () => ready,
    say: (event) => {
      send('server-message', event);
    },
    speak: (samples) => {
      socket.send(encodeFrame({ kind: 'audio', pcm: pcmOf(samples), sampleRateHz: 24_000 }));
    },
    die: () => {
      socket.terminate();
    },
  };
}

function requestOf({ type, data }: ClientMessage): Request {
  if (type === 'send-text') return { ask: data.content ?? '' };
  if (data.t === 'stop-speaking') return { stopSpeaking: true };
  if (data.t === 'carry-on') return { carryOn: data.d };
  if (data.t === 'give-up') return { giveUp: data.d?.service };
  return { history: data.d?.messages };
}

/** Samples as s16le. */
export function pcmOf(samples: readonly number[]): Uint8Array {
  return new Uint8Array(Int16Array.from(samples).buffer);
}

/** s16le as samples. */
export function samplesOf(pcm: Uint8Array): readonly number[] {
  const bytes = Buffer.from(pcm);
  return Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readInt16LE(2 * index));
}

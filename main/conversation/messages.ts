import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { latencySchema } from './latency.ts';

/** Whether the person said the question or typed it. */
const asked = z.enum(['spoken', 'typed']);
export type Asked = z.infer<typeof asked>;

const engine = z.enum(['stt', 'llm', 'tts']);
export type EngineId = z.infer<typeof engine>;

/** What the conversation process tells main beside stock RTVI. Times are audio time since the connection was made. */
const conversationEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('heard'), ms: z.number() }),
  z.object({ type: z.literal('speech-started'), ms: z.number() }),
  z.object({ type: z.literal('pause'), ms: z.number() }),
  z.object({ type: z.literal('nothing-heard'), ms: z.number() }),
  /** What is understood of a turn that goes on. */
  z.object({ type: z.literal('words'), text: z.string() }),
  z.object({ type: z.literal('turn-ended'), turn: z.int(), asked, transcript: z.string(), speechEndMs: z.number() }),
  /** What was spoken of a reply so far. */
  z.object({ type: z.literal('spoken'), turn: z.int(), text: z.string() }),
  /** The reply ends here: what was handed over and not played yet is not wanted any more. */
  z.object({ type: z.literal('interrupted') }),
  z.object({
    type: z.literal('turn'),
    turn: z.int(),
    asked,
    transcript: z.string(),
    reply: z.string(),
    interrupted: z.boolean(),
    speechEndMs: z.number(),
    latency: latencySchema.nullable(),
  }),
  z.object({ type: z.literal('turn-failed'), turn: z.int(), service: engine, message: z.string() }),
  /** An engine failed in this turn (null: in what is being said); the conversation keeps the turn and waits for the engine. */
  z.object({ type: z.literal('engine-lost'), turn: z.int().nullable(), service: engine }),
  /** It answers again, and the turn goes on. */
  z.object({ type: z.literal('engine-back'), turn: z.int().nullable(), service: engine, waitedMs: z.number() }),
]);

const rtviMessage = z.object({ label: z.literal('rtvi-ai'), type: z.string(), data: z.unknown() });

export type ConversationEvent = z.infer<typeof conversationEvent>;

/** Our own event inside an RTVI server message, "bot-ready", or null for stock RTVI that main does not use yet. */
export function parseMessage(json: string): ConversationEvent | 'bot-ready' | null {
  const message = rtviMessage.safeParse(JSON.parse(json));
  if (!message.success) return null;
  if (message.data.type === 'bot-ready') return 'bot-ready';
  if (message.data.type !== 'server-message') return null;
  const event = conversationEvent.safeParse(message.data.data);
  return event.success ? event.data : null;
}

/** A question in writing; it is answered aloud like a spoken one. */
export function textQuestion(text: string): string {
  return rtvi('send-text', { content: text });
}

/** Ends the reply that is being spoken. */
export function stopSpeaking(): string {
  return rtvi('client-message', { t: 'stop-speaking' });
}

/** A question whose answer was cut off when a conversation died, or failed. */
export interface CutOff {
  readonly question: string;
  readonly asked: Asked;
  /** The words of the answer that were handed over. */
  readonly spoken: string;
}

/** Has a question answered whose words are known; what was spoken of its answer is not said again. */
export function carryOn({ question, asked, spoken }: CutOff): string {
  return rtvi('client-message', { t: 'carry-on', d: { question, asked, spoken } });
}

/** This engine was given up: a turn that waits for it fails now. */
export function giveUp(service: EngineId): string {
  return rtvi('client-message', { t: 'give-up', d: { service } });
}

export interface HistoryMessage {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/** What was said before, in place of what the conversation remembers; nothing makes it forget. */
export function history(messages: readonly HistoryMessage[]): string {
  return rtvi('client-message', { t: 'history', d: { messages } });
}

/** First message of a client, after which the conversation starts to listen. */
export function clientReady(): string {
  return rtvi('client-ready', { version: '2.1.0', about: { library: 'earshot' } });
}

function rtvi(type: string, data: unknown): string {
  return JSON.stringify({ label: 'rtvi-ai', type, id: randomUUID(), data });
}

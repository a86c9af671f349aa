import { z } from 'zod';

const latency = z.object({
  vadMs: z.number(),
  turnMs: z.number(),
  sttMs: z.number(),
  llmMs: z.number(),
  ttsMs: z.number(),
  voiceToVoiceMs: z.number(),
});

/** What the conversation process tells main beside stock RTVI. Times are audio time since the connection was made. */
const conversationEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('heard'), ms: z.number() }),
  z.object({ type: z.literal('speech-started'), ms: z.number() }),
  z.object({ type: z.literal('pause'), ms: z.number() }),
  z.object({ type: z.literal('nothing-heard'), ms: z.number() }),
  z.object({ type: z.literal('turn-ended'), turn: z.int(), transcript: z.string(), speechEndMs: z.number() }),
  z.object({
    type: z.literal('turn'),
    turn: z.int(),
    transcript: z.string(),
    reply: z.string(),
    interrupted: z.boolean(),
    speechEndMs: z.number(),
    latency: latency.nullable(),
  }),
  z.object({ type: z.literal('turn-failed'), turn: z.int(), service: z.enum(['stt', 'llm', 'tts']), message: z.string() }),
]);

const rtviMessage = z.object({ label: z.literal('rtvi-ai'), type: z.string(), data: z.unknown() });

export type Latency = z.infer<typeof latency>;
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

/** First message of a client, after which the conversation starts to listen. */
export function clientReady(): string {
  return JSON.stringify({
    label: 'rtvi-ai',
    type: 'client-ready',
    id: 'main',
    data: { version: '2.1.0', about: { library: 'earshot' } },
  });
}

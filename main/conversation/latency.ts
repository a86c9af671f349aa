import * as z from 'zod';

/** Milliseconds from the end of a person's speech to the first sound of the answer, in the order they were spent. */
export const latencySchema = z.object({
  vadMs: z.number(),
  turnMs: z.number(),
  sttMs: z.number(),
  llmMs: z.number(),
  ttsMs: z.number(),
  voiceToVoiceMs: z.number(),
});
export type Latency = z.infer<typeof latencySchema>;

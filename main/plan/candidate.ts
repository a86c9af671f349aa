import * as z from 'zod';

/** One way to run a candidate: a precision on a kind of device. */
const option = z.strictObject({
  precision: z.string(),
  device: z.enum(['cpu', 'cuda']),
  /** Environment it is started from; "torch" gets the build of its GPU appended. null: a server that is not ours. */
  env: z.enum(['voice', 'whisper-cuda12', 'kokoro-cuda12', 'torch']).nullable(),
  /** RAM on the processor; on a GPU weights and working memory without the CUDA context of the process. */
  memoryMiB: z.int().positive(),
  /**
   * What a turn waits for it: speech to text, question to first sentence, or sentence to first sound. On the processor
   * that is the reference computer with `threads` threads, on a GPU an RTX 3060; `prediction.ts` scales from there.
   */
  latency: z.strictObject({ referenceMs: z.int().positive(), threads: z.int().positive().nullable() }),
  source: z.string().min(1),
});

/** What the planner may choose. Adding one is an edit of `catalogue/candidates.json`. */
export const candidateSchema = z.strictObject({
  id: z.string().min(1),
  role: z.enum(['stt', 'llm', 'tts']),
  engine: z.enum(['whisper', 'kyutai', 'llama', 'ollama', 'kokoro']),
  title: z.string().min(1),
  /** Component whose floors its GPU options need; null where it never touches a GPU. */
  component: z.string().min(1).nullable(),
  /** `score` compares candidates of one role, 0 to 100; `value` is the published figure it comes from. */
  quality: z.strictObject({ score: z.int().min(0).max(100), metric: z.string().min(1), value: z.number(), source: z.string().min(1) }),
  /** Model of the catalogue with its files; null while none is pinned, or where a foreign server keeps them. */
  model: z.string().min(1).nullable(),
  /** Language models: size in billions of parameters, by which an unknown model of an Ollama finds its class. */
  billions: z.number().positive().nullable(),
  /** Language models: memory of 1,024 tokens of context, in MiB. */
  contextMiB: z.number().positive().nullable(),
  /** Streaming recognisers: seconds they look back on. */
  windowSeconds: z.number().positive().nullable(),
  options: z.array(option).min(1),
});

export type Candidate = z.infer<typeof candidateSchema>;
export type CandidateOption = Candidate['options'][number];

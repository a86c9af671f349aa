import { z } from 'zod';

/** A server that is already there and is used instead of an engine of ours. */
const externalServer = z.object({
  url: z.url({ protocol: /^https?$/ }),
  token: z.string().default(''),
  model: z.string().optional(),
});

export const settingsSchema = z.object({
  /** Voice the assistant speaks with: a name from Kokoro's list. */
  voice: z.string().default('af_heart'),
  /** Short on purpose: of the prompts tried, this is the one under which the smallest model answers rather than rambles. */
  systemPrompt: z.string().default('You are a friendly assistant. Answer in one short sentence.'),
  services: z
    .object({ stt: externalServer.optional(), llm: externalServer.optional(), tts: externalServer.optional() })
    .default({}),
  /** "embedded" never looks for Ollama; "auto" uses a running one that has a model. */
  languageModel: z.enum(['auto', 'embedded']).default('auto'),
  downloads: z
    .object({
      /** Folder with model files by name, looked at before any network. */
      modelFolder: z.string().optional(),
      hubEndpoint: z.url({ protocol: /^https?$/ }).default('https://huggingface.co'),
    })
    .default({ hubEndpoint: 'https://huggingface.co' }),
});

export type Settings = z.infer<typeof settingsSchema>;
export type ExternalServer = z.infer<typeof externalServer>;

export const defaultSettings: Settings = settingsSchema.parse({});

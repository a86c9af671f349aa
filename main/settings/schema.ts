import * as z from 'zod';

/** A server that is already there and is used instead of an engine of ours. */
const externalServer = z.object({
  url: z.url({ protocol: /^https?$/ }),
  token: z.string().default(''),
  model: z.string().optional(),
});

const audioDevice = z.object({ id: z.string(), label: z.string() });

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
  conversation: z
    .object({
      /** "hands-free" always listens; "press-to-talk" opens the microphone for one question at a time. */
      mode: z.enum(['hands-free', 'press-to-talk']).default('hands-free'),
      muted: z.boolean().default(false),
      /** Global key for press to talk, in Electron's notation. */
      shortcut: z.string().default('CommandOrControl+Shift+Space'),
    })
    .prefault({}),
  audio: z
    .object({
      /** null: the system's default. The label finds a device again whose id has changed. */
      microphone: audioDevice.nullable().default(null),
      speaker: audioDevice.nullable().default(null),
    })
    .prefault({}),
  /** Ids of remarks the person has read and does not want again. */
  told: z.array(z.string()).default([]),
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

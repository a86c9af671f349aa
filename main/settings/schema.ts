import * as z from 'zod';
import { overridesSchema } from './overrides.ts';

/** A server that is already there and is used instead of an engine of ours. */
const externalServer = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  token: z.string().default(''),
  model: z.string().optional(),
});

const webAddress = z.url({ protocol: /^https?$/ });

/** Minutes without a question after which an engine gives its memory back until it is needed; null: it stays. */
const restAfterMinutes = z.number().positive().max(1_440).nullable();

const audioDevice = z.strictObject({ id: z.string(), label: z.string() });

/** Every object is strict: a field we do not know is a slip of the pen, and to pass over it would leave a person thinking that it holds. */
export const settingsSchema = z.strictObject({
  /** Voice the assistant speaks with: a name from Kokoro's list. */
  voice: z.string().default('af_heart'),
  /** Short on purpose: of the prompts tried, this is the one under which the smallest model answers rather than rambles. */
  systemPrompt: z.string().default('You are a friendly assistant. Answer in one short sentence.'),
  services: z
    .strictObject({ stt: externalServer.optional(), llm: externalServer.optional(), tts: externalServer.optional() })
    .default({}),
  /** "embedded" never looks for Ollama; "auto" uses a running one that has a model. */
  languageModel: z.enum(['auto', 'embedded']).default('auto'),
  /** How long an answer may take to begin: fast 0.8 s, balanced 1.2 s, best 2 s. The planner spends what is left on quality. */
  profile: z.enum(['fast', 'balanced', 'best']).default('balanced'),
  overrides: overridesSchema.prefault({}),
  conversation: z
    .strictObject({
      /** "hands-free" always listens; "press-to-talk" opens the microphone for one question at a time. */
      mode: z.enum(['hands-free', 'press-to-talk']).default('hands-free'),
      muted: z.boolean().default(false),
      /** What hears that a question is over: "semantic" is what a streaming recogniser says of each pause, where the one in use says it. */
      endOfTurn: z.enum(['smart-turn', 'semantic']).default('smart-turn'),
      /** Where an answer is cut off at the latest; a token is about three quarters of a word. */
      longestReplyTokens: z.int().min(4).max(2_000).default(120),
      /** Global key for press to talk, in Electron's notation. */
      shortcut: z.string().default('CommandOrControl+Shift+Space'),
    })
    .prefault({}),
  audio: z
    .strictObject({
      /** null: the system's default. The label finds a device again whose id has changed. */
      microphone: audioDevice.nullable().default(null),
      speaker: audioDevice.nullable().default(null),
    })
    .prefault({}),
  /** Engines that nobody needs give their memory back; the first sound of speech loads them again. */
  rest: z
    .strictObject({ llmMinutes: restAfterMinutes.default(10), sttMinutes: restAfterMinutes.default(null), ttsMinutes: restAfterMinutes.default(null) })
    .prefault({}),
  /** Whether Earshot starts with the person's session. */
  startAtLogin: z.boolean().default(false),
  telemetry: z
    .strictObject({
      /** Port on this computer where `/metrics` answers for Prometheus; null: any free port for `earshot serve`, none for the tray app. */
      metricsPort: z.int().min(1).max(65_535).nullable().default(null),
      /** OpenTelemetry collector (OTLP over HTTP) that is sent a trace of each turn: times, never words. Left out: none. */
      otlpEndpoint: webAddress.optional(),
    })
    .prefault({}),
  /** Ids of remarks the person has read and does not want again. */
  told: z.array(z.string()).default([]),
  downloads: z
    .strictObject({
      /** Folder with model files by name, looked at before any network. */
      modelFolder: z.string().optional(),
      hubEndpoint: webAddress.default('https://huggingface.co'),
      /** Read token of the hub; some models are given to those only who have agreed to their terms. */
      hubToken: z.string().default(''),
      /** Index every Python package comes from; left out, what uv's own settings say. */
      packageIndex: webAddress.optional(),
      /** Where PyTorch keeps the builds that the package index does not have, without the name of a build; a mirror is named here. */
      torchIndex: webAddress.default('https://download.pytorch.org/whl'),
      /** What Earshot may take of the disk before it asks to remove what is not used, in GiB. */
      diskBudgetGiB: z.number().positive().default(60),
    })
    .prefault({}),
});

export type Settings = z.infer<typeof settingsSchema>;
export type ExternalServer = z.infer<typeof externalServer>;

export const defaultSettings: Settings = settingsSchema.parse({});

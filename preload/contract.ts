import * as z from 'zod';
import { latencySchema } from '../main/conversation/latency.ts';

/**
 * Everything that crosses between main and the page: the names of the channels and the shape of what they carry.
 * Main owns the truth and pushes snapshots; the page asks with commands and says what its audio devices do.
 */
export const channels = {
  /** Main → page: the whole state, after every change. */
  snapshot: 'earshot:snapshot',
  /** Main → page: one end of the audio link, a MessagePort. */
  audioLink: 'earshot:audio-link',
  /** Page → main: the page is there; answered with the first snapshot. Main sends an audio link next. */
  attach: 'earshot:attach',
  /** Page → main: a {@link Command}; answered once it was taken. */
  command: 'earshot:command',
} as const;

/** What the tray's picture shows, worst first where several hold. */
export const statuses = ['failed', 'starting', 'speaking', 'thinking', 'listening', 'degraded', 'muted', 'idle'] as const;
export type Status = (typeof statuses)[number];

const listeningModes = ['hands-free', 'press-to-talk'] as const;
export type ListeningMode = (typeof listeningModes)[number];

const exchange = z.object({
  id: z.int(),
  asked: z.enum(['spoken', 'typed']),
  /** Grows while the person speaks; empty while nothing is understood yet. */
  question: z.string(),
  /** Grows while the answer is spoken. */
  answer: z.string(),
  state: z.enum(['hearing', 'thinking', 'speaking', 'done', 'interrupted', 'failed']),
  /** Why there is no answer, and what to do; null unless failed. */
  problem: z.string().nullable(),
  latency: latencySchema.nullable(),
  /** End of speech → first sound at the speaker, as its playhead told it; null when there was no speaker, or nothing was said. */
  heardAfterMs: z.number().nullable(),
});

const serviceRow = z.object({
  id: z.string(),
  /** "speech recognition" */
  title: z.string(),
  /** "slow": it runs and is late with its answers. "resting": it gave its memory back until somebody speaks. */
  state: z.enum(['waiting', 'starting', 'ready', 'slow', 'resting', 'restarting', 'failed', 'stopped']),
  /** Why it is in that state, and why it runs elsewhere than planned, a line each; null where neither has to be said. */
  detail: z.string().nullable(),
  engine: z.string(),
  model: z.string(),
  /** "cpu", or the name of a GPU. */
  device: z.string(),
  /** Median of what this service adds to an answer, over the last turns; null before the first. */
  p50Ms: z.number().nullable(),
});

const transfer = z.object({
  receivedBytes: z.number(),
  /** null while nobody knows. */
  totalBytes: z.number().nullable(),
  bytesPerSecond: z.number().nullable(),
  remainingSeconds: z.number().nullable(),
});

const setupStep = z.object({
  title: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  /** The last thing it said. */
  detail: z.string().nullable(),
  /** What has arrived and how fast; null for a step that fetches nothing. */
  transfer: transfer.nullable(),
  durationMs: z.number().nullable(),
});

const setup = z.object({
  /** "first": nothing can be answered before it is done. "background": the conversation goes on meanwhile. */
  where: z.enum(['first', 'background']),
  /** "stopping": the person has cancelled it and it is coming to its end. "ended": it failed, or was cancelled. */
  state: z.enum(['running', 'stopping', 'ended']),
  steps: z.array(setupStep),
  /** The last lines it wrote, oldest first. */
  log: z.array(z.string()),
});

const remedyName = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/);
const remedyValue = z.string().min(1).max(200);

/** What a remedy is done with or to. */
const remedyArguments = z.strictObject({
  build: remedyValue.exactOptional(),
  gpu: remedyValue.exactOptional(),
  service: remedyValue.exactOptional(),
  model: remedyValue.exactOptional(),
});

const plainCommands = ['try-again', 'dismiss-notice', 'open-logs', 'plan-anew', 'keep-plan', 'go-back', 'keep-change'] as const;

/** A button of a notice. */
const noticeAction = z.discriminatedUnion('command', [
  z.object({ title: z.string(), command: z.enum(plainCommands) }),
  z.object({ title: z.string(), command: z.literal('remedy'), id: remedyName, arguments: remedyArguments }),
]);

/** Something a person should know: what happened, and what to press. Shown until it no longer holds. */
const notice = z.object({
  id: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  title: z.string(),
  detail: z.string().nullable(),
  actions: z.array(noticeAction),
});

const recognisers = ['whisper', 'kyutai'] as const;
const endsOfTurn = ['smart-turn', 'semantic'] as const;

/** One of the engines a person can choose between. */
function choiceOf<Id extends z.ZodType<string>>(id: Id) {
  return z.object({
    id,
    title: z.string(),
    /** What it brings and what it needs. */
    detail: z.string(),
    chosen: z.boolean(),
    /** Why it cannot be chosen now; null when it can. */
    hindrance: z.string().nullable(),
  });
}

const engines = z.object({
  /** Empty where a server of the person's own recognises speech. */
  recognition: z.array(choiceOf(z.enum(recognisers))),
  /** Empty where there is nothing to choose. */
  endOfTurn: z.array(choiceOf(z.enum(endsOfTurn))),
  /** null without a graphics card. */
  processorOnly: z.object({ on: z.boolean(), detail: z.string() }).nullable(),
});

const device = z.object({ id: z.string(), label: z.string() });

const restful = z.enum(['stt', 'llm', 'tts']);
/** null: it never rests. */
const restMinutes = z.number().positive().max(1_440).nullable();

/** After how long an engine that nobody needs gives its memory back. */
const restChoice = z.object({ service: restful, title: z.string(), minutes: restMinutes });

/** Something that happened, for a person who looks back. */
const happening = z.object({
  /** When, as ISO text. */
  at: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  text: z.string(),
  /** What was said about it at the time; null where there is no more to it. */
  detail: z.string().nullable(),
});

export const snapshotSchema = z.object({
  version: z.string(),
  status: z.enum(statuses),
  /** One sentence for the title, the tooltip and a screen reader: "Ready. Just speak." */
  headline: z.string(),
  /** A running or failed set-up; null when there is nothing to set up. */
  setup: setup.nullable(),
  services: z.array(serviceRow),
  /** What runs where and why, as lines for a person; null before it was decided. */
  explanation: z.string().nullable(),
  /** Oldest first. */
  exchanges: z.array(exchange),
  /** What can be chosen of the engines; null before anything was decided. */
  engines: engines.nullable(),
  listening: z.object({
    mode: z.enum(listeningModes),
    muted: z.boolean(),
    /** Press to talk was pressed and the question is not finished yet. */
    pressed: z.boolean(),
    /** "Ctrl+Shift+Space"; null when press to talk wants it and the system did not let Earshot have it. */
    shortcut: z.string().nullable(),
  }),
  audio: z.object({
    /** Whether the page shall have the microphone open now. */
    capture: z.boolean(),
    /** Chosen devices; null for the system's default. */
    microphone: device.nullable(),
    speaker: device.nullable(),
    microphones: z.array(device),
    speakers: z.array(device),
  }),
  rest: z.array(restChoice),
  /** Whether Earshot is started with the person's session. */
  startsAtLogin: z.boolean(),
  notices: z.array(notice),
  /** The last of what happened, newest first. */
  events: z.array(happening),
});
export type Snapshot = z.infer<typeof snapshotSchema>;
export type Exchange = z.infer<typeof exchange>;
export type ServiceRow = z.infer<typeof serviceRow>;
export type Transfer = z.infer<typeof transfer>;
export type SetupStep = z.infer<typeof setupStep>;
export type Setup = z.infer<typeof setup>;
export type RemedyArguments = z.infer<typeof remedyArguments>;
export type NoticeAction = z.infer<typeof noticeAction>;
export type Notice = z.infer<typeof notice>;
export type Engines = z.infer<typeof engines>;
export type RestChoice = z.infer<typeof restChoice>;
export type Happening = z.infer<typeof happening>;
export type AudioDevice = z.infer<typeof device>;

/** What the page's audio devices are and do, after every change of it. */
const audioReport = z.object({
  microphones: z.array(device),
  speakers: z.array(device),
  microphone: z.enum(['off', 'opening', 'live', 'missing', 'denied', 'failed']),
  speaker: z.enum(['ready', 'missing', 'failed']),
  /** What the browser said when it failed; null when nothing did. */
  problem: z.string().nullable(),
  /** Whether the open microphone cancels what the speaker plays; null while it is not open. */
  echoCancellation: z.boolean().nullable(),
});
export type AudioReport = z.infer<typeof audioReport>;

export const longestQuestion = 4000;

export const commandSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('set-mode'), mode: z.enum(listeningModes) }),
  z.object({ kind: z.literal('set-muted'), muted: z.boolean() }),
  z.object({ kind: z.literal('press-to-talk') }),
  z.object({ kind: z.literal('release-to-talk') }),
  z.object({ kind: z.literal('ask'), text: z.string().trim().min(1).max(longestQuestion) }),
  z.object({ kind: z.literal('stop-speaking') }),
  z.object({ kind: z.literal('start-over') }),
  /** null: the system's default. */
  z.object({ kind: z.literal('choose-microphone'), device: device.nullable() }),
  z.object({ kind: z.literal('choose-speaker'), device: device.nullable() }),
  z.object({ kind: z.literal('report-audio'), report: audioReport }),
  z.object({ kind: z.literal('try-again') }),
  /** Move the services to where they fit best now, or leave them where they are. */
  z.object({ kind: z.literal('plan-anew') }),
  z.object({ kind: z.literal('keep-plan') }),
  /** Stop setting up; what has arrived is kept, and "try again" goes on. */
  z.object({ kind: z.literal('cancel-setup') }),
  /** Back to what Earshot ran on before the last change, or keep what it runs on now. */
  z.object({ kind: z.literal('go-back') }),
  z.object({ kind: z.literal('keep-change') }),
  z.object({ kind: z.literal('remedy'), id: remedyName, arguments: remedyArguments }),
  z.object({ kind: z.literal('choose-recognition'), engine: z.enum(recognisers) }),
  z.object({ kind: z.literal('choose-end-of-turn'), endOfTurn: z.enum(endsOfTurn) }),
  z.object({ kind: z.literal('use-processor-only'), on: z.boolean() }),
  z.object({ kind: z.literal('set-rest'), service: restful, minutes: restMinutes }),
  z.object({ kind: z.literal('set-start-at-login'), on: z.boolean() }),
  z.object({ kind: z.literal('dismiss-notice'), id: z.string() }),
  z.object({ kind: z.literal('open-logs') }),
  z.object({ kind: z.literal('hide') }),
  z.object({ kind: z.literal('quit') }),
]);
export type Command = z.infer<typeof commandSchema>;

/** Sample rates on the audio link: s16le mono both ways. */
export const microphoneRateHz = 16_000;
export const speakerRateHz = 24_000;

/** Page → main over the audio link. */
export const linkUpSchema = z.discriminatedUnion('kind', [
  /** 32 ms of what the microphone heard. */
  z.object({ kind: z.literal('heard'), pcm: z.instanceof(Uint8Array) }),
  /** Sample of the reply stream that the output device was handed last, and how long it takes from there to the ear. */
  z.object({ kind: z.literal('playhead'), sample: z.int().nonnegative(), outputLatencyMs: z.number().nonnegative() }),
]);
export type LinkUp = z.infer<typeof linkUpSchema>;

/** Main → page over the audio link. */
export type LinkDown =
  /** Reply audio; `sample` is the place of its first sample in the one stream of all replies. */
  | { readonly kind: 'play'; readonly sample: number; readonly pcm: Uint8Array }
  /** Nothing follows for now: play what is there without waiting for more. */
  | { readonly kind: 'end' }
  /** The person interrupted: be silent at once and forget what was not played. */
  | { readonly kind: 'drop' };

/** What the preload script gives the page as `window.earshot`. */
export interface EarshotBridge {
  /** Announces the page; `listener` gets the state now and after every change. Returns what stops it. */
  readonly onSnapshot: (listener: (snapshot: Snapshot) => void) => () => void;
  /** Settles once main has taken it; rejects when main refuses it. */
  readonly send: (command: Command) => Promise<void>;
}

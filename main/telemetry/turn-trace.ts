import type { Latency } from '../conversation/latency.ts';
import type { TurnEvent } from '../conversation/turn-event.ts';
import type { ServiceId } from '../services/service.ts';

/** A stretch of time with a name. Milliseconds since 1970, which is what collectors go by. */
export interface Span {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** One turn as it is sent to a collector: times and outcomes, never words. */
export interface TurnTrace {
  readonly turn: Span;
  readonly outcome: Outcome;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly stages: readonly Span[];
}

type Outcome = 'answered' | 'interrupted' | 'failed' | 'asked-again';

interface OpenTurn {
  readonly askedAtMs: number;
  readonly asked: 'spoken' | 'typed' | null;
  /** Services that were lost in it, and how long it waited for each. */
  readonly waits: readonly { readonly service: ServiceId; readonly fromMs: number; readonly toMs: number | null }[];
}

/** Turns that are not over, by their id. */
export type OpenTurns = ReadonlyMap<string, OpenTurn>;

export interface TraceStep {
  readonly open: OpenTurns;
  /** The turn that is over with this event. */
  readonly trace: TurnTrace | null;
}

/** The turns that are not over after an event, and the one that has just come to its outcome. Pure; `nowMs` is the time of day. */
export function nextTraces(open: OpenTurns, event: TurnEvent, nowMs: number): TraceStep {
  const turn = open.get(event.turnId) ?? { askedAtMs: nowMs, asked: event.asked ?? null, waits: [] };
  switch (event.kind) {
    case 'asked':
      return { open: kept(open, event, { ...turn, asked: event.asked ?? null, askedAtMs: nowMs }), trace: null };
    case 'engine-lost':
      return { open: kept(open, event, event.service === undefined ? turn : { ...turn, waits: [...turn.waits, { service: event.service, fromMs: nowMs, toMs: null }] }), trace: null };
    case 'engine-back':
      return {
        open: kept(open, event, { ...turn, waits: turn.waits.map((wait) => (wait.service === event.service && wait.toMs === null ? { ...wait, toMs: nowMs } : wait)) }),
        trace: null,
      };
    case 'answered':
    case 'interrupted':
    case 'failed':
    case 'asked-again':
      return { open, trace: traceOf(event, event.kind, turn, nowMs) };
    case 'ended':
      return { open: new Map([...open].filter(([id]) => id !== event.turnId)), trace: null };
  }
}

function kept(open: OpenTurns, { turnId }: TurnEvent, turn: OpenTurn): OpenTurns {
  return new Map(open).set(turnId, turn);
}

function traceOf(event: TurnEvent, outcome: Outcome, { askedAtMs, asked, waits }: OpenTurn, nowMs: number): TurnTrace {
  const latency = event.latency ?? null;
  const firstMs = Math.min(askedAtMs, ...waits.map(({ fromMs }) => fromMs));
  // A question is known to be complete only after its silence was heard, its end judged and its words understood.
  const startMs = latency === null || asked === 'typed' ? firstMs : Math.min(firstMs, askedAtMs - latency.vadMs - latency.turnMs - latency.sttMs);
  const stages = latency === null ? [] : stagesFrom(startMs, latency);
  return {
    turn: { name: 'voice turn', startMs, endMs: Math.max(nowMs, stages.at(-1)?.endMs ?? nowMs) },
    outcome,
    attributes: {
      'earshot.turn': event.turnId,
      'earshot.outcome': outcome,
      ...(asked === null ? {} : { 'earshot.asked': asked }),
      ...(latency === null ? {} : { 'earshot.voice_to_voice_ms': latency.voiceToVoiceMs }),
      ...(event.heardAfterMs == null ? {} : { 'earshot.heard_after_ms': event.heardAfterMs }),
      ...(event.service === undefined ? {} : { 'earshot.service': event.service }),
    },
    stages: [...stages, ...waits.map(({ service, fromMs, toMs }) => ({ name: `wait for ${service}`, startMs: fromMs, endMs: toMs ?? nowMs }))],
  };
}

/** The stages one after the other, as they were spent. */
function stagesFrom(startMs: number, { vadMs, turnMs, sttMs, llmMs, ttsMs }: Latency): readonly Span[] {
  let atMs = startMs;
  return Object.entries({ vad: vadMs, turn: turnMs, stt: sttMs, llm: llmMs, tts: ttsMs }).map(([name, spentMs]) => {
    const span = { name, startMs: atMs, endMs: atMs + spentMs };
    atMs = span.endMs;
    return span;
  });
}

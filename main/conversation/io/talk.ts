import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../platform/fault.ts';
import { errorMessage } from '../../platform/text.ts';
import { serviceTitle } from '../../services/names.ts';
import { areReady, failedService, snapshotOf, watchServices } from '../../services/io/readiness.ts';
import type { Supervisor } from '../../services/io/supervisor.ts';
import type { ServiceId } from '../../services/service.ts';
import { mostAttempts, retryDelayMs, type EndOfTry } from '../retry.ts';
import type { Talk, Turn } from '../talk.ts';
import type { TurnEvent } from '../turn-event.ts';
import { createTurnReports, type TurnReports } from '../turn-reports.ts';
import { firstAudibleSample } from '../wav.ts';
import { connect, type ConversationListener, type Pace } from './connection.ts';
import { createEngineWaits } from './engine-waits.ts';
import { createFeed, type FeedEnd } from './feed.ts';
import { bytesPerMs } from './recording.ts';

export interface TalkOptions {
  readonly supervisor: Supervisor;
  /** 16 kHz s16le mono. */
  readonly recording: Buffer;
  readonly pace: Pace;
  readonly onTurn: (turn: Turn) => void;
  /** What happens to the turns, for whoever counts it; `turnInFlightAfter` tells which one is in flight. */
  readonly onTurnEvent?: (event: TurnEvent) => void;
  /** Aborted when the person no longer wants the answers. */
  readonly signal: AbortSignal;
}

/** Samples above this are heard as sound (1 % of full scale). */
const audibleLevel = 327;

/**
 * Plays a recording to the running conversation and collects its answers. An engine that dies is waited for by the
 * conversation. The recording stays here: when that dies itself in mid-turn, the sound of that turn is played again once
 * everything runs, and what had come of its answer is forgotten. When a service is given up, the talk ends with a fault
 * that names it and with the turns so far.
 */
export async function talk(options: TalkOptions): Promise<Talk> {
  const { supervisor, recording, onTurn, signal } = options;
  const turns: Turn[] = [];
  const reply: Uint8Array[] = [];
  let replyRateHz = 24_000;
  let fromMs = 0;
  let attempts = 0;
  const recordingMs = recording.length / bytesPerMs;
  const reports = createTurnReports((event) => options.onTurnEvent?.(event));
  supervisor.wake();

  function done(fault: Fault | null): Talk {
    return { turns, replyPcm: Buffer.concat(reply), replyRateHz, fault };
  }

  while (fromMs < recordingMs) {
    const down = await watchServices(supervisor, signal, areReady);
    if (down !== null) return done(down);
    const collected: Uint8Array[] = [];
    const end = await playFrom(options, reports, fromMs, {
      onTurn: (turn) => {
        attempts = 0;
        reply.push(...collected.splice(0));
        turns.push(turn);
        onTurn(turn);
      },
      onAudio: (pcm, rateHz) => {
        replyRateHz = rateHz;
        collected.push(pcm);
      },
    });
    if (end.kind === 'finished') break;
    attempts += 1;
    const hopeless = attempts >= mostAttempts[end.how] ? ((await watchServices(supervisor, signal, areReady)) ?? turnFault(end, attempts)) : failedService(supervisor.snapshot());
    if (hopeless !== null) {
      reports.failed(end.reason, end.service);
      return done(hopeless);
    }
    reports.askedAgain(end.service, end.reason);
    fromMs = end.resumeMs;
    await sleep(retryDelayMs(attempts + 1));
  }
  return done(null);
}

interface PlayListener {
  readonly onTurn: (turn: Turn) => void;
  readonly onAudio: (pcm: Uint8Array, rateHz: number) => void;
}

type PlayEnd =
  | Exclude<FeedEnd, { kind: 'failed' }>
  | (Extract<FeedEnd, { kind: 'failed' }> & {
      readonly how: EndOfTry;
    });

/** Opens the conversation and plays the recording from `fromMs` on, until its end or until something failed. */
async function playFrom(options: TalkOptions, reports: TurnReports, fromMs: number, listener: PlayListener): Promise<PlayEnd> {
  const { supervisor, recording, pace, signal } = options;
  const { endpoint } = snapshotOf(supervisor, 'conversation');
  if (endpoint === null) return { kind: 'failed', service: 'conversation', reason: 'it is not running', resumeMs: fromMs, how: 'conversation-died' };
  const feed = createFeed({ recording, fromMs, pace });
  let firstSoundAt: number | null = null;
  const waits = createEngineWaits(supervisor);
  let how: EndOfTry = 'conversation-died';
  const conversation: ConversationListener = {
    onEvent: (event) => {
      if (event.type === 'turn-failed') how = waits.endOfTry(event.service);
      waits.take(event);
      const spokenAt = event.type === 'turn' ? feed.sentAt(event.speechEndMs) : null;
      const heardAfterMs = firstSoundAt !== null && spokenAt !== null ? firstSoundAt - spokenAt : null;
      reports.take(event, heardAfterMs);
      feed.take(event);
      if (event.type !== 'turn') return;
      listener.onTurn({
        transcript: event.transcript,
        reply: event.reply,
        interrupted: event.interrupted,
        latency: event.latency,
        speechEndMs: Math.round(fromMs + event.speechEndMs),
        heardAfterMs,
      });
      firstSoundAt = null;
    },
    onAudio: (pcm, rateHz) => {
      if (firstSoundAt === null) {
        const sample = firstAudibleSample(pcm, audibleLevel);
        if (sample >= 0) firstSoundAt = performance.now() + (sample * 1000) / rateHz;
      }
      listener.onAudio(pcm, rateHz);
    },
    onClosed: (reason) => {
      feed.fail('conversation', reason);
    },
  };
  const connection = await connect(endpoint, pace, conversation).catch((error: unknown) => errorMessage(error));
  if (typeof connection === 'string') return { kind: 'failed', service: 'conversation', reason: connection, resumeMs: fromMs, how: 'conversation-died' };
  reports.connected();
  const unwatch = supervisor.onChange(() => {
    const fault = failedService(supervisor.snapshot());
    if (fault?.service !== undefined) feed.fail(fault.service as ServiceId, fault.title);
  });
  function onAbort(): void {
    feed.fail('conversation', 'stopped');
  }
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  try {
    const end = await feed.run(connection.sendAudio);
    return end.kind === 'failed' ? { ...end, how } : end;
  } finally {
    signal.removeEventListener('abort', onAbort);
    unwatch();
    connection.close();
  }
}

/** What to say after the last try of a turn that an engine failed while it ran. */
function turnFault(end: Extract<FeedEnd, { kind: 'failed' }>, attempts: number): Fault {
  return {
    id: 'turn-failed',
    service: end.service,
    title: `The ${serviceTitle[end.service]} (${end.service}) failed ${attempts === 1 ? '' : `${attempts} times `}while it worked on this question.`,
    detail: end.reason,
    cure: 'Try again; if it happens again, "earshot install" checks its files.',
  };
}

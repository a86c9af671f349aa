import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../platform/fault.ts';
import { errorMessage } from '../../platform/text.ts';
import { serviceTitle } from '../../services/names.ts';
import { areReady, failedService, snapshotOf, watchServices } from '../../services/io/readiness.ts';
import type { Supervisor } from '../../services/io/supervisor.ts';
import type { ServiceId } from '../../services/service.ts';
import { mostAttempts, retryDelayMs } from '../retry.ts';
import type { Talk, Turn } from '../talk.ts';
import { firstAudibleSample } from '../wav.ts';
import { connect, type ConversationListener, type Pace } from './connection.ts';
import { createFeed, type FeedEnd } from './feed.ts';
import { bytesPerMs } from './recording.ts';

export interface TalkOptions {
  readonly supervisor: Supervisor;
  /** 16 kHz s16le mono. */
  readonly recording: Buffer;
  readonly pace: Pace;
  readonly onTurn: (turn: Turn) => void;
  /** Aborted when the person no longer wants the answers. */
  readonly signal: AbortSignal;
}

/** Samples above this are heard as sound (1 % of full scale). */
const audibleLevel = 327;

/**
 * Plays a recording to the running conversation and collects its answers. The recording stays here: when an engine or
 * the conversation dies in mid-turn, the sound of that turn is played again once everything runs. When a service is given
 * up, the talk ends with a fault that names it and with the turns so far.
 */
export async function talk(options: TalkOptions): Promise<Talk> {
  const { supervisor, recording, onTurn, signal } = options;
  const turns: Turn[] = [];
  const reply: Uint8Array[] = [];
  let replyRateHz = 24_000;
  let fromMs = 0;
  let attempts = 0;
  const recordingMs = recording.length / bytesPerMs;

  function done(fault: Fault | null): Talk {
    return { turns, replyPcm: Buffer.concat(reply), replyRateHz, fault };
  }

  while (fromMs < recordingMs) {
    const down = await watchServices(supervisor, signal, areReady);
    if (down !== null) return done(down);
    const collected: Uint8Array[] = [];
    const end = await playFrom(options, fromMs, {
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
    if (attempts >= mostAttempts) return done((await watchServices(supervisor, signal, areReady)) ?? turnFault(end));
    fromMs = end.resumeMs;
    await sleep(retryDelayMs(attempts + 1));
  }
  return done(null);
}

interface PlayListener {
  readonly onTurn: (turn: Turn) => void;
  readonly onAudio: (pcm: Uint8Array, rateHz: number) => void;
}

/** Opens the conversation and plays the recording from `fromMs` on, until its end or until something failed. */
async function playFrom(options: TalkOptions, fromMs: number, listener: PlayListener): Promise<FeedEnd> {
  const { supervisor, recording, pace, signal } = options;
  const { endpoint } = snapshotOf(supervisor, 'conversation');
  if (endpoint === null) return { kind: 'failed', service: 'conversation', reason: 'it is not running', resumeMs: fromMs };
  const feed = createFeed({ recording, fromMs, pace });
  let firstSoundAt: number | null = null;
  const conversation: ConversationListener = {
    onEvent: (event) => {
      feed.take(event);
      if (event.type !== 'turn') return;
      const spokenAt = feed.sentAt(event.speechEndMs);
      listener.onTurn({
        transcript: event.transcript,
        reply: event.reply,
        interrupted: event.interrupted,
        latency: event.latency,
        speechEndMs: Math.round(fromMs + event.speechEndMs),
        heardAfterMs: firstSoundAt !== null && spokenAt !== null ? firstSoundAt - spokenAt : null,
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
  if (typeof connection === 'string') return { kind: 'failed', service: 'conversation', reason: connection, resumeMs: fromMs };
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
    return await feed.run(connection.sendAudio);
  } finally {
    signal.removeEventListener('abort', onAbort);
    unwatch();
    connection.close();
  }
}

/** What to say after the last try of a turn that an engine failed while it ran. */
function turnFault(end: Extract<FeedEnd, { kind: 'failed' }>): Fault {
  return {
    id: 'turn-failed',
    service: end.service,
    title: `The ${serviceTitle[end.service]} (${end.service}) failed ${mostAttempts} times while it worked on this question.`,
    detail: end.reason,
    cure: 'Try again; if it happens again, "earshot install" checks its files.',
  };
}

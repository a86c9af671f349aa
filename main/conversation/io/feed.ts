import { setTimeout as sleep } from 'node:timers/promises';
import { assertNever } from '../../platform/assert-never.ts';
import type { ServiceId } from '../../services/service.ts';
import { nextAwaited, nothingAwaited } from '../awaited-engines.ts';
import { leadInMs } from '../in-flight.ts';
import type { ConversationEvent } from '../messages.ts';
import type { Pace } from './connection.ts';
import { bytesPerMs } from './recording.ts';

export type FeedEnd =
  | { readonly kind: 'finished' }
  | {
      readonly kind: 'failed';
      readonly service: ServiceId;
      readonly reason: string;
      /** Where in the recording the turn that was lost begins. */
      readonly resumeMs: number;
    };

/** Plays a recording into an open conversation at its pace and follows what comes back. */
export interface Feed {
  readonly take: (event: ConversationEvent) => void;
  readonly fail: (service: ServiceId, reason: string) => void;
  /** Sends the recording and the silence after it; settles when all turns are done. */
  readonly run: (send: (pcm: Uint8Array) => void) => Promise<FeedEnd>;
  /** `performance.now()` at which the sound at `ms` of the connection was sent; null when it was not paced or not sent. */
  readonly sentAt: (ms: number) => number | null;
}

const chunkMs: Readonly<Record<Pace, number>> = { lockstep: 100, realtime: 20 };
/** No engine on any machine we know of takes this long over one answer, once it runs; a recording that is one long turn may take its own length more. */
const answerPatienceMs = 180_000;

export function createFeed(options: { readonly recording: Buffer; readonly fromMs: number; readonly pace: Pace }): Feed {
  const { recording, fromMs, pace } = options;
  const stepMs = chunkMs[pace];
  const answerLimitMs = answerPatienceMs + Math.round(recording.length / bytesPerMs);
  let sentMs = 0;
  let heardMs = 0;
  let startedAt = 0;
  /** Speech was heard and has not become a turn yet. */
  let open = false;
  /** A turn was ended and is not answered yet. */
  let answering = false;
  let turnFromMs = fromMs;
  let upcomingFromMs: number | null = null;
  /** How long they are waited for is up to the conversation, which fails the turn when its patience ends. */
  let awaited = nothingAwaited;
  /** When the last of them was lost or came back: by the clock, and in sound that was sent. An answer has its whole time from there on. */
  let newTime = { atMs: 0, sentMs: 0 };
  let failure: Extract<FeedEnd, { kind: 'failed' }> | null = null;
  let notify: () => void = nothing;

  function fail(service: ServiceId, reason: string): void {
    failure ??= { kind: 'failed', service, reason, resumeMs: turnFromMs };
    notify();
  }

  function take(event: ConversationEvent): void {
    awaited = nextAwaited(awaited, event, () => 0);
    switch (event.type) {
      case 'heard':
        heardMs = event.ms;
        break;
      case 'speech-started': {
        const beganMs = Math.max(fromMs, fromMs + event.ms - leadInMs);
        // Speech into an answer is the next turn: until that answer is done, it is the one that would be lost.
        if (!open && answering) upcomingFromMs = beganMs;
        else if (!open) turnFromMs = beganMs;
        open = true;
        break;
      }
      case 'pause':
      case 'words':
      case 'spoken':
      case 'interrupted':
        break;
      case 'engine-lost':
      case 'engine-back':
        newTime = { atMs: performance.now(), sentMs };
        break;
      case 'nothing-heard':
        open = false;
        break;
      case 'turn-ended':
        open = false;
        answering = true;
        break;
      case 'turn':
        answering = false;
        turnFromMs = upcomingFromMs ?? fromMs + sentMs;
        upcomingFromMs = null;
        break;
      case 'turn-failed':
        fail(event.service, event.message);
        return;
      default:
        assertNever(event);
    }
    notify();
  }

  async function waitFor(condition: () => boolean): Promise<void> {
    const beganAtMs = performance.now();
    while (!condition() && failure === null) {
      const leftMs = Math.max(beganAtMs, newTime.atMs) + answerLimitMs - performance.now();
      if (leftMs > 0 || awaited.size > 0) await nextSign(leftMs > 0 ? leftMs : answerLimitMs);
      else fail('conversation', `it gave no sign for ${answerLimitMs / 1000} s`);
    }
  }

  /** Settles after the next event, or when so much time has gone by. */
  async function nextSign(atMostMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, atMostMs);
      notify = () => {
        clearTimeout(limit);
        resolve();
      };
    });
  }

  async function pacedBy(position: number): Promise<void> {
    if (pace === 'lockstep') await waitFor(() => heardMs >= position);
    else await sleep(Math.max(0, startedAt + position - performance.now()));
  }

  return {
    take,
    fail,
    sentAt: (ms) => (pace === 'realtime' && ms <= sentMs ? startedAt + ms : null),
    run: async (send) => {
      const remainingMs = recording.length / bytesPerMs - fromMs;
      startedAt = performance.now();
      while (failure === null) {
        const silenceMs = sentMs - remainingMs;
        // What was begun is always decided, by the words or by their absence, however long recognition takes.
        if (silenceMs >= 2 * leadInMs && !open && !answering) return { kind: 'finished' };
        if (awaited.size === 0 && Math.min(silenceMs, sentMs - newTime.sentMs) > answerLimitMs) fail('conversation', `it gave no answer for ${answerLimitMs / 1000} s`);
        send(chunkAt(recording, fromMs + sentMs, stepMs));
        sentMs += stepMs;
        await pacedBy(sentMs);
        // A silent microphone goes on by the clock while the answer is computed and spoken.
        if (pace === 'lockstep' && answering) await waitFor(() => !answering);
      }
      return failure;
    },
  };
}

function nothing(): void {
  // Nobody waits.
}

/** `ms` of the recording from `fromMs` on, silence where it has ended. */
function chunkAt(recording: Buffer, fromMs: number, ms: number): Uint8Array {
  const start = Math.round(fromMs) * bytesPerMs;
  const chunk = recording.subarray(start, start + ms * bytesPerMs);
  if (chunk.length === ms * bytesPerMs) return chunk;
  return Buffer.concat([chunk, Buffer.alloc(ms * bytesPerMs - chunk.length)]);
}

import { errorMessage } from '../../platform/text.ts';
import { areReady, givenUpService, snapshotOf } from '../../services/io/readiness.ts';
import type { Supervisor } from '../../services/io/supervisor.ts';
import { serviceTitle } from '../../services/names.ts';
import type { ServiceId } from '../../services/service.ts';
import { historyOf, nextExchanges, type Exchange, type ExchangeEvent } from '../exchanges.ts';
import { nextInFlight, nothingInFlight, type InFlight } from '../in-flight.ts';
import { createKeptSound } from '../kept-sound.ts';
import { history, stopSpeaking, textQuestion, type ConversationEvent } from '../messages.ts';
import { mostAttempts, retryDelayMs } from '../retry.ts';
import { createReplyPlayback } from '../reply-playback.ts';
import type { ReplyChunk } from '../reply-stream.ts';
import { connect, type Connection } from './connection.ts';

/** The conversation with the person at the microphone, for as long as the app runs. */
export interface Live {
  /** Sound of the microphone, 16 kHz s16le mono. */
  readonly hear: (pcm: Uint8Array) => void;
  /** The microphone is closed: what was said up to here is the whole question. */
  readonly endQuestion: () => void;
  readonly ask: (text: string) => void;
  readonly stopSpeaking: () => void;
  /** Forgets everything that was said. */
  readonly startOver: () => void;
  /** Reply sample the speaker was handed last, and how long it takes from there to the ear. */
  readonly playhead: (sample: number, outputLatencyMs: number) => void;
  /** Nobody can play the reply: the speaker is gone. */
  readonly discardReply: () => void;
  /** What a new page has to play. */
  readonly unplayed: () => readonly ReplyChunk[];
  readonly close: () => void;
}

export interface LiveOptions {
  readonly supervisor: Supervisor;
  /** What was said before this stack was started. */
  readonly before: readonly Exchange[];
  /** Whether there is a speaker; without one nothing waits to be played. */
  readonly hasSpeaker: () => boolean;
  /** The conversation listens from now on. */
  readonly onConnected: () => void;
  readonly onExchanges: (exchanges: readonly Exchange[]) => void;
  readonly onReply: (chunk: ReplyChunk) => void;
  /** Nothing follows the reply sound for now. */
  readonly onReplyEnd: () => void;
  /** The reply is not wanted any more. */
  readonly onReplyDropped: () => void;
  /** Whether reply sound waits to be played has changed. */
  readonly onPlaying: (playing: boolean) => void;
}

/** Pause before a connection is tried again that could not be opened. */
const reconnectAfterMs = 500;
/** Silence that ends any turn (the conversation decides after 3 s without speech). */
const endingSilence = new Uint8Array(3_200 * 32);
/** Sound kept before speech is noticed, and at most while nobody listens. */
const listeningKeepMs = 2_000;
const longestOutageMs = 60_000;

/**
 * Relays the person's sound and typed questions, and keeps both until they are answered: when an engine or the
 * conversation dies, they are asked again once everything runs, with what was said before.
 */
export function createLive(options: LiveOptions): Live {
  const { supervisor } = options;
  const sound = createKeptSound();
  const reply = createReplyPlayback({
    now: () => performance.now(),
    onReply: options.onReply,
    onDropped: options.onReplyDropped,
    onPlaying: options.onPlaying,
    onHeard: (turn, afterMs) => {
      tell({ type: 'heard-at-speaker', turn, afterMs });
    },
  });
  let connection: Connection | null = null;
  let connecting = false;
  let closed = false;
  let exchanges = options.before;
  let inFlight: InFlight = nothingInFlight;
  /** What is in flight has to be asked again; until then nothing is sent. */
  let retry: 'no' | 'soon' | 'when-ready' = 'no';
  let attempts = 0;
  /** How much sound the open connection was sent: its own clock. */
  let sentMs = 0;
  let askedAtMs = 0;
  /** The person has stopped the reply; what still arrives of it is not wanted. */
  let muzzled = false;

  function tell(event: ExchangeEvent): void {
    const after = nextExchanges(exchanges, event);
    if (after === exchanges) return;
    exchanges = after;
    options.onExchanges(exchanges);
  }

  function take(event: ConversationEvent): void {
    inFlight = nextInFlight(inFlight, event, sound.endMs());
    tell(event);
    switch (event.type) {
      case 'turn-ended': {
        muzzled = false;
        reply.expect(event.turn, event.asked === 'typed' ? askedAtMs : sound.heardAt(event.speechEndMs));
        break;
      }
      case 'interrupted':
        muzzled = false;
        reply.drop();
        break;
      case 'turn':
        attempts = 0;
        options.onReplyEnd();
        break;
      case 'turn-failed':
        failed(event.service, event.message);
        break;
      case 'speech-started':
        // An answer that is over for the conversation may still be on its way to the ear.
        if (!inFlight.answering) reply.drop();
        break;
      case 'heard':
      case 'pause':
      case 'words':
      case 'spoken':
        break;
      case 'nothing-heard':
        if (!inFlight.answering && inFlight.typed === null) attempts = 0;
        break;
    }
  }

  function takeReply(pcm: Uint8Array): void {
    if (muzzled || retry !== 'no') return;
    tell({ type: 'sound' });
    if (options.hasSpeaker()) reply.take(pcm);
  }

  /** Counts a failure; after the last one the person is told, else it is asked again. */
  function failed(service: ServiceId, reason: string): void {
    attempts += 1;
    reply.drop();
    if (attempts >= mostAttempts) {
      giveUp(`The ${serviceTitle[service]} failed ${mostAttempts} times on this question (${reason}). Ask it again; if that fails too, quit Earshot and start it again.`);
      return;
    }
    retry = 'soon';
    setTimeout(() => {
      if (retry === 'soon') retry = 'when-ready';
      goOn();
    }, retryDelayMs(attempts + 1));
  }

  function giveUp(problem: string): void {
    attempts = 0;
    retry = 'no';
    inFlight = nothingInFlight;
    // What was heard meanwhile was never sent: the next sound follows what was.
    sound.forgetBefore(sound.endMs());
    sound.moveTo(sentMs);
    tell({ type: 'gave-up', problem });
  }

  /** Connects, or asks again, as soon as every service is there. */
  function goOn(): void {
    if (closed || connecting || retry === 'soon') return;
    const services = supervisor.snapshot();
    const gone = givenUpService(services);
    if (gone !== null && retry !== 'no') giveUp(`The ${serviceTitle[gone.service.id]} does not run. Choose “Try again” above.`);
    if (!areReady(services)) return;
    if (connection === null) void open();
    else if (retry === 'when-ready') replay(connection);
  }

  async function open(): Promise<void> {
    const { endpoint } = snapshotOf(supervisor, 'conversation');
    if (endpoint === null) return;
    connecting = true;
    const opened = await connect(endpoint, 'realtime', {
      onEvent: take,
      onAudio: takeReply,
      onClosed: lost,
    }).catch((error: unknown) => errorMessage(error));
    connecting = false;
    if (typeof opened === 'string') {
      // The supervisor has not noticed yet what the connection has; it is tried again after its next change, or now.
      setTimeout(goOn, reconnectAfterMs);
      return;
    }
    if (closed) {
      opened.close();
      return;
    }
    connection = opened;
    options.onConnected();
    sentMs = 0;
    const messages = historyOf(exchanges);
    if (messages.length > 0) opened.sendMessage(history(messages));
    replay(opened);
  }

  function lost(reason: string): void {
    connection = null;
    if (closed) return;
    const unanswered = inFlight.typed !== null || inFlight.speaking || inFlight.answering || attempts > 0;
    tell({ type: 'disconnected' });
    if (unanswered) failed('conversation', reason);
    else reply.drop();
    // Sound that nobody hears from now on is kept too.
    inFlight = { ...inFlight, soundFromMs: inFlight.soundFromMs ?? sound.endMs(), speaking: false, answering: false };
    // One that opens and closes at once must not keep us busy.
    setTimeout(goOn, reconnectAfterMs);
  }

  /** Sends what is in flight into an open connection. */
  function replay(to: Connection): void {
    const startMs = sentMs;
    retry = 'no';
    if (inFlight.soundFromMs === null) sound.forgetBefore(sound.endMs());
    else sound.forgetBefore(inFlight.soundFromMs);
    sound.moveTo(startMs);
    if (inFlight.typed !== null) to.sendMessage(textQuestion(inFlight.typed));
    for (const pcm of sound.pieces()) to.sendAudio(pcm);
    sentMs = sound.endMs();
    inFlight = { ...nothingInFlight, typed: inFlight.typed, soundFromMs: inFlight.soundFromMs === null ? null : startMs };
  }

  function hear(pcm: Uint8Array): void {
    sound.add(pcm, performance.now());
    const listening = connection !== null && retry === 'no';
    if (listening) {
      connection?.sendAudio(pcm);
      sentMs = sound.endMs();
    }
    const neededFromMs = inFlight.soundFromMs ?? inFlight.upcomingFromMs;
    const keepMs = listening && neededFromMs === null ? listeningKeepMs : longestOutageMs;
    sound.forgetBefore(Math.max(sound.endMs() - keepMs, neededFromMs ?? 0));
  }

  const unwatch = supervisor.onChange(goOn);
  goOn();

  return {
    hear,
    endQuestion: () => {
      hear(endingSilence);
    },
    ask: (text) => {
      askedAtMs = performance.now();
      attempts = 0;
      muzzled = inFlight.answering;
      reply.drop();
      tell({ type: 'asked', text });
      inFlight = { ...inFlight, typed: text };
      if (connection !== null && retry === 'no') connection.sendMessage(textQuestion(text));
      else {
        retry = retry === 'no' ? 'when-ready' : retry;
        goOn();
      }
    },
    stopSpeaking: () => {
      if (retry !== 'no') giveUp('You stopped this question.');
      muzzled = inFlight.answering;
      reply.drop();
      connection?.sendMessage(stopSpeaking());
    },
    startOver: () => {
      attempts = 0;
      muzzled = inFlight.answering;
      reply.drop();
      connection?.sendMessage(stopSpeaking());
      connection?.sendMessage(history([]));
      inFlight = { ...nothingInFlight, answering: inFlight.answering };
      tell({ type: 'started-over' });
    },
    playhead: reply.played,
    discardReply: reply.drop,
    unplayed: reply.unplayed,
    close: () => {
      closed = true;
      unwatch();
      connection?.close();
      reply.drop();
      tell({ type: 'disconnected' });
      tell({ type: 'gave-up', problem: 'Earshot was started again before this was answered.' });
    },
  };
}

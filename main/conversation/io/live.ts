import { errorMessage } from '../../platform/text.ts';
import { areReady, givenUpService, snapshotOf } from '../../services/io/readiness.ts';
import type { Supervisor } from '../../services/io/supervisor.ts';
import type { ServiceId } from '../../services/service.ts';
import { historyOf, nextExchanges, type Exchange, type ExchangeEvent } from '../exchanges.ts';
import { isWorthAnotherTry, nextAwaited, nothingAwaited } from '../awaited-engines.ts';
import { afterLoss, isAnythingInFlight, nextInFlight, nothingInFlight, withoutAnswer, type InFlight } from '../in-flight.ts';
import { carryOn, giveUp as giveUpMessage, history, stopSpeaking, textQuestion, type ConversationEvent, type EngineId } from '../messages.ts';
import { doesNotRun, failedTooOften, mostAttempts, mostEngineAttempts, retryDelayMs } from '../retry.ts';
import { createReplyPlayback } from '../reply-playback.ts';
import type { ReplyChunk } from '../reply-stream.ts';
import type { TurnEvent } from '../turn-event.ts';
import { createTurnReports } from '../turn-reports.ts';
import { connect } from './connection.ts';
import { createUplink } from './uplink.ts';

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
  /** "3.12": the turn that is being answered, so that what engines say meanwhile can be told apart by turns. */
  readonly turnInFlight: () => string | null;
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
  readonly onTurn?: (event: TurnEvent) => void;
}

/** Pause before a connection is tried again that could not be opened. */
const reconnectAfterMs = 500;
/** Silence that ends any turn (the conversation decides after 3 s without speech). */
const endingSilence = new Uint8Array(3_200 * 32);

/**
 * Relays the person's sound and typed questions, and keeps both until they are answered. An engine that dies is waited for
 * by the conversation; when that dies itself, a new one is told what was said before and goes on: with the next word of an
 * answer, or with the sound of a question whose words were not known yet.
 */
export function createLive(options: LiveOptions): Live {
  const { supervisor } = options;
  const uplink = createUplink();
  const reply = createReplyPlayback({
    now: () => performance.now(),
    onReply: options.onReply,
    onDropped: options.onReplyDropped,
    onPlaying: options.onPlaying,
    onHeard: (id, afterMs) => {
      tell({ type: 'heard-at-speaker', id, afterMs });
    },
  });
  const reports = createTurnReports((event) => options.onTurn?.(event));
  let awaited = nothingAwaited;
  let connecting = false;
  let hangUp: (() => void) | null = null;
  let closed = false;
  let exchanges = options.before;
  let inFlight: InFlight = nothingInFlight;
  /** What is in flight has to be asked again; until then nothing is sent. */
  let retry: 'no' | 'soon' | 'when-ready' = 'no';
  let attempts = 0;
  let askedAtMs = 0;
  /** End of speech, or Enter, of the question that is being answered. */
  let questionEndedAtMs: number | null = null;

  function tell(event: ExchangeEvent): void {
    const after = nextExchanges(exchanges, event);
    if (after === exchanges) return;
    exchanges = after;
    options.onExchanges(exchanges);
  }

  function take(event: ConversationEvent): void {
    const goesOn = inFlight.cutOff !== null;
    inFlight = nextInFlight(inFlight, event, uplink.endMs());
    tell(event);
    const exchange = 'turn' in event ? exchanges.find(({ turn }) => turn === event.turn) : undefined;
    reports.take(event, exchange?.heardAfterMs ?? null);
    const waitedFor = awaited;
    awaited = nextAwaited(awaited, event, restartsOf);
    switch (event.type) {
      case 'turn-ended':
        if (!goesOn) questionEndedAtMs = event.asked === 'typed' ? askedAtMs : uplink.heardAt(event.speechEndMs);
        // Of an answer that goes on, the first sound has come already.
        if (exchange !== undefined && inFlight.answering?.spoken === '') reply.expect(exchange.id, questionEndedAtMs);
        break;
      case 'interrupted':
        reply.drop();
        break;
      case 'turn':
        attempts = 0;
        options.onReplyEnd();
        break;
      case 'turn-failed':
        failed(event.service, event.message, isWorthAnotherTry(event.service, waitedFor, restartsOf(event.service)) ? mostEngineAttempts : 1);
        break;
      case 'speech-started':
        supervisor.wake();
        // An answer that is over for the conversation may still be on its way to the ear.
        if (inFlight.answering === null) reply.drop();
        break;
      case 'engine-lost':
        tellGivenUp();
        break;
      case 'engine-back':
      case 'heard':
      case 'pause':
      case 'words':
      case 'spoken':
        break;
      case 'nothing-heard':
        if (inFlight.answering === null && inFlight.typed === null) attempts = 0;
        break;
    }
  }

  function isGivenUp(service: ServiceId): boolean {
    return snapshotOf(supervisor, service).state.kind === 'failed';
  }

  function restartsOf(service: EngineId): number {
    return snapshotOf(supervisor, service).restarts;
  }

  /** The conversation need not wait for an engine that was given up. */
  function tellGivenUp(): void {
    for (const engine of awaited.keys()) if (isGivenUp(engine)) uplink.send(giveUpMessage(engine));
  }

  function takeReply(pcm: Uint8Array): void {
    // What still arrives of an answer that was stopped, or of one that failed, is not wanted.
    if (inFlight.answering?.isOver === true || retry !== 'no') return;
    tell({ type: 'sound' });
    if (options.hasSpeaker()) reply.take(pcm);
  }

  /** Counts a failure; after so many the person is told, else it is asked again. */
  function failed(service: ServiceId, reason: string, most: number): void {
    attempts += 1;
    // Not one word of it counts as said: all of it comes once more.
    if (inFlight.cutOff?.spoken === '') reply.drop();
    if (attempts >= most || isGivenUp(service)) {
      reports.failed(reason, service);
      giveUp(isGivenUp(service) ? doesNotRun(service) : failedTooOften(service, attempts, reason));
      return;
    }
    reports.askedAgain(service, reason);
    retry = 'soon';
    setTimeout(() => {
      if (retry === 'soon') retry = 'when-ready';
      goOn();
    }, retryDelayMs(attempts + 1));
  }

  function giveUp(problem: string): void {
    attempts = 0;
    retry = 'no';
    // What was heard meanwhile was never sent: the next sound follows what was.
    uplink.forget();
    inFlight = nothingYet();
    // What has come of the answer is still heard.
    options.onReplyEnd();
    tell({ type: 'gave-up', problem });
  }

  /** Nothing is asked; sound that nobody hears from now on is kept all the same. */
  function nothingYet(): InFlight {
    return uplink.isOpen() ? nothingInFlight : { ...nothingInFlight, soundFromMs: uplink.endMs() };
  }

  /** Connects, or asks again, as soon as every service is there. */
  function goOn(): void {
    if (closed || connecting || retry === 'soon') return;
    const services = supervisor.snapshot();
    const gone = givenUpService(services);
    if (gone !== null && retry !== 'no') {
      reports.failed(gone.reason, gone.service.id);
      giveUp(doesNotRun(gone.service.id));
    }
    tellGivenUp();
    if (!areReady(services)) return;
    if (!uplink.isOpen()) void open();
    else if (retry === 'when-ready') replay();
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
    hangUp = opened.close;
    uplink.open(opened);
    reports.connected();
    options.onConnected();
    if (inFlight.cutOff === null && historyOf(exchanges).length > 0) uplink.send(history(historyOf(exchanges)));
    replay();
  }

  function lost(reason: string): void {
    uplink.close();
    awaited = nothingAwaited;
    if (closed) return;
    const { answering } = inFlight;
    // Nobody waited for the rest of it; the conversation would have said so next.
    if (answering?.isOver === true) {
      const { turn, asked, question, spoken } = answering;
      take({ type: 'turn', turn, asked, transcript: question, reply: spoken, interrupted: true, speechEndMs: 0, latency: null });
    }
    const unanswered = isAnythingInFlight(inFlight) || attempts > 0;
    inFlight = afterLoss(inFlight, uplink.endMs());
    tell({ type: 'disconnected' });
    if (unanswered) failed('conversation', reason, mostAttempts);
    // One that opens and closes at once must not keep us busy.
    setTimeout(goOn, reconnectAfterMs);
  }

  /** Puts what is in flight once more to the open connection. */
  function replay(): void {
    const { cutOff, typed, soundFromMs } = inFlight;
    retry = 'no';
    if (cutOff !== null) {
      // Whatever this conversation remembers of the question, it is put anew.
      uplink.send(history(historyOf(exchanges)));
      uplink.send(carryOn(cutOff));
    }
    if (typed !== null) uplink.send(textQuestion(typed));
    const startMs = uplink.sayAgain(soundFromMs);
    inFlight = { ...nothingInFlight, cutOff, typed, soundFromMs: soundFromMs === null ? null : startMs };
  }

  function hear(pcm: Uint8Array): void {
    uplink.hear(pcm, retry === 'no', inFlight.soundFromMs ?? inFlight.upcomingFromMs);
  }

  const unwatch = supervisor.onChange(goOn);
  goOn();

  return {
    hear,
    endQuestion: () => {
      hear(endingSilence);
    },
    ask: (text) => {
      supervisor.wake();
      askedAtMs = performance.now();
      attempts = 0;
      reply.drop();
      tell({ type: 'asked', text });
      inFlight = { ...withoutAnswer(inFlight), cutOff: null, typed: text };
      if (uplink.isOpen() && retry === 'no') uplink.send(textQuestion(text));
      else {
        retry = retry === 'no' ? 'when-ready' : retry;
        goOn();
      }
    },
    stopSpeaking: () => {
      if (retry !== 'no') giveUp('You stopped this question.');
      inFlight = withoutAnswer(inFlight);
      reply.drop();
      uplink.send(stopSpeaking());
    },
    startOver: () => {
      attempts = 0;
      reply.drop();
      uplink.send(stopSpeaking());
      uplink.send(history([]));
      inFlight = { ...nothingYet(), answering: withoutAnswer(inFlight).answering };
      tell({ type: 'started-over' });
    },
    playhead: reply.played,
    discardReply: reply.drop,
    unplayed: reply.unplayed,
    turnInFlight: reports.inFlight,
    close: () => {
      closed = true;
      if (isAnythingInFlight(inFlight)) reports.failed('Earshot was started again');
      unwatch();
      hangUp?.();
      reply.drop();
      tell({ type: 'disconnected' });
      tell({ type: 'gave-up', problem: 'Earshot was started again before this was answered.' });
    },
  };
}

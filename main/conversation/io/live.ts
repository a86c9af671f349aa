import { areReady, givenUpService, snapshotOf } from '../../services/io/readiness.ts';
import type { ServiceId } from '../../services/service.ts';
import { historyOf, isAnythingHeard, nextExchanges, type ExchangeEvent } from '../exchanges.ts';
import type { Live, LiveOptions } from '../live.ts';
import { afterLoss, endOf, isAnythingInFlight, nextInFlight, nothingInFlight, withoutAnswer, type InFlight } from '../in-flight.ts';
import { carryOn, giveUp as giveUpMessage, history, stopSpeaking, textQuestion, type ConversationEvent } from '../messages.ts';
import { doesNotRun, failedTooOften, mostAttempts, retryDelayMs, soundIsGone, type EndOfTry } from '../retry.ts';
import { createReplyPlayback } from '../reply-playback.ts';
import { createTurnReports } from '../turn-reports.ts';
import { createEngineWaits } from './engine-waits.ts';
import { createLine } from './line.ts';
import { createTimers } from './timers.ts';
import { createUplink } from './uplink.ts';

export type { Live, LiveOptions } from '../live.ts';

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
  const waits = createEngineWaits(supervisor);
  const timers = createTimers();
  const line = createLine(supervisor, { onEvent: take, onAudio: takeReply, onClosed: lost });
  let exchanges = options.before;
  let inFlight: InFlight = nothingInFlight;
  /** What is in flight has to be asked again; until then nothing is sent. */
  let retry: 'no' | 'soon' | 'when-ready' = 'no';
  let attempts = 0;
  /** The open conversation remembers a question that got no answer; it would go out with the next one. */
  let remembersFailed = false;
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
    const { answering, typed } = inFlight;
    // A turn whose words were never known has a number too, and nothing of it is remembered.
    const isAnswerLost = event.type === 'turn-failed' && answering?.turn === event.turn;
    if (isAnswerLost && answering.isOver) {
      // Nobody waited for the rest of it. A newer question in writing has been sent: what is remembered now includes it.
      take(endOf(answering));
      if (typed === null) sendHistory();
      return;
    }
    remembersFailed ||= isAnswerLost;
    const goesOn = inFlight.cutOff !== null;
    inFlight = nextInFlight(inFlight, event, uplink.endMs());
    tell(event);
    const exchange = 'turn' in event ? exchanges.find(({ turn }) => turn === event.turn) : undefined;
    reports.take(event, exchange?.heardAfterMs ?? null);
    const endOfTry = event.type === 'turn-failed' ? waits.endOfTry(event.service) : 'engine-failed';
    waits.take(event);
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
        failed(event.service, event.message, endOfTry);
        break;
      case 'speech-started':
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

  /** The conversation need not wait for an engine that was given up. */
  function tellGivenUp(): void {
    for (const engine of waits.givenUp()) uplink.send(giveUpMessage(engine));
  }

  function takeReply(pcm: Uint8Array): void {
    // What still arrives of an answer that was stopped, or of one that failed, is not wanted.
    if (inFlight.answering?.isOver === true || retry !== 'no') return;
    tell({ type: 'sound' });
    if (options.hasSpeaker()) reply.take(pcm);
  }

  /** Counts a failure; after so many the person is told, else it is asked again. */
  function failed(service: ServiceId, reason: string, how: EndOfTry): void {
    attempts += 1;
    // Not one word of it counts as said: all of it comes once more.
    if (inFlight.cutOff?.spoken === '') reply.drop();
    const problem = isGivenUp(service) ? doesNotRun(service) : isSoundGone() ? soundIsGone : attempts >= mostAttempts[how] ? failedTooOften(service, how) : null;
    if (problem !== null) {
      reports.failed(reason, service);
      giveUp(problem);
      return;
    }
    reports.askedAgain(service, reason);
    retry = 'soon';
    timers.after(retryDelayMs(attempts + 1), () => {
      if (retry === 'soon') retry = 'when-ready';
      goOn();
    });
  }

  /** What was said so long ago that its beginning is not kept cannot be said again. */
  function isSoundGone(): boolean {
    const { soundFromMs } = inFlight;
    return isAnythingHeard(exchanges) && soundFromMs !== null && !uplink.keeps(soundFromMs);
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
    if (remembersFailed) sendHistory();
  }

  function sendHistory(): void {
    uplink.send(history(historyOf(exchanges)));
    remembersFailed = false;
  }

  /** Nothing is asked; sound that nobody hears from now on is kept all the same. */
  function nothingYet(): InFlight {
    return uplink.isOpen() ? nothingInFlight : { ...nothingInFlight, soundFromMs: uplink.endMs() };
  }

  /** Connects, or asks again, as soon as every service is there. */
  function goOn(): void {
    if (line.isOver() || line.isOpening() || retry === 'soon') return;
    const services = supervisor.snapshot();
    const gone = givenUpService(services);
    if (gone !== null && retry !== 'no') {
      reports.failed(gone.reason, gone.service.id);
      giveUp(doesNotRun(gone.service.id));
    }
    tellGivenUp();
    if (!areReady(services)) return;
    if (!uplink.isOpen()) void open();
    else if (retry === 'when-ready') replay(false);
  }

  async function open(): Promise<void> {
    const opened = await line.open();
    if (opened === null) {
      // The supervisor has not noticed yet what the connection has; it is tried again after its next change, or now.
      timers.after(reconnectAfterMs, goOn);
      return;
    }
    uplink.open(opened);
    reports.connected();
    options.onConnected();
    replay(historyOf(exchanges).length > 0);
  }

  function lost(reason: string): void {
    uplink.close();
    waits.forget();
    remembersFailed = false;
    if (line.isOver()) return;
    // Nobody waited for the rest of it; the conversation would have said so next.
    if (inFlight.answering?.isOver === true) take(endOf(inFlight.answering));
    const unanswered = isAnythingInFlight(inFlight) || attempts > 0;
    inFlight = afterLoss(inFlight, uplink.endMs());
    tell({ type: 'disconnected' });
    if (unanswered) failed('conversation', reason, 'conversation-died');
    // One that opens and closes at once must not keep us busy.
    timers.after(reconnectAfterMs, goOn);
  }

  /** Puts what is in flight once more to the open connection. */
  function replay(afterHistory: boolean): void {
    const { cutOff, typed, soundFromMs } = inFlight;
    retry = 'no';
    // Whatever this conversation remembers of the question, it is put anew.
    if (afterHistory || remembersFailed || cutOff !== null) sendHistory();
    if (cutOff !== null) uplink.send(carryOn(cutOff));
    if (typed !== null) uplink.send(textQuestion(typed));
    const startMs = uplink.sayAgain(soundFromMs);
    inFlight = { ...nothingInFlight, cutOff, typed, soundFromMs: soundFromMs === null ? null : startMs };
  }

  function hear(pcm: Uint8Array): void {
    uplink.hear(pcm, retry === 'no', { fromMs: inFlight.soundFromMs ?? inFlight.upcomingFromMs, isQuestion: isAnythingHeard(exchanges) });
    if (retry === 'no' || !isSoundGone()) return;
    reports.failed('its sound was kept no longer');
    giveUp(soundIsGone);
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
      tell({ type: 'started-over' });
      sendHistory();
      inFlight = { ...nothingYet(), answering: withoutAnswer(inFlight).answering };
    },
    playhead: reply.played,
    discardReply: reply.drop,
    unplayed: reply.unplayed,
    turnInFlight: reports.inFlight,
    close: () => {
      timers.end();
      if (isAnythingInFlight(inFlight)) reports.failed('Earshot was started again');
      unwatch();
      line.end();
      reply.drop();
      tell({ type: 'disconnected' });
      tell({ type: 'gave-up', problem: 'Earshot was started again before this was answered.' });
    },
  };
}

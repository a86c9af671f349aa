import { createKeptSound } from '../kept-sound.ts';
import type { Connection } from './connection.ts';

/** The person's way into the open conversation. Sound is kept as long as it may have to be said again. */
export interface Uplink {
  readonly isOpen: () => boolean;
  /** Sound and messages go there from now on; places in sound count from here. */
  readonly open: (to: Connection) => void;
  readonly close: () => void;
  readonly send: (json: string) => void;
  /** `isHeard`: it is passed on at once. */
  readonly hear: (pcm: Uint8Array, isHeard: boolean, needed: NeededSound) => void;
  /** Whether all sound from there on is still kept. */
  readonly keeps: (fromMs: number) => boolean;
  /** Passes on what is kept from there on (null: nothing); returns where that begins in the connection. */
  readonly sayAgain: (fromMs: number | null) => number;
  /** What is kept is not needed any more: the next sound follows what was passed on. */
  readonly forget: () => void;
  readonly heardAt: (ms: number) => number | null;
  readonly endMs: () => number;
}

/** What has to be said again when an engine or the conversation dies. */
export interface NeededSound {
  /** What ended before is not needed; null when nothing is. */
  readonly fromMs: number | null;
  /** A question begins there whose words are not known. */
  readonly isQuestion: boolean;
}

/** Sound kept before speech is noticed, and at most while nobody listens. */
const listeningKeepMs = 2_000;
const longestOutageMs = 60_000;
/** An engine with torch may take five minutes to load, and its end is noticed before that. */
const longestQuestionMs = 360_000;

export function createUplink(): Uplink {
  const sound = createKeptSound();
  let connection: Connection | null = null;
  /** How much sound the connection was sent: its own clock. */
  let sentMs = 0;

  return {
    isOpen: () => connection !== null,
    open: (to) => {
      connection = to;
      sentMs = 0;
    },
    close: () => {
      connection = null;
    },
    send: (json) => connection?.sendMessage(json),
    hear: (pcm, isHeard, needed) => {
      sound.add(pcm, performance.now());
      const passedOn = isHeard && connection !== null;
      if (passedOn) {
        connection?.sendAudio(pcm);
        sentMs = sound.endMs();
      }
      sound.forgetBefore(Math.max(sound.endMs() - keepMs(needed, passedOn), needed.fromMs ?? 0));
    },
    keeps: (fromMs) => sound.startMs() <= fromMs,
    sayAgain: (fromMs) => {
      const startMs = sentMs;
      sound.forgetBefore(fromMs ?? sound.endMs());
      sound.moveTo(startMs);
      for (const pcm of sound.pieces()) connection?.sendAudio(pcm);
      sentMs = sound.endMs();
      return startMs;
    },
    forget: () => {
      sound.forgetBefore(sound.endMs());
      sound.moveTo(sentMs);
    },
    heardAt: sound.heardAt,
    endMs: sound.endMs,
  };
}

function keepMs({ fromMs, isQuestion }: NeededSound, passedOn: boolean): number {
  if (fromMs === null) return passedOn ? listeningKeepMs : longestOutageMs;
  return isQuestion ? longestQuestionMs : longestOutageMs;
}

import type { ServiceId } from '../services/service.ts';
import type { ConversationEvent } from './messages.ts';
import { turnInFlightAfter, type TurnEvent } from './turn-event.ts';

/** Tells the life of every turn of one talk, connection after connection. */
export interface TurnReports {
  /** Turns are counted anew from here on. */
  readonly connected: () => void;
  /** `heardAfterMs`: what is known of it for the turn that this event answers. */
  readonly take: (event: ConversationEvent, heardAfterMs: number | null) => void;
  /** The turn in flight was cut off, and its question will be put once more. */
  readonly askedAgain: (service: ServiceId, reason: string) => void;
  /** No answer comes to the turn in flight. */
  readonly failed: (reason: string, service?: ServiceId) => void;
  readonly inFlight: () => string | null;
}

export function createTurnReports(onTurn: (event: TurnEvent) => void): TurnReports {
  let connection = 0;
  /** The newest turn that the conversation has numbered. */
  let latest = 0;
  /** That one is not over. */
  let open = false;
  let current: string | null = null;

  function tell(event: TurnEvent): void {
    current = turnInFlightAfter(current, event);
    onTurn(event);
  }

  function idOf(turn: number): string {
    return `${connection}.${turn}`;
  }

  /** The open turn; while a question is being put, the one it will be. */
  function openId(): string {
    return idOf(open ? latest : latest + 1);
  }

  function end(event: TurnEvent): void {
    tell(event);
    tell({ kind: 'ended', turnId: event.turnId });
    open = false;
  }

  return {
    connected: () => {
      connection += 1;
      latest = 0;
      open = false;
    },
    take: (event, heardAfterMs) => {
      switch (event.type) {
        case 'turn-ended':
          latest = event.turn;
          open = true;
          tell({ kind: 'asked', turnId: idOf(event.turn), asked: event.asked });
          return;
        case 'turn':
          end({ kind: event.interrupted ? 'interrupted' : 'answered', turnId: idOf(event.turn), asked: event.asked, latency: event.latency, heardAfterMs });
          return;
        case 'turn-failed':
          // Whether it is asked again is decided by whoever kept the question.
          latest = event.turn;
          open = true;
          return;
        case 'engine-lost':
          tell({ kind: 'engine-lost', turnId: event.turn === null ? openId() : idOf(event.turn), service: event.service });
          return;
        case 'engine-back':
          tell({ kind: 'engine-back', turnId: event.turn === null ? openId() : idOf(event.turn), service: event.service, waitedMs: event.waitedMs });
          return;
        case 'heard':
        case 'speech-started':
        case 'pause':
        case 'words':
        case 'nothing-heard':
        case 'spoken':
        case 'interrupted':
          return;
      }
    },
    askedAgain: (service, reason) => {
      end({ kind: 'asked-again', turnId: openId(), service, reason });
    },
    failed: (reason, service) => {
      end({ kind: 'failed', turnId: openId(), reason, ...(service === undefined ? {} : { service }) });
    },
    inFlight: () => current,
  };
}

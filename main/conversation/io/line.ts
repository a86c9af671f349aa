import { snapshotOf } from '../../services/io/readiness.ts';
import type { Supervisor } from '../../services/io/supervisor.ts';
import { connect, type Connection, type ConversationListener } from './connection.ts';

/** Connects to whichever conversation runs, time after time, until nobody wants to talk any more. */
export interface Line {
  /** Null when the conversation is not there, or does not listen, or nobody wants it any more. */
  readonly open: () => Promise<Connection | null>;
  readonly isOpening: () => boolean;
  readonly end: () => void;
  readonly isOver: () => boolean;
}

export function createLine(supervisor: Supervisor, listener: ConversationListener): Line {
  let current: Connection | null = null;
  let isOpening = false;
  let isOver = false;

  return {
    open: async () => {
      const { endpoint } = snapshotOf(supervisor, 'conversation');
      if (endpoint === null) return null;
      isOpening = true;
      const opened = await connect(endpoint, 'realtime', listener).catch(() => null);
      isOpening = false;
      if (isOver) {
        opened?.close();
        return null;
      }
      current = opened;
      return opened;
    },
    isOpening: () => isOpening,
    end: () => {
      isOver = true;
      current?.close();
    },
    isOver: () => isOver,
  };
}

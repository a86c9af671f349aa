import { openRotatingFile } from '../../platform/rotating-file.ts';
import type { ServiceId } from '../service.ts';

const longestBytes = 5 * 1024 * 1024;

export interface Log {
  readonly write: (line: string) => void;
  readonly close: () => void;
}

/** Opens a log of lines for people, each with its time. */
export function openLog(path: string, onStuck: (line: string) => void): Log {
  const file = openRotatingFile(path, { longestBytes, onStuck });
  return {
    write: (line) => {
      file.write(`${new Date().toISOString()} ${line}`);
    },
    close: file.close,
  };
}

export interface ServiceLog {
  /** What a service said: one JSON object a line. */
  readonly write: (service: ServiceId, text: string) => void;
  readonly close: () => void;
}

/** Opens the log of what services say. `turnInFlight` is the turn that was under way when they said it, so that both can be read together. */
export function openServiceLog(path: string, onStuck: (line: string) => void, turnInFlight: () => string | null): ServiceLog {
  const file = openRotatingFile(path, { longestBytes, onStuck });
  return {
    write: (service, text) => {
      file.write(JSON.stringify({ at: new Date().toISOString(), service, turn: turnInFlight(), text }));
    },
    close: file.close,
  };
}

import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorMessage } from '../../platform/text.ts';

/** Size at which a log is put aside; one older is kept. */
const longestLogBytes = 5 * 1024 * 1024;

export interface Log {
  readonly write: (line: string) => void;
  readonly close: () => void;
}

/** Opens a log for appending, each line with its time. A disk that fills must not end the conversation: `onStuck` is told once. */
export function openLog(path: string, onStuck: (line: string) => void): Log {
  let file: number;
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (existsSync(path) && statSync(path).size > longestLogBytes) renameSync(path, `${path}.1`);
    file = openSync(path, 'a', 0o600);
  } catch (error) {
    onStuck(`The log ${path} cannot be written: ${errorMessage(error)}`);
    return { write: () => undefined, close: () => undefined };
  }
  let open = true;
  let writable = true;
  return {
    write: (line) => {
      if (!writable) return;
      try {
        writeSync(file, `${new Date().toISOString()} ${line}\n`);
      } catch (error) {
        writable = false;
        onStuck(`The log ${path} is not continued: ${errorMessage(error)}`);
      }
    },
    close: () => {
      if (!open) return;
      open = false;
      writable = false;
      closeSync(file);
    },
  };
}

import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorMessage } from './text.ts';

export interface RotatingFile {
  /** Appends a line. */
  readonly write: (line: string) => void;
  readonly close: () => void;
}

export interface RotatingFileOptions {
  /** Size at which the file is put aside as "….1"; one older is kept. */
  readonly longestBytes: number;
  /** Told once, when nothing more can be written: a disk that fills must not end the conversation. */
  readonly onStuck: (line: string) => void;
}

/** A file that lines are appended to for as long as we run, and that never grows beyond its size. */
export function openRotatingFile(path: string, { longestBytes, onStuck }: RotatingFileOptions): RotatingFile {
  let file: number | null = null;
  let bytes = 0;
  let stuck = false;

  function open(): number {
    mkdirSync(dirname(path), { recursive: true });
    const opened = openSync(path, 'a', 0o600);
    bytes = fstatSync(opened).size;
    return opened;
  }

  function rotated(current: number): number {
    closeSync(current);
    renameSync(path, `${path}.1`);
    return open();
  }

  function attempt(work: () => void): void {
    if (stuck) return;
    try {
      work();
    } catch (error) {
      stuck = true;
      onStuck(`The log ${path} cannot be written any more: ${errorMessage(error)}`);
    }
  }

  // At once: who looks for the log finds one, with nothing in it.
  attempt(() => { file = open(); });
  return {
    write: (line) => {
      attempt(() => {
        file ??= open();
        if (bytes > longestBytes) file = rotated(file);
        bytes += writeSync(file, `${line}\n`);
      });
    },
    close: () => {
      stuck = true;
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}

import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Below which folder the system's own files are read: "/" but for tests, which plant a tree. */
export interface SystemFiles {
  /** Text of a file, trimmed; null when there is none or it may not be read (on Windows none of them is there). */
  readonly text: (path: string) => Promise<string | null>;
  /** Names in a folder, sorted; none when it is not there. */
  readonly names: (path: string) => Promise<readonly string[]>;
  /** Last part of what a link points to; null when it is none. */
  readonly linkTarget: (path: string) => Promise<string | null>;
  readonly absolute: (path: string) => string;
}

/** Files of /proc and /sys are absent on most machines, and a missing one is an answer: null. */
export function systemFiles(root: string): SystemFiles {
  return {
    text: (path) =>
      readFile(join(root, path), 'utf8').then(
        (text) => text.trim(),
        () => null,
      ),
    names: (path) =>
      readdir(join(root, path)).then(
        (names) => names.sort(),
        () => [],
      ),
    linkTarget: (path) =>
      readlink(join(root, path)).then(
        (target) => basename(target),
        () => null,
      ),
    absolute: (path) => join(root, path),
  };
}

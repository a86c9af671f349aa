import { formatBytes } from '../../platform/text.ts';
import type { LineReader } from '../tool-lines.ts';
import { createUvReader, type UvEvent } from '../uv-output.ts';
import { createUvProgress, type UvProgressOptions } from '../uv-progress.ts';

/** What somebody wants to hear of a run of uv. */
export interface FollowOptions extends UvProgressOptions {
  readonly onLine?: ((line: string) => void) | undefined;
  /** Bytes of the packages of this run that are there, and of how many; null while that is not known. */
  readonly onBytes?: ((receivedBytes: number, totalBytes: number | null) => void) | undefined;
}

export interface Followed {
  readonly onLine: (line: string) => void;
  readonly drawn: LineReader | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** What a person can follow of uv's lines; it also prints every package with its version and folders of ours. */
const followed = /^(Downloading|Building|Prepared|Installed|Bytecode compiled)\b/;
/** uv says the name of what is greater than that, and so do we where it draws. */
const namedBytes = 2 ** 20;

/** How to run uv so that `options` hear of it: only who wants bytes needs its bars, and with them a terminal. */
export function followUv(options: FollowOptions): Followed {
  function onLine(line: string): void {
    if (followed.test(line)) options.onLine?.(line);
  }
  const { onBytes } = options;
  if (onBytes === undefined) return { onLine, drawn: undefined, env: {} };
  // Without a TERM uv takes the terminal for one that cannot draw.
  return { onLine, drawn: linesAndBytes(onBytes, options), env: { TERM: 'xterm', NO_COLOR: '1' } };
}

function linesAndBytes(onBytes: (receivedBytes: number, totalBytes: number) => void, options: UvProgressOptions): LineReader {
  const reader = createUvReader();
  const progress = createUvProgress(options);
  const named = new Set<string>();
  let told = '';
  function follow(events: readonly UvEvent[]): readonly string[] {
    const lines: string[] = [];
    for (const event of events) {
      if (event.kind === 'line') {
        lines.push(event.text);
        // On a pipe uv names a package itself.
        const name = /^Downloading (\S+)/.exec(event.text)?.[1];
        if (name !== undefined) named.add(name);
      }
      if (event.kind === 'downloading' && event.totalBytes >= namedBytes && !named.has(event.name)) {
        named.add(event.name);
        lines.push(`Downloading ${event.name} (${formatBytes(event.totalBytes)})`);
      }
      const { receivedBytes, totalBytes } = progress.take(event);
      const now = `${receivedBytes}/${totalBytes ?? ''}`;
      if (now !== told && totalBytes !== null) onBytes(receivedBytes, totalBytes);
      told = now;
    }
    return lines;
  }
  return { read: (text) => follow(reader.read(text)), end: () => follow(reader.end()) };
}

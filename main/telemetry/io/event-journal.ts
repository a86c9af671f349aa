import { readFile, stat } from 'node:fs/promises';
import * as z from 'zod';
import type { FaultId } from '../../platform/fault.ts';
import { openRotatingFile, type RotatingFile } from '../../platform/rotating-file.ts';
import type { JournalEntry, Note } from '../journal.ts';

export interface EventJournal {
  readonly write: (note: Note) => void;
  /** The last entries, oldest first, with those of earlier runs. */
  readonly recent: () => readonly JournalEntry[];
  /** Calls `listener` with each new entry; returns what takes it off again. */
  readonly onEntry: (listener: (entry: JournalEntry) => void) => () => void;
  readonly close: () => void;
}

export interface EventJournalOptions {
  readonly path: string;
  readonly say: (line: string) => void;
  readonly now?: () => Date;
  readonly longestBytes?: number;
}

const keptEntries = 200;
const usualLongestBytes = 2 * 1024 * 1024;
/** A disk that was full may have room again. */
const secondTryAfterMs = 60_000;

const savedEntry: z.ZodType<JournalEntry> = z.object({
  at: z.iso.datetime(),
  kind: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  text: z.string(),
  service: z.enum(['stt', 'llm', 'tts', 'conversation']).exactOptional(),
  turn: z.string().exactOptional(),
  detail: z.string().exactOptional(),
  fault: z.custom<FaultId>((fault) => typeof fault === 'string').exactOptional(),
});

/** Opens the journal of events: one JSON object a line, put aside at two MiB, one older kept. */
export async function openEventJournal({ path, say, now = newDate, longestBytes = usualLongestBytes }: EventJournalOptions): Promise<EventJournal> {
  const before = await textOf(path);
  const newest = lastEntries(before, keptEntries);
  // This runs at every start, so the older file is read only when its entries are needed.
  const older = before.length > longestBytes || newest.length === keptEntries ? [] : lastEntries(await textOf(`${path}.1`), keptEntries - newest.length);
  const entries: JournalEntry[] = [...older, ...newest];
  const listeners = new Set<(entry: JournalEntry) => void>();
  let file: RotatingFile | null = null;
  let stuckAtMs: number | null = null;
  let isToldStuck = false;
  let closed = false;
  // A power cut, or a full disk, leaves half a line; what follows must not be glued to it.
  let isLineOpen = before !== '' && !before.endsWith('\n');

  function onStuck(line: string): void {
    stuckAtMs = performance.now();
    isLineOpen = true;
    if (isToldStuck) return;
    isToldStuck = true;
    say(`${line}. What happens is remembered only while Earshot runs.`);
  }

  function append(entry: JournalEntry): void {
    if (stuckAtMs !== null) {
      if (performance.now() - stuckAtMs < secondTryAfterMs) return;
      stuckAtMs = null;
      file?.close();
      file = null;
    }
    file ??= openRotatingFile(path, { longestBytes, onStuck });
    const start = isLineOpen ? '\n' : '';
    isLineOpen = false;
    file.write(`${start}${JSON.stringify(entry)}`);
  }

  return {
    write: (note) => {
      if (closed) return;
      const entry: JournalEntry = { at: now().toISOString(), ...note };
      entries.push(entry);
      if (entries.length > keptEntries) entries.shift();
      append(entry);
      for (const listener of [...listeners]) listener(entry);
    },
    recent: () => [...entries],
    onEntry: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      closed = true;
      file?.close();
    },
  };
}

function newDate(): Date {
  return new Date();
}

/** Text of a journal; empty when there is none. A device in its place (/dev/full) would never end. */
async function textOf(path: string): Promise<string> {
  const isFile = await stat(path).then((found) => found.isFile(), () => false);
  return isFile ? readFile(path, 'utf8').catch(() => '') : '';
}

/** The last entries of a journal, oldest first, without lines that were torn or are not ours. Parses no more lines than it needs. */
function lastEntries(text: string, most: number): readonly JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (const line of text.split('\n').reverse()) {
    if (entries.length === most) break;
    const entry = entryOf(line);
    if (entry !== null) entries.push(entry);
  }
  return entries.reverse();
}

function entryOf(line: string): JournalEntry | null {
  if (!line.startsWith('{')) return null;
  try {
    const parsed = savedEntry.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

import { appendFileSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openEventJournal, type EventJournal } from '../../../../main/telemetry/io/event-journal.ts';
import type { Note } from '../../../../main/telemetry/journal.ts';
import { oneMebibyteDisk } from '../../small-disk.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const told: string[] = [];

function open(path: string, longestBytes?: number): Promise<EventJournal> {
  return openEventJournal({ path, say: (line) => told.push(line), now: () => new Date(0), ...(longestBytes === undefined ? {} : { longestBytes }) });
}

function entry(text: string): Note {
  return { kind: 'restarted', severity: 'info', text, service: 'tts' };
}

function textsOf(journal: EventJournal): readonly string[] {
  return journal.recent().map(({ text }) => text);
}

beforeEach(() => {
  told.length = 0;
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the journal of events', () => {
  test('has one line an event and tells whoever listens, until they do not any more', async () => {
    const path = join(temporaryFolder(), 'logs', 'events.jsonl');
    const journal = await open(path);
    const heard: string[] = [];
    const leave = journal.onEntry(({ text }) => heard.push(text));
    journal.write(entry('one'));
    leave();
    journal.write({ ...entry('two'), turn: '3.12', detail: 'more', fault: 'service-hung' });
    journal.close();
    expect({ heard, lines: readFileSync(path, 'utf8').trimEnd().split('\n').map((line): unknown => JSON.parse(line)) }).toEqual({
      heard: ['one'],
      lines: [
        { at: '1970-01-01T00:00:00.000Z', kind: 'restarted', severity: 'info', text: 'one', service: 'tts' },
        { at: '1970-01-01T00:00:00.000Z', kind: 'restarted', severity: 'info', text: 'two', service: 'tts', turn: '3.12', detail: 'more', fault: 'service-hung' },
      ],
    });
  });

  test('reads back what an earlier run wrote, without lines that are torn or not its own', async () => {
    const path = join(temporaryFolder(), 'events.jsonl');
    const first = await open(path);
    first.write(entry('before'));
    first.close();
    appendFileSync(path, '{"at":"then","kind":1}\nnonsense\n{"at":"1970-01-01T00:00:00.000Z","kind":"res');
    const second = await open(path);
    second.write(entry('after'));
    second.close();
    const third = await open(path);
    expect(third.recent()).toEqual([
      { at: '1970-01-01T00:00:00.000Z', ...entry('before') },
      { at: '1970-01-01T00:00:00.000Z', ...entry('after') },
    ]);
  });

  test('is put aside when it is long, one older is kept, and the last 200 are read back from both', async () => {
    const path = join(temporaryFolder(), 'events.jsonl');
    const journal = await open(path, 20_000);
    for (let number = 0; number < 1_000; number += 1) journal.write(entry(`event ${number}`));
    journal.close();
    const sizes = [path, `${path}.1`].map((file) => readFileSync(file).length <= 20_200);
    const again = textsOf(await open(path, 20_000));
    expect({ sizes, third: existsSync(`${path}.2`), count: again.length, first: again[0], last: again.at(-1), same: again.join() === textsOf(journal).join() }).toEqual({
      sizes: [true, true],
      third: false,
      count: 200,
      first: 'event 800',
      last: 'event 999',
      same: true,
    });
  });

  test('goes on in memory on a disk that is full, and says so once', async () => {
    const path = join(temporaryFolder(), 'events.jsonl');
    symlinkSync('/dev/full', path);
    const journal = await open(path);
    for (const text of ['one', 'two', 'three']) journal.write(entry(text));
    journal.close();
    expect({ texts: textsOf(journal), told }).toEqual({ texts: ['one', 'two', 'three'], told: [expect.stringMatching(/ENOSPC.*only while Earshot runs\.$/)] });
  });

  test('goes on on the disk once that has room again', async (context) => {
    const disk = oneMebibyteDisk(context);
    const path = join(disk, 'events.jsonl');
    const journal = await open(path);
    journal.write(entry('before'));
    // All but a few bytes, so that a line is begun and not ended.
    writeFileSync(join(disk, 'much'), Buffer.alloc(1024 * 1024 - 4096));
    vi.useFakeTimers({ toFake: ['performance'] });
    for (let number = 0; number < 60; number += 1) journal.write(entry(`lost ${number}`));
    writeFileSync(join(disk, 'much'), '');
    vi.advanceTimersByTime(30_000);
    journal.write(entry('too early'));
    vi.advanceTimersByTime(31_000);
    journal.write(entry('after'));
    journal.close();
    const read = textsOf(await open(path));
    expect({ told: told.length, first: read[0], last: read.at(-1), early: read.includes('too early'), inMemory: textsOf(journal).length }).toEqual({ told: 1, first: 'before', last: 'after', early: false, inMemory: 63 });
  });

  test('writes nothing after its end', async () => {
    const path = join(temporaryFolder(), 'events.jsonl');
    const journal = await open(path);
    journal.close();
    journal.write(entry('late'));
    expect([existsSync(path), journal.recent()]).toEqual([false, []]);
  });
});

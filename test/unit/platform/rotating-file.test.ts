import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRotatingFile } from '../../../main/platform/rotating-file.ts';

let home: string;
const told: string[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'earshot-unit-'));
  told.length = 0;
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function open(path: string): ReturnType<typeof openRotatingFile> {
  return openRotatingFile(path, { longestBytes: 30, onStuck: (line) => told.push(line) });
}

test('a file that is full is put aside while it is written, and one older is kept', () => {
  const path = join(home, 'logs', 'a.log');
  const file = open(path);
  for (let line = 0; line < 12; line += 1) file.write(`line ${line}`);
  file.close();
  expect([readFileSync(path, 'utf8'), readFileSync(`${path}.1`, 'utf8')]).toEqual(['line 10\nline 11\n', 'line 5\nline 6\nline 7\nline 8\nline 9\n']);
});

test('a file that was there is continued', () => {
  const path = join(home, 'a.log');
  for (const text of ['one', 'two']) {
    const file = open(path);
    file.write(text);
    file.close();
  }
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
});

test('a disk that is full is told once, and nothing breaks', () => {
  const file = open('/dev/full');
  file.write('one');
  file.write('two');
  file.close();
  expect(told).toEqual([expect.stringContaining('ENOSPC')]);
});

test('nothing is written after the end, and a log that nobody wrote to is there and empty', () => {
  const path = join(home, 'a.log');
  const file = open(path);
  file.close();
  file.write('late');
  expect({ written: readFileSync(path, 'utf8'), told }).toEqual({ written: '', told: [] });
});

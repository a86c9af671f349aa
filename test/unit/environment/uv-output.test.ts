import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createUvReader, type UvEvent } from '../../../main/environment/uv-output.ts';

/** What uv 0.13.8 wrote, kept as it came: on terminals of 120 columns (with colours) and of 40, on a pipe, and when it failed. */
function written(name: string): string {
  return readFileSync(join(import.meta.dirname, 'uv-output', `${name}.txt`), 'utf8');
}

function readAll(pieces: readonly string[]): readonly UvEvent[] {
  const reader = createUvReader();
  return [...pieces.flatMap((piece) => reader.read(piece)), ...reader.end()];
}

function linesOf(events: readonly UvEvent[]): readonly string[] {
  return events.flatMap((event) => (event.kind === 'line' ? [event.text] : []));
}

/** Total of each package, and the most that was said to have arrived. */
function packagesOf(events: readonly UvEvent[]): Readonly<Record<string, readonly [mostBytes: number, totalBytes: number]>> {
  const packages: Record<string, readonly [number, number]> = {};
  for (const event of events) {
    if (event.kind === 'downloading') packages[event.name] = [Math.max(packages[event.name]?.[0] ?? 0, event.receivedBytes), event.totalBytes];
  }
  return packages;
}

const installedLines = ['coloredlogs==15.0.1', 'docopt==0.6.2', 'flatbuffers==25.12.19', 'humanfriendly==10.0', 'mpmath==1.3.0', 'numpy==2.4.6', 'onnxruntime==1.22.1', 'packaging==26.3', 'protobuf==7.36.2', 'six==1.17.0', 'sympy==1.14.0'];

test('the lines that stay come without bars, colours and control sequences', () => {
  expect(linesOf(readAll([written('coloured')]))).toEqual([
    'Using Python 3.11.7 environment at: venv',
    'Resolved 11 packages in 1.31s',
    'Prepared 11 packages in 2.08s',
    'Installed 11 packages in 62ms',
    'Bytecode compiled 2515 files in 6.95s',
    ...installedLines.map((line) => ` + ${line}`),
  ]);
});

test('each bar tells its package and its bytes, however many are drawn at once', () => {
  const events = readAll([written('coloured')]);
  expect(packagesOf(events)).toMatchObject({
    coloredlogs: [46_019, 46_019],
    flatbuffers: [26_665, 26_665],
    humanfriendly: [86_794, 86_794],
    packaging: [129_956, 129_956],
    protobuf: [343_224, 343_224],
  });
  const first = events.findIndex((event) => event.kind === 'downloading' && event.name === 'protobuf');
  expect(events.slice(first - 3, first + 4).map((event) => ('name' in event ? event.name : event.kind))).toEqual(['flatbuffers', 'coloredlogs', 'packaging', 'protobuf', 'mpmath', 'sympy', 'numpy']);
});

test('a package whose bar is taken away has arrived, once', () => {
  for (const name of ['coloured', 'narrow']) {
    const events = readAll([written(name)]);
    const arrived = events.flatMap((event) => (event.kind === 'downloaded' ? [event.name] : []));
    expect(new Set(arrived)).toEqual(new Set(Object.keys(packagesOf(events))));
    expect(arrived.length).toBe(new Set(arrived).size);
  }
});

test('a terminal so narrow that every bar is broken over lines tells the same', () => {
  const narrow = readAll([written('narrow')]);
  expect(linesOf(narrow).slice(-11)).toEqual(installedLines.map((line) => ` + ${line}`));
  const wide = packagesOf(readAll([written('coloured')]));
  for (const name of ['numpy', 'onnxruntime', 'sympy']) expect(packagesOf(narrow)[name]?.[1]).toBe(wide[name]?.[1]);
});

test('cut after every single character, or at other places, the output tells the same', () => {
  for (const name of ['coloured', 'narrow', 'pipe', 'no-solution']) {
    const text = written(name);
    const whole = readAll([text]);
    for (const length of [1, 2, 3, 7, 64, 1_021, 4_096]) {
      const pieces = Array.from({ length: Math.ceil(text.length / length) }, (_, index) => text.slice(index * length, (index + 1) * length));
      expect(readAll(pieces)).toEqual(whole);
    }
  }
});

test('on a pipe uv names what is greater than a mebibyte, and when it is there', () => {
  expect(readAll([written('pipe')]).filter((event) => event.kind !== 'line')).toEqual([
    { kind: 'downloading', name: 'numpy', receivedBytes: 0, totalBytes: 16_882_074 },
    { kind: 'building', name: 'docopt' },
    { kind: 'downloaded', name: 'numpy' },
    { kind: 'prepared' },
    { kind: 'installed' },
  ]);
});

test('what uv says when it fails can be read by a person', () => {
  expect(linesOf(readAll([written('no-solution')]))).toEqual([
    'Using Python 3.11.7 environment at: venv',
    'error: No solution found when resolving dependencies',
    '  cause: Because only numpy<=2.5.5 is available and you require numpy>99, we can',
    '         conclude that your requirements are unsatisfiable.',
  ]);
});

test('a line behind the bar of a download that failed is not lost', () => {
  const left = `⠸ Preparing packages... (1/2)      torch      ------------------------------  2.05 MiB/4.00 MiB\x1b[1A\r\x1b[2Ktorch      ------------------------------ 23.88 KiB/4.00 MiB`;
  const pad = ' '.repeat(340);
  for (const line of ['Prepared 2 packages in 441ms', 'error: Failed to fetch `torch`']) {
    expect(linesOf(readAll([`${left}${pad}${line}\r\n`]))).toEqual([line]);
  }
  expect(linesOf(readAll([`${left}${pad}\r\n`]))).toEqual([]);
});

test('a Python that is fetched has a bar of its own', () => {
  const text = 'cpython-3.11.18-linux-x86_64-gnu (download)  ------------------------------  1.50 MiB/29.25 MiB\r\x1b[2K';
  expect(readAll([text])).toEqual([{ kind: 'downloading', name: 'cpython-3.11.18-linux-x86_64-gnu', receivedBytes: 1_572_864, totalBytes: 30_670_848 }]);
});

test('control sequences of any kind leave no trace in a line, and none that has not ended is taken for one', () => {
  expect(readAll(['\x1b[3\nbroken off\n'])).toEqual([{ kind: 'line', text: 'broken off' }]);
  expect(readAll(['\x1b]0;a title\x07\x1b[?25l\x1b[1merror\x1b[0m: no room\r\n\x1b[?25h\x1b[38;5;1'])).toEqual([{ kind: 'line', text: 'error: no room' }]);
});

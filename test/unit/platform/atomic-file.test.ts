import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { writeFileAtomically } from '../../../main/platform/atomic-file.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('writes the file and the folders above it, for its owner alone', async () => {
  const folder = join(temporaryFolder(), 'a', 'b');
  const path = join(folder, 'settings.json');
  await writeFileAtomically(path, '{}');
  expect({ text: readFileSync(path, 'utf8'), mode: statSync(path).mode & 0o777, files: readdirSync(folder) }).toEqual({
    text: '{}',
    mode: 0o600,
    files: ['settings.json'],
  });
});

test.skipIf(process.platform === 'win32')('asks the disk to keep the content before the name, and then the name', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'settings.json');
  writeFileSync(path, 'old');
  const probe = await open(path);
  const prototype = Object.getPrototypeOf(probe) as typeof probe;
  await probe.close();
  const synced: string[] = [];
  const spy = vi.spyOn(prototype, 'sync').mockImplementation(async function spied(this: typeof probe) {
    const what = (await this.stat()).isDirectory() ? 'folder' : 'file';
    synced.push(`${what}, while the name holds ${readFileSync(path, 'utf8')}`);
    await this.datasync();
  });
  try {
    await writeFileAtomically(path, 'new');
  } finally {
    spy.mockRestore();
  }
  expect(synced).toEqual(['file, while the name holds old', 'folder, while the name holds new']);
});

test('replaces the whole of a longer file', async () => {
  const path = join(temporaryFolder(), 'settings.json');
  writeFileSync(path, 'x'.repeat(10_000));
  await writeFileAtomically(path, new Uint8Array([1, 2, 3]));
  expect([...readFileSync(path)]).toEqual([1, 2, 3]);
});

test('leaves no trace when it cannot write', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'settings.json', 'in-the-way'), { recursive: true });
  await expect(writeFileAtomically(join(folder, 'settings.json'), '{}')).rejects.toThrow(/EISDIR|ENOTEMPTY|directory/);
  expect(readdirSync(folder)).toEqual(['settings.json']);
});

test('of many writers at once, one wins whole', async () => {
  const path = join(temporaryFolder(), 'settings.json');
  const contents = Array.from({ length: 20 }, (_, index) => String.fromCharCode(97 + index).repeat(50_000));
  await Promise.all(contents.map((content) => writeFileAtomically(path, content)));
  expect(contents).toContain(readFileSync(path, 'utf8'));
});

test('who reads while it is being replaced sees a whole file', async () => {
  const path = join(temporaryFolder(), 'settings.json');
  await writeFileAtomically(path, 'a'.repeat(200_000));
  const written = new AbortController();
  async function write(): Promise<void> {
    for (let round = 0; round < 100; round += 1) await writeFileAtomically(path, String.fromCharCode(97 + (round % 26)).repeat(200_000));
    written.abort();
  }
  const writing = write();
  const seen: boolean[] = [];
  while (!written.signal.aborted) seen.push(isWhole(await readFile(path, 'utf8'), 200_000));
  await writing;
  expect(new Set(seen)).toEqual(new Set([true]));
});

test('is never torn by kill -9 of its writer, 40 of 40', async () => {
  const folder = temporaryFolder();
  const program = join(folder, 'writer.cjs');
  await build({ entryPoints: [join(import.meta.dirname, 'endless-writer.ts')], outfile: program, bundle: true, platform: 'node', format: 'cjs' });

  /** Kills a writer of files of `bytes` as soon as it has said `writes` times that it wrote one, in the middle of the next. */
  async function fileAfterKill(path: string, bytes: number, writes: number): Promise<string> {
    const writer = spawn(process.execPath, [program, path, String(bytes)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = 0;
    writer.stdout.on('data', (dots: Buffer) => {
      said += dots.length;
      if (said >= writes) writer.kill('SIGKILL');
    });
    const [code, signal] = (await once(writer, 'exit')) as [number | null, string | null];
    const whole = isWhole(await readFile(path, 'utf8'), bytes);
    return `${code ?? signal ?? ''}: ${whole ? 'whole' : 'torn'}`;
  }

  // The kill meets another moment of the write with every size: opening, writing, syncing, renaming.
  async function twentyKills(path: string, firstBytes: number): Promise<readonly string[]> {
    const ends: string[] = [];
    for (let round = 0; round < 20; round += 1) ends.push(await fileAfterKill(path, firstBytes * 2 ** (round % 10), 1 + (round % 3)));
    return ends;
  }

  const ends = await Promise.all([twentyKills(join(folder, 'one'), 4_000), twentyKills(join(folder, 'two'), 7_000)]);
  expect(ends.flat()).toEqual(Array.from({ length: 40 }, () => 'SIGKILL: whole'));
}, 60_000);

/** Whether a text is one write of the writers here: one letter, `length` times. */
function isWhole(text: string, length: number): boolean {
  return text.length === length && text === text.charAt(0).repeat(length);
}

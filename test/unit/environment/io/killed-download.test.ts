import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { download } from '../../../../main/environment/io/resumable-download.ts';
import { startFileServer } from '../../../fakes/file-server.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

vi.setConfig({ testTimeout: 60_000 });

const content = randomBytes(6 * 1024 ** 2 + 4321);
const size = content.length;
const hex = createHash('sha256').update(content).digest('hex');
const program = join(import.meta.dirname, 'downloader-to-kill.ts');

/** A process that downloads, killed -9 once `bytes` of the file are on the disk. */
async function killedAt(bytes: number, url: string, store: string): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, url, store, String(size), hex], { stdio: 'ignore' });
  const part = join(store, '.partial', `${hex}.part`);
  await vi.waitFor(
    () => {
      if (!existsSync(part) || statSync(part).size < bytes) throw new Error('not there yet');
    },
    { timeout: 30_000, interval: 20 },
  );
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('a download whose process is killed -9 twice in the middle goes on where it was: no byte comes twice, and no bad file is ever seen', async () => {
  const stops = [1_500_000, 4_000_001];
  const server = await startFileServer(content, [...stops.map((stallAt) => ({ stallAt })), {}]);
  const store = temporaryFolder();
  const folder = join(store, 'tiny');
  mkdirSync(folder);
  const seen: (readonly string[])[] = [];
  for (const stop of stops) {
    await killedAt(stop, server.url, store);
    seen.push(readdirSync(folder));
  }
  const path = join(folder, 'model.bin');
  const problem = await download({
    url: server.url,
    expected: { name: 'model.bin', bytes: size, digest: { algorithm: 'sha256', hex } },
    store,
    path,
    onBytes: () => {
      seen.push(readdirSync(folder));
    },
    onLine: () => undefined,
  });
  expect({ problem, right: readFileSync(path).equals(content), seen: seen.flat(), sent: server.sent, files: readdirSync(join(store, '.partial')) }).toEqual({
    problem: null,
    right: true,
    seen: [],
    sent: [
      { from: 0, bytes: 1_500_000 },
      { from: 1_500_000, bytes: 4_000_001 - 1_500_000 },
      { from: 4_000_001, bytes: size - 4_000_001 },
    ],
    files: [],
  });
});

import { expect, test, vi } from 'vitest';
import { pullModel, type PullOptions } from '../../../../main/environment/io/ollama-pull.ts';
import { FaultError } from '../../../../main/platform/fault.ts';
import { pullOfOneLayer, startOllamaServer } from '../../../fakes/ollama-server.ts';
import { deadOrigin } from '../../../fakes/web-server.ts';

interface Told {
  readonly lines: string[];
  readonly bytes: (readonly [number, number])[];
  readonly fault: string | null;
}

async function pull(url: string, parts: Partial<PullOptions> = {}): Promise<Told> {
  const lines: string[] = [];
  const bytes: (readonly [number, number])[] = [];
  const options: PullOptions = { onLine: (line) => lines.push(line), onBytes: (received, total) => bytes.push([received, total]), ...parts };
  try {
    await pullModel(url, 'tiny:1b', options);
    return { lines, bytes, fault: null };
  } catch (error) {
    if (error instanceof FaultError) return { lines, bytes, fault: error.fault.id };
    throw error;
  }
}

test('a pull tells what came of how much, and what it does, once each', async () => {
  const server = await startOllamaServer(pullOfOneLayer);
  const { lines, bytes, fault } = await pull(`${server.origin}/`);
  expect({ lines, bytes: [bytes[0], bytes[1], bytes.at(-1)], fault, asked: server.requests, pulls: server.pulls }).toEqual({
    lines: ['pulling manifest', 'pulling', 'verifying sha256 digest', 'writing manifest', 'success'],
    bytes: [
      [0, 1000],
      [400, 1000],
      [1000, 1000],
    ],
    fault: null,
    asked: ['/api/pull'],
    pulls: [{ model: 'tiny:1b', stream: true }],
  });
});

test.each<[string, readonly (object | 'hold' | 'cut')[], number, string]>([
  ['fails with an error inside a good answer', [{ status: 'pulling manifest' }, { error: 'pull model manifest: file does not exist' }], 200, 'ollama-model-missing'],
  ['fails with an error and a status', [{ error: 'invalid model name' }], 400, 'ollama-model-missing'],
  ['fills the disk', [...pullOfOneLayer.slice(0, 3), { error: 'write /models/blobs/sha256-1-partial-0: no space left on device' }], 200, 'disk-full'],
  ['fails halfway', [...pullOfOneLayer.slice(0, 3), { error: 'max retries exceeded: unexpected EOF' }], 200, 'download-failed'],
  ['is cut', [...pullOfOneLayer.slice(0, 3), 'cut'], 200, 'download-failed'],
  ['ends before it is done', pullOfOneLayer.slice(0, 4), 200, 'download-failed'],
  ['is answered with a page', [], 502, 'download-failed'],
])('a pull that %s is a fault by its name', async (_how, lines, status, fault) => {
  const server = await startOllamaServer(lines, status);
  expect((await pull(server.origin)).fault).toBe(fault);
});

test('an Ollama that is not there is said to be', async () => {
  expect((await pull(await deadOrigin())).fault).toBe('ollama-not-running');
});

test('cancelling hangs up, which is how Ollama is told to stop', async () => {
  const server = await startOllamaServer([...pullOfOneLayer.slice(0, 3), 'hold']);
  const cancel = new AbortController();
  const cancelled = pull(server.origin, {
    signal: cancel.signal,
    onBytes: (received) => {
      if (received === 400) cancel.abort();
    },
  });
  await expect(cancelled).rejects.toThrow('aborted');
  await vi.waitFor(() => {
    expect(server.left()).toBe(1);
  });
});

import { expect, test } from 'vitest';
import { bytesOf, pullAfter, pullBegun, pullFault, type Pull } from '../../../main/environment/download-ollama.ts';

function after(lines: readonly object[]): Pull {
  return lines.reduce<Pull>((pull, line) => pullAfter(pull, JSON.stringify(line)), pullBegun);
}

const [weights, template] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`];

test('bytes are those of all layers, and a layer that is here already counts', () => {
  const pull = after([
    { status: 'pulling manifest' },
    { status: 'pulling aaaaaaaaaaaa', digest: weights, total: 1000 },
    { status: 'pulling aaaaaaaaaaaa', digest: weights, total: 1000, completed: 400 },
    { status: 'pulling bbbbbbbbbbbb', digest: template, total: 50, completed: 50 },
    { status: 'pulling aaaaaaaaaaaa', digest: weights, total: 1000, completed: 700 },
  ]);
  expect([bytesOf(pull), pull.status, pull.finished]).toEqual([{ received: 750, total: 1050 }, 'pulling', false]);
});

test('success is the end, an error is kept, and noise says nothing', () => {
  expect(after([{ status: 'success' }]).finished).toBe(true);
  expect(after([{ error: 'pull model manifest: file does not exist' }]).error).toBe('pull model manifest: file does not exist');
  expect(pullAfter(pullBegun, '<html>')).toBe(pullBegun);
  expect(pullAfter(pullBegun, '')).toBe(pullBegun);
});

test.each([
  ['pull model manifest: file does not exist', 'ollama-model-missing'],
  ['invalid model name', 'ollama-model-missing'],
  ['write /root/.ollama/models/blobs/sha256-1: no space left on device', 'disk-full'],
  ['pull model manifest: 412: The model you are attempting to pull requires a newer version of Ollama.', 'download-failed'],
  ['pull model manifest: 401: unauthorized', 'download-unauthorised'],
  ['max retries exceeded: EOF', 'download-failed'],
])('"%s" is %s', (said, id) => {
  const fault = pullFault('tiny:1b', said);
  expect([fault.id, fault.detail?.includes(said), (fault.cure ?? '').length > 0]).toEqual([id, true, true]);
});

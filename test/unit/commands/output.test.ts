import { expect, test } from 'vitest';
import { progressLines } from '../../../main/commands/output.ts';
import { recordedOutput } from './recorded-output.ts';

const mebibyte = 2 ** 20;

test('a download is told of every five seconds, with its rate and what is left, and each step begins anew', () => {
  let nowMs = 0;
  const { output, said } = recordedOutput();
  const report = progressLines(output, () => nowMs);
  report({ kind: 'step-started', step: 'environment:torch-cu121', title: 'PyTorch' });
  for (let second = 1; second <= 11; second++) {
    nowMs = second * 1_000;
    report({ kind: 'bytes', step: 'environment:torch-cu121', receivedBytes: second * 20 * mebibyte, totalBytes: 2_000 * mebibyte });
  }
  report({ kind: 'phase', environment: 'torch-cu121', phase: 'packages' });
  report({ kind: 'step-done', step: 'environment:torch-cu121', title: 'PyTorch', durationMs: 11_000 });
  report({ kind: 'bytes', step: 'model:whisper-small', receivedBytes: 7, totalBytes: null });
  expect(said).toEqual([
    'Setting up what is missing (once; it is kept for the next start).',
    '→ PyTorch',
    '    100 MiB of 2.0 GiB, 20 MiB/s, about 2 min left',
    '    200 MiB of 2.0 GiB, 20 MiB/s, about 2 min left',
    '✓ PyTorch: 11.0 s',
  ]);
});

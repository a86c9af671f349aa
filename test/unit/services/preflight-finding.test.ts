import { describe, expect, test } from 'vitest';
import { describeFinding } from '../../../main/platform/finding.ts';
import { preflightFinding } from '../../../main/services/preflight-finding.ts';
import type { PreflightAnswer } from '../../../main/services/preflight.ts';

function failure(code: number | null, step: string, error: string): PreflightAnswer {
  return { kind: 'answer', ok: false, uuid: null, name: null, step, code, error };
}

function findingOf(answer: PreflightAnswer, attempts = 1): ReturnType<typeof preflightFinding> {
  return preflightFinding({ uuid: 'GPU-1', name: 'NVIDIA GeForce RTX 3060', attempts, answer, driver: '550.54.14' });
}

test('a card that never became ready is said plainly, with what was seen and what to do', () => {
  expect(findingOf(failure(3, 'cuInit', 'not initialized'), 10)).toEqual({
    fault: 'cuda-init-failed',
    severity: 'warning',
    title: 'The NVIDIA GeForce RTX 3060 was not ready, even after 10 tries, so Earshot works without it.',
    detail: 'Its driver had not finished starting. This happens when a computer has just been switched on or has slept.',
    evidence: ['cuInit: not initialized (3)', 'card: GPU-1', 'driver: 550.54.14', 'tries: 10'],
    remedies: [
      { id: 'restart-earshot', title: 'Start Earshot again: it tries the graphics card anew.', kind: 'guide' },
      { id: 'restart-computer', title: 'Restart the computer, then start Earshot again.', kind: 'guide' },
    ],
  });
});

test('reads as a few lines', () => {
  expect(describeFinding(findingOf(failure(803, 'cuInit', 'the driver and its library do not match')))).toBe(
    [
      'The NVIDIA GeForce RTX 3060 has a driver whose two halves do not match, so Earshot works without it.',
      'The driver was updated while the computer was running, or a foreign copy of its library is in the way.',
      '→ Restart the computer, then start Earshot again.',
    ].join('\n'),
  );
});

describe('names the fault behind', () => {
  const other: PreflightAnswer = { kind: 'answer', ok: true, uuid: 'GPU-2', name: null, step: 'cuCtxDestroy', code: null, error: null };
  test.each([
    ['gpu-out-of-memory', failure(2, 'cuMemAlloc', '')],
    ['cuda-init-failed', failure(3, 'cuInit', '')],
    ['driver-missing', failure(34, 'cuInit', '')],
    ['no-cuda-device', failure(46, 'cuCtxCreate', '')],
    ['no-cuda-device', failure(100, 'cuInit', '')],
    ['gpu-index-mismatch', failure(101, 'cuDeviceGet', '')],
    ['gpu-index-mismatch', other],
    ['invalid-kernel-image', failure(200, 'cuModuleLoadData', '')],
    ['no-kernel-image', failure(209, 'cuModuleLoadData', '')],
    ['driver-too-old', failure(222, 'cuModuleLoadData', '')],
    ['gpu-permission', failure(304, 'cuInit', '')],
    ['illegal-memory-access', failure(700, 'cuCtxSynchronize', '')],
    ['device-side-assert', failure(710, 'cuCtxSynchronize', '')],
    ['launch-failure', failure(719, 'cuCtxSynchronize', '')],
    ['cuda-init-failed', failure(802, 'cuInit', '')],
    ['driver-library-mismatch', failure(803, 'cuInit', '')],
    ['cuda-unknown-error', failure(999, 'cuInit', '')],
    ['cuda-unknown-error', failure(12345, 'cuInit', '')],
    ['driver-missing', failure(null, 'library', 'library not found')],
    ['launch-failure', failure(null, 'compare', 'the result of the calculation is wrong')],
    ['service-hung', failure(null, 'cuInit', 'no answer within 30 s')],
    ['driver-too-old', failure(null, 'cuDeviceGetUuid', "the driver's library has no cuDeviceGetUuid")],
    ['service-hung', { kind: 'silent', reason: 'no answer within 30 s', timedOut: true }],
    ['process-crashed', { kind: 'silent', reason: 'No module named earshot', timedOut: false }],
  ] satisfies readonly (readonly [string, PreflightAnswer])[])('%s', (fault, answer) => {
    expect(findingOf(answer).fault).toBe(fault);
  });
});

test('no advice sends the owner of an old card to a driver that has left that card behind', () => {
  const [remedy] = findingOf(failure(222, 'cuModuleLoadData', '')).remedies;
  expect(remedy?.title).toContain('its manufacturer lists for exactly this card');
});

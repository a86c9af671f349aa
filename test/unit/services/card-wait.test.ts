import { describe, expect, test } from 'vitest';
import { absentCardFinding, anyCard, patienceFor, waitedAfter, waitSentence } from '../../../main/services/card-wait.ts';
import { preflightPolicy, type PreflightAnswer } from '../../../main/services/preflight.ts';
import { adapter, linux } from '../plan/machines/machine.ts';

function failure(code: number): PreflightAnswer {
  return { kind: 'answer', ok: false, uuid: null, name: null, step: 'cuInit', code, error: '' };
}

test('a card is waited for in ten tries, and in one where that was in vain before', () => {
  expect([patienceFor('GPU-1', new Set([null])), patienceFor(null, new Set([null]))]).toEqual([preflightPolicy, { ...preflightPolicy, tries: 1 }]);
});

test('a wait is announced in one sentence', () => {
  expect(waitSentence(anyCard, preflightPolicy)).toBe('The NVIDIA graphics card is not ready yet, as happens just after a computer was switched on: Earshot asks again for up to 27 s and then starts without it.');
});

describe('what is remembered of a start', () => {
  test.each<[string, readonly (string | null)[], Parameters<typeof waitedAfter>[1], readonly (string | null)[]]>([
    ['a card that did not come', [], { inVain: true, answered: false, checked: [] }, [null]],
    ['a card that has come is forgotten', [null], { inVain: false, answered: true, checked: [] }, []],
    ['one that was not ready', [], { inVain: false, answered: true, checked: [{ uuid: 'GPU-1', failure: failure(3) }] }, ['GPU-1']],
    ['one that was ready is forgotten, one that nobody asked is not', ['GPU-1', 'GPU-2'], { inVain: false, answered: true, checked: [{ uuid: 'GPU-1', failure: null }] }, ['GPU-2']],
    ['one that failed at once was not waited for', ['GPU-1'], { inVain: false, answered: true, checked: [{ uuid: 'GPU-1', failure: failure(719) }] }, []],
  ])('%s', (_title, before, seen, after) => {
    expect([...waitedAfter(new Set(before), seen)]).toEqual(after);
  });
});

test('a card that does not answer is named where the system knows it, with what nvidia-smi said', () => {
  const warnings = ['The NVIDIA driver is running, but it finds no graphics card.'];
  const known = linux([adapter('Intel', 'Iris Xe'), adapter('NVIDIA', 'NVIDIA RTX A6000')], { driver: '550.90.07', warnings });
  expect([absentCardFinding(known, 10), absentCardFinding(linux([]), 1)].map(({ fault, title, evidence }) => ({ fault, title, evidence }))).toEqual([
    { fault: 'no-cuda-device', title: 'The NVIDIA RTX A6000 does not answer, even after 10 tries, so Earshot works without it for now.', evidence: [...warnings, 'tries: 10'] },
    { fault: 'cuda-init-failed', title: 'The NVIDIA graphics card does not answer, so Earshot works without it for now.', evidence: ['tries: 1'] },
  ]);
});

import { describe, expect, test } from 'vitest';
import { firstStep, mayReturn, nextStep, preflightPolicy, type PreflightAnswer, type PreflightState, type PreflightStep } from '../../../main/services/preflight.ts';

const uuid = 'GPU-11111111-2222-3333-4444-555555555555';
const policy = { tries: 3, pauseMs: 50 };
const passed: PreflightAnswer = { kind: 'answer', ok: true, uuid, name: 'A card', step: 'cuCtxDestroy', code: null, error: null };

function failure(code: number | null, step = 'cuInit'): PreflightAnswer {
  return { kind: 'answer', ok: false, uuid: null, name: null, step, code, error: 'failed' };
}

const trying: PreflightState = { kind: 'trying', attempt: 1 };
const silent: PreflightAnswer = { kind: 'silent', reason: 'no answer', timedOut: true };

function answered(state: PreflightState, answer: PreflightAnswer): PreflightStep {
  return nextStep(state, { kind: 'answered', answer }, uuid, policy);
}

test('begins with a try at once', () => {
  expect(firstStep).toEqual({ state: trying, effect: { kind: 'run' } });
});

test('a machine that has just started is given ten tries, three seconds apart', () => {
  expect(preflightPolicy).toEqual({ tries: 10, pauseMs: 3_000 });
});

test('a card on which the kernel ran has passed', () => {
  expect(answered(trying, passed)).toEqual({ state: { kind: 'passed', attempt: 1 }, effect: null });
});

describe('is tried again after a pause', () => {
  test.each([
    ['not initialized (3)', failure(3)],
    ['system not yet initialized (802)', failure(802)],
    ['no device (100)', failure(100, 'cuDeviceGetCount')],
    ['invalid device (101)', failure(101, 'cuDeviceGet')],
    ['another card than the one asked for', { ...passed, uuid: 'GPU-another' }],
  ])('%s', (_title, answer) => {
    expect(answered(trying, answer)).toEqual({ state: { kind: 'waiting', attempt: 1 }, effect: { kind: 'wait', ms: 50 } });
  });
});

describe('is given up at once', () => {
  test.each([
    ['launch failure (719)', failure(719, 'cuCtxSynchronize')],
    ['unknown error (999)', failure(999)],
    ['driver and library that do not match (803)', failure(803)],
    ['no kernel image (209)', failure(209, 'cuModuleLoadData')],
    ['no library', failure(null, 'library')],
    ['a wrong result', failure(null, 'compare')],
    ['a check that hung', silent],
  ])('%s', (_title, answer) => {
    expect(answered(trying, answer)).toEqual({ state: { kind: 'failed', attempt: 1, answer }, effect: null });
  });
});

test('the last try decides', () => {
  expect([answered({ kind: 'trying', attempt: 3 }, failure(3)), answered({ kind: 'trying', attempt: 3 }, passed)]).toEqual([
    { state: { kind: 'failed', attempt: 3, answer: failure(3) }, effect: null },
    { state: { kind: 'passed', attempt: 3 }, effect: null },
  ]);
});

test('the pause ends in the next try', () => {
  expect(nextStep({ kind: 'waiting', attempt: 1 }, { kind: 'waited' }, uuid, policy)).toEqual({ state: { kind: 'trying', attempt: 2 }, effect: { kind: 'run' } });
});

test('what comes at the wrong time changes nothing', () => {
  const over: readonly PreflightState[] = [{ kind: 'passed', attempt: 1 }, { kind: 'failed', attempt: 1, answer: silent }];
  expect([
    nextStep(trying, { kind: 'waited' }, uuid, policy),
    answered({ kind: 'waiting', attempt: 1 }, passed),
    ...over.flatMap((state) => [answered(state, passed), nextStep(state, { kind: 'waited' }, uuid, policy)]),
  ]).toEqual([trying, { kind: 'waiting', attempt: 1 }, ...over.flatMap((state) => [state, state])].map((state) => ({ state, effect: null })));
});

describe('a card that failed may pass later by itself', () => {
  test.each([
    ['when it was not ready', failure(3)],
    ['when its memory was full', failure(2, 'cuCtxCreate')],
    ['when it broke off a calculation', failure(719, 'cuCtxSynchronize')],
    ['when it counted wrong', failure(null, 'compare')],
    ['when another card answered', { ...passed, uuid: 'GPU-another' }],
    ['when the check itself was killed', { ...silent, timedOut: false }],
  ])('%s', (_title, answer) => {
    expect(mayReturn(answer)).toBe(true);
  });
});

describe('a card that failed stays so until a person sees to it', () => {
  test.each([
    ['when its driver hangs', silent],
    ['when its driver is too old', failure(222, 'cuModuleLoadData')],
    ['when its driver was updated without a restart', failure(803)],
    ['when this account may not use it', failure(304)],
    ['when the library of the driver is missing', failure(null, 'library')],
  ])('%s', (_title, answer) => {
    expect(mayReturn(answer)).toBe(false);
  });
});

import { expect, test } from 'vitest';
import { currentStep, longestLog, setupAfter, setupAfterFailure, setupOf, type Setup, type Step } from '../../../main/desktop/steps.ts';
import type { Progress } from '../../../main/environment/model.ts';

const running: Step = { id: 'python', title: 'Python', state: 'running', detail: null, transfer: null, durationMs: null };
const mebibyte = 1024 ** 2;

function after(said: readonly Progress[], from: Setup = setupOf('background')): Setup {
  return said.reduce((setup, progress, index) => setupAfter(setup, progress, index * 1_000), from);
}

test('a step runs, says how far it is, and is done; the others stay as they are', () => {
  const said: readonly Progress[] = [
    { kind: 'step-started', step: 'python', title: 'Python' },
    { kind: 'step-started', step: 'models', title: 'the models' },
    { kind: 'detail', step: 'python', text: 'unpacking' },
    { kind: 'phase', environment: 'voice', phase: 'packages' },
    { kind: 'step-done', step: 'python', title: 'Python', durationMs: 1_200 },
  ];
  const models: Step = { ...running, id: 'models', title: 'the models' };
  expect(said.map((_one, index) => after(said.slice(0, index + 1)).steps)).toEqual([
    [running],
    [running, models],
    [{ ...running, detail: 'unpacking' }, models],
    [{ ...running, detail: 'unpacking' }, models],
    [{ ...running, state: 'done', durationMs: 1_200 }, models],
  ]);
});

test('what arrives is told with its rate and the time that is left, by the clock', () => {
  const said: readonly Progress[] = [
    { kind: 'step-started', step: 'python', title: 'Python' },
    ...[0, 10, 20, 30].map((received): Progress => ({ kind: 'bytes', step: 'python', receivedBytes: received * mebibyte, totalBytes: 100 * mebibyte })),
  ];
  const [step] = after(said).steps;
  expect(step?.transfer).toMatchObject({ receivedBytes: 30 * mebibyte, totalBytes: 100 * mebibyte, bytesPerSecond: 10 * mebibyte, remainingSeconds: 7 });
});

test('of an amount that nobody knows, only what has arrived is told', () => {
  const [step] = after([{ kind: 'step-started', step: 'python', title: 'Python' }, { kind: 'bytes', step: 'python', receivedBytes: 5, totalBytes: null }]).steps;
  expect(step?.transfer).toMatchObject({ receivedBytes: 5, totalBytes: null, remainingSeconds: null });
});

test('the log keeps its last lines', () => {
  const lines = Array.from({ length: longestLog + 5 }, (_one, index): Progress => ({ kind: 'detail', step: 'python', text: `line ${index}` }));
  const { log } = after([{ kind: 'step-started', step: 'python', title: 'Python' }, ...lines]);
  expect([log.length, log[0], log.at(-1)]).toEqual([longestLog, 'line 5', `line ${longestLog + 4}`]);
});

test('a step that is made once more has a row of its own, and the one before stays done', () => {
  const round: readonly Progress[] = [{ kind: 'step-started', step: 'python', title: 'Python' }, { kind: 'step-done', step: 'python', title: 'Python', durationMs: 5 }];
  expect(after([...round, ...round.slice(0, 1)]).steps.map(({ state }) => state)).toEqual(['done', 'running']);
});

test('what is said of a step that nobody started changes no step', () => {
  expect(after([{ kind: 'detail', step: 'other', text: 'x' }], { ...setupOf('first'), steps: [running] }).steps).toEqual([running]);
});

test('a set-up that ends early has failed where it was', () => {
  const setup = setupAfterFailure({ ...setupOf('first'), steps: [{ ...running, state: 'done' }, running] });
  expect({ state: setup.state, steps: setup.steps.map(({ state }) => state) }).toEqual({ state: 'ended', steps: ['done', 'failed'] });
});

test('the step a person waits for is the one that fetches', () => {
  const transfer = { receivedBytes: 1, totalBytes: 2, bytesPerSecond: null, remainingSeconds: null, samples: { samples: [] } };
  const fetching: Step = { ...running, id: 'models', transfer };
  expect([[fetching, running], [running, { ...running, id: 'last' }], [{ ...running, state: 'done' as const }]].map((steps) => currentStep({ steps })?.id)).toEqual(['models', 'last', undefined]);
});

import { expect, test } from 'vitest';
import { stepsAfter, type Step } from '../../../main/desktop/steps.ts';
import type { Progress } from '../../../main/environment/model.ts';

const running = { id: 'python', title: 'Python', state: 'running', detail: null, durationMs: null } as const;

test('a step runs, says how far it is, and is done; the others stay as they are', () => {
  const said: readonly Progress[] = [
    { kind: 'step-started', step: 'python', title: 'Python' },
    { kind: 'step-started', step: 'models', title: 'the models' },
    { kind: 'detail', step: 'python', text: '1 of 2 MiB' },
    { kind: 'detail', step: 'python', text: '2 of 2 MiB' },
    { kind: 'step-done', step: 'python', title: 'Python', durationMs: 1_200 },
  ];
  const models: Step = { ...running, id: 'models', title: 'the models' };
  expect(said.map((_one, index) => said.slice(0, index + 1).reduce(stepsAfter, []))).toEqual([
    [running],
    [running, models],
    [{ ...running, detail: '1 of 2 MiB' }, models],
    [{ ...running, detail: '2 of 2 MiB' }, models],
    [{ ...running, state: 'done', durationMs: 1_200 }, models],
  ]);
});

test('what is said of a step that nobody started changes nothing', () => {
  expect(stepsAfter([running], { kind: 'detail', step: 'other', text: 'x' })).toEqual([running]);
});

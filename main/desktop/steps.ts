import type { Progress } from '../environment/model.ts';

/** One step of setting up, as a person follows it. */
export interface Step {
  readonly id: string;
  readonly title: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly detail: string | null;
  readonly durationMs: number | null;
}

/** The steps of a set-up after one more thing it said. */
export function stepsAfter(steps: readonly Step[], progress: Progress): readonly Step[] {
  switch (progress.kind) {
    case 'step-started':
      return [...steps, { id: progress.step, title: progress.title, state: 'running', detail: null, durationMs: null }];
    case 'detail':
      return steps.map((step) => (step.id === progress.step ? { ...step, detail: progress.text } : step));
    case 'step-done':
      return steps.map((step) => (step.id === progress.step ? { ...step, state: 'done', detail: null, durationMs: progress.durationMs } : step));
  }
}

/** The steps of a set-up that failed: what was running has failed. */
export function stepsAfterFailure(steps: readonly Step[]): readonly Step[] {
  return steps.map((step) => (step.state === 'running' ? { ...step, state: 'failed' } : step));
}

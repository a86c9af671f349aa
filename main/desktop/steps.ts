import type { Progress } from '../environment/model.ts';
import { transferAfter, type Transfer } from './transfer.ts';

/** One step of setting up, as a person follows it. */
export interface Step {
  readonly id: string;
  readonly title: string;
  readonly state: 'running' | 'done' | 'failed';
  /** The last thing it said. */
  readonly detail: string | null;
  /** What has arrived of it; null while it fetches nothing. */
  readonly transfer: Transfer | null;
  readonly durationMs: number | null;
}

/** Something being set up, as the desktop follows it. */
export interface Setup {
  /** "first": nothing can be answered before it is done. "background": the conversation goes on meanwhile. */
  readonly where: 'first' | 'background';
  /** "stopping": cancelled, and coming to its end. */
  readonly state: 'running' | 'stopping' | 'ended';
  readonly steps: readonly Step[];
  /** The last lines of its log, oldest first. */
  readonly log: readonly string[];
}

/** As much as a person scrolls through to see what a step hangs on. */
export const longestLog = 200;

export function setupOf(where: Setup['where']): Setup {
  return { where, state: 'running', steps: [], log: [] };
}

/** A set-up after one more thing it said. */
export function setupAfter(setup: Setup, progress: Progress, atMs: number): Setup {
  switch (progress.kind) {
    case 'step-started': {
      const step: Step = { id: progress.step, title: progress.title, state: 'running', detail: null, transfer: null, durationMs: null };
      return { ...setup, steps: [...setup.steps, step] };
    }
    case 'detail':
      return { ...changed(setup, progress.step, () => ({ detail: progress.text })), log: [...setup.log, progress.text].slice(-longestLog) };
    case 'bytes':
      return changed(setup, progress.step, ({ transfer }) => ({ transfer: transferAfter(transfer, progress, atMs) }));
    case 'phase':
      return setup;
    case 'step-done':
      return changed(setup, progress.step, () => ({ state: 'done', detail: null, transfer: null, durationMs: progress.durationMs }));
  }
}

/** A set-up that ended before its end: what was running has failed. */
export function setupAfterFailure(setup: Setup): Setup {
  return { ...setup, state: 'ended', steps: setup.steps.map((step) => (step.state === 'running' ? { ...step, state: 'failed' } : step)) };
}

/** The step a person waits for: the last one that runs and is known to take a while, else the last one that runs. */
export function currentStep({ steps }: Pick<Setup, 'steps'>): Step | undefined {
  return steps.findLast(({ state, transfer }) => state === 'running' && transfer !== null) ?? steps.findLast(({ state }) => state === 'running');
}

/** A step that is made once more has a row of its own: only the one that runs is changed. */
function changed(setup: Setup, id: string, change: (step: Step) => Partial<Step>): Setup {
  if (!setup.steps.some((step) => step.id === id && step.state === 'running')) return setup;
  return { ...setup, steps: setup.steps.map((step) => (step.id === id && step.state === 'running' ? { ...step, ...change(step) } : step)) };
}

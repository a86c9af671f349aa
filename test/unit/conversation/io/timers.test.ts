import { expect, onTestFinished, test, vi } from 'vitest';
import { createTimers } from '../../../../main/conversation/io/timers.ts';

test('what is to be done later is done in its time, and not any more once that was called off', () => {
  vi.useFakeTimers();
  onTestFinished(() => { vi.useRealTimers(); });
  const timers = createTimers();
  const done: string[] = [];
  timers.after(100, () => done.push('first'));
  timers.after(200, () => done.push('second'));
  vi.advanceTimersByTime(150);
  timers.end();
  timers.after(10, () => done.push('after the end'));
  vi.advanceTimersByTime(1_000);
  expect({ done, pending: vi.getTimerCount() }).toEqual({ done: ['first'], pending: 0 });
});

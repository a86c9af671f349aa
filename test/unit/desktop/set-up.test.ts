import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { showSetup } from '../../../main/desktop/set-up.ts';
import { createDesktopStore } from '../../../main/desktop/state.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a step is told of at once; what comes many times a second five times', () => {
  const store = createDesktopStore('0');
  const shown = showSetup(store, 'background');
  shown.report({ kind: 'step-started', step: 'models', title: 'the models' });
  let told = 0;
  store.subscribe(() => {
    told += 1;
  });
  for (let received = 1; received <= 100; received += 1) {
    shown.report({ kind: 'bytes', step: 'models', receivedBytes: received, totalBytes: 100 });
    vi.advanceTimersByTime(10);
  }
  expect({ told, received: store.getState().setup?.steps[0]?.transfer?.receivedBytes }).toEqual({ told: 5, received: 100 });
});

test('the last that was said before the end is not lost, and nothing said after it counts', () => {
  const store = createDesktopStore('0');
  const shown = showSetup(store, 'first');
  shown.report({ kind: 'step-started', step: 'models', title: 'the models' });
  shown.report({ kind: 'detail', step: 'models', text: 'the server answers 403' });
  shown.failed();
  shown.report({ kind: 'detail', step: 'models', text: 'too late' });
  vi.advanceTimersByTime(1_000);
  expect(store.getState().setup).toMatchObject({ state: 'ended', log: ['the server answers 403'], steps: [{ state: 'failed' }] });
});

test('beside a conversation, a set-up that failed leaves its place to the notice', () => {
  const store = createDesktopStore('0');
  showSetup(store, 'background').failed();
  expect(store.getState().setup).toBeNull();
});

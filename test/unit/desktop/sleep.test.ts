import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { followSleep, mayHaveLostDevices } from '../../../main/desktop/sleep.ts';

/** A computer whose clock on the wall a test sets. */
function stand() {
  const monitor = new EventEmitter();
  const told: (number | null)[] = [];
  let wallMs = 1_000;
  const end = followSleep(monitor, () => wallMs, (afterMs) => told.push(afterMs));
  return {
    monitor,
    told,
    end,
    at: (ms: number) => {
      wallMs = ms;
    },
  };
}

test('each sleep is told of once it is over, with how long it was', () => {
  const { monitor, told, at } = stand();
  monitor.emit('suspend');
  at(61_000);
  const asleep = [...told];
  monitor.emit('resume');
  monitor.emit('suspend');
  at(63_000);
  monitor.emit('resume');
  expect({ asleep, told }).toEqual({ asleep: [], told: [60_000, 2_000] });
});

test('nobody knows how long where its beginning was not told, or the clock was set back', () => {
  const { monitor, told, at } = stand();
  monitor.emit('resume');
  monitor.emit('suspend');
  at(0);
  monitor.emit('resume');
  expect(told).toEqual([null, null]);
});

test('nothing is told after the end, and nobody listens any more', () => {
  const { monitor, told, end } = stand();
  end();
  monitor.emit('resume');
  expect([told, monitor.listenerCount('suspend'), monitor.listenerCount('resume')]).toEqual([[], 0, 0]);
});

test('devices outlive a short stall, and may not outlive a sleep', () => {
  expect([6_000, 60_000, null].map(mayHaveLostDevices)).toEqual([false, true, true]);
});

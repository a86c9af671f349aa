import { describe, expect, test } from 'vitest';
import { nothingSupervised, runsOtherwise, shownState, supervisionAfter, type Supervision } from '../../../main/desktop/supervision.ts';
import type { ServiceState } from '../../../main/services/machine.ts';
import type { SupervisorEvent } from '../../../main/services/supervisor-event.ts';
import { servicesIn } from '../services/snapshots.ts';
import { finding } from './machine-of.ts';

const states: readonly (readonly [ServiceState, string])[] = [
  [{ kind: 'stopped', because: 'not-started' }, 'waiting'],
  [{ kind: 'stopped', because: 'idle' }, 'resting'],
  [{ kind: 'stopped', because: 'asked' }, 'stopped'],
  [{ kind: 'starting', sinceMs: 0 }, 'starting'],
  [{ kind: 'warming', sinceMs: 0 }, 'starting'],
  [{ kind: 'ready', sinceMs: 0 }, 'ready'],
  [{ kind: 'degraded', sinceMs: 0, reason: 'it is late' }, 'slow'],
  [{ kind: 'backing-off', untilMs: 0, reason: 'it ended' }, 'restarting'],
  [{ kind: 'stopping', then: { kind: 'crash', reason: 'it hung', sinceMs: 0 } }, 'restarting'],
  [{ kind: 'stopping', then: { kind: 'start' } }, 'restarting'],
  [{ kind: 'stopping', then: { kind: 'rest' } }, 'resting'],
  [{ kind: 'stopping', then: { kind: 'stay' } }, 'stopped'],
  [{ kind: 'failed', reason: 'it ended' }, 'failed'],
];

test.each(states)('%j is called %s', (state, shown) => {
  expect(shownState(state)).toBe(shown);
});

/** What is kept after these events, one after the other. */
function after(...events: readonly SupervisorEvent[]): Supervision {
  return events.reduce(supervisionAfter, nothingSupervised);
}

const found: SupervisorEvent = { kind: 'finding', service: 'tts', finding };
const woken: SupervisorEvent = { kind: 'woken', service: 'llm' };

describe('what a service says of itself', () => {
  test('is kept until another process says it anew', () => {
    expect([after(found), after(found, { kind: 'spawned', service: 'stt', pid: 1 }), after(found, { kind: 'spawned', service: 'tts', pid: 2 })].map((supervision) => supervision.found)).toEqual([{ tts: finding }, { tts: finding }, {}]);
  });

  test('or a stand-in that runs, means that something runs otherwise than planned', () => {
    const services = servicesIn();
    const onFallback = services.map((snapshot) => ({ ...snapshot, onFallback: finding }));
    expect([runsOtherwise({ services, supervision: nothingSupervised }), runsOtherwise({ services, supervision: after(found) }), runsOtherwise({ services: onFallback, supervision: nothingSupervised })]).toEqual([false, true, true]);
  });
});

describe('a service that loads after a rest', () => {
  const ends: readonly SupervisorEvent[] = [
    { kind: 'ready', service: 'llm', loadMs: 1, device: 'cpu' },
    { kind: 'crashed', service: 'llm', cause: 'crash', reason: 'it ended', lines: [] },
    { kind: 'gave-up', service: 'llm', reason: 'it ended' },
    { kind: 'rested', service: 'llm' },
  ];

  test.each(ends)('is known as such until it is $kind', (end) => {
    expect([after(woken).waking, after(woken, end).waking]).toEqual([['llm'], []]);
  });

  test('is named once, however often it is woken', () => {
    expect(after(woken, woken).waking).toEqual(['llm']);
  });
});

test('what is of no concern here changes nothing, and is the same value', () => {
  const before = after(found, woken);
  const others: readonly SupervisorEvent[] = [
    { kind: 'state', service: 'llm', from: 'ready', to: 'degraded' },
    { kind: 'fell-back', service: 'stt', from: 'GPU-1', to: 'cpu', finding },
    { kind: 'returned', service: 'stt', device: 'GPU-1' },
    { kind: 'resumed', afterMs: 60_000 },
    { kind: 'reaped', pids: [12] },
    { kind: 'ready', service: 'stt', loadMs: 1, device: 'cpu' },
  ];
  expect(others.map((event) => supervisionAfter(before, event) === before)).toEqual(others.map(() => true));
});

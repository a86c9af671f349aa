import { describe, expect, test } from 'vitest';
import { restartPolicy } from '../../../main/services/back-off.ts';
import { next, unborn, type Effect, type Life, type ServiceEvent, type ServiceState } from '../../../main/services/machine.ts';

const nowMs = 1_000_000;
const states: Readonly<Record<ServiceState['kind'], ServiceState>> = {
  stopped: { kind: 'stopped' },
  starting: { kind: 'starting', sinceMs: nowMs - 500 },
  warming: { kind: 'warming', sinceMs: nowMs - 500 },
  ready: { kind: 'ready', sinceMs: nowMs - 500 },
  'backing-off': { kind: 'backing-off', untilMs: nowMs, reason: 'it ended' },
  stopping: { kind: 'stopping', restart: false },
  failed: { kind: 'failed', reason: 'it ended' },
};
const events: Readonly<Record<ServiceEvent['kind'], ServiceEvent>> = {
  start: { kind: 'start' },
  listening: { kind: 'listening' },
  healthy: { kind: 'healthy' },
  exited: { kind: 'exited', reason: 'it ended', random: 0.5 },
  'too-slow': { kind: 'too-slow' },
  timer: { kind: 'timer' },
  restart: { kind: 'restart' },
  stop: { kind: 'stop' },
};

type Row = readonly [state: ServiceState['kind'], effects: readonly Effect['kind'][]];

/** Every (state, event): the state after it and what has to be done. */
const table: Readonly<Record<ServiceState['kind'], Readonly<Record<ServiceEvent['kind'], Row>>>> = {
  stopped: {
    start: ['starting', ['spawn']],
    listening: ['stopped', []],
    healthy: ['stopped', []],
    exited: ['stopped', []],
    'too-slow': ['stopped', []],
    timer: ['stopped', []],
    restart: ['stopped', []],
    stop: ['stopped', []],
  },
  starting: {
    start: ['starting', []],
    listening: ['warming', ['watch-health']],
    healthy: ['starting', []],
    exited: ['backing-off', ['wake']],
    'too-slow': ['starting', ['kill']],
    timer: ['starting', []],
    restart: ['stopping', ['terminate']],
    stop: ['stopping', ['terminate']],
  },
  warming: {
    start: ['warming', []],
    listening: ['warming', []],
    healthy: ['ready', []],
    exited: ['backing-off', ['wake']],
    'too-slow': ['warming', ['kill']],
    timer: ['warming', []],
    restart: ['stopping', ['terminate']],
    stop: ['stopping', ['terminate']],
  },
  ready: {
    start: ['ready', []],
    listening: ['ready', []],
    healthy: ['ready', []],
    exited: ['backing-off', ['wake']],
    'too-slow': ['ready', []],
    timer: ['ready', []],
    restart: ['stopping', ['terminate']],
    stop: ['stopping', ['terminate']],
  },
  'backing-off': {
    start: ['backing-off', []],
    listening: ['backing-off', []],
    healthy: ['backing-off', []],
    exited: ['backing-off', []],
    'too-slow': ['backing-off', []],
    timer: ['starting', ['spawn']],
    restart: ['backing-off', []],
    stop: ['stopped', []],
  },
  stopping: {
    start: ['stopping', []],
    listening: ['stopping', []],
    healthy: ['stopping', []],
    exited: ['stopped', []],
    'too-slow': ['stopping', []],
    timer: ['stopping', []],
    restart: ['stopping', []],
    stop: ['stopping', []],
  },
  failed: {
    start: ['starting', ['spawn']],
    listening: ['failed', []],
    healthy: ['failed', []],
    exited: ['failed', []],
    'too-slow': ['failed', []],
    timer: ['failed', []],
    restart: ['failed', []],
    stop: ['failed', []],
  },
};

const rows = Object.entries(table).flatMap(([state, byEvent]) =>
  Object.entries(byEvent).map(([event, [after, effects]]) => ({ state, event, after, effects })),
);

describe('a service', () => {
  test.each(rows)('$state, on $event, is $after', ({ state, event, after, effects }) => {
    const before: Life = { state: states[state as ServiceState['kind']], crashesMs: [] };
    const { life, effects: done } = next(before, events[event as ServiceEvent['kind']], nowMs, restartPolicy);
    expect({ after: life.state.kind, effects: done.map((effect) => effect.kind) }).toEqual({ after, effects });
  });

  test('waits twice as long after each crash and is given up at the fifth', () => {
    let life = next(unborn, events.start, 0, restartPolicy).life;
    const waits: number[] = [];
    let time = 0;
    while (life.state.kind !== 'failed') {
      time += 1_000;
      const crashed = next(life, { kind: 'exited', reason: 'it ended', random: 0.5 }, time, restartPolicy);
      life = crashed.life;
      if (life.state.kind !== 'backing-off') break;
      waits.push(life.state.untilMs - time);
      time = life.state.untilMs;
      life = next(life, events.timer, time, restartPolicy).life;
    }
    expect({ waits, crashes: life.crashesMs.length, state: life.state }).toEqual({
      waits: [250, 500, 1000, 2000],
      crashes: 5,
      state: { kind: 'failed', reason: 'it ended' },
    });
  });

  test('forgets its crashes after a minute of health', () => {
    const before: Life = { state: { kind: 'ready', sinceMs: nowMs - 60_000 }, crashesMs: [nowMs - 61_000, nowMs - 62_000, nowMs - 63_000, nowMs - 64_000] };
    expect(next(before, events.exited, nowMs, restartPolicy).life).toEqual({
      state: { kind: 'backing-off', untilMs: nowMs + 250, reason: 'it ended' },
      crashesMs: [nowMs],
    });
  });

  test('does not count crashes older than five minutes', () => {
    const before: Life = { state: states.ready, crashesMs: [nowMs - 300_000, nowMs - 1] };
    expect(next(before, events.exited, nowMs, restartPolicy).life.crashesMs).toEqual([nowMs - 1, nowMs]);
  });

  test('that hangs at every start is given up too, though five such starts outlast the window', () => {
    let life = next(unborn, events.start, 0, restartPolicy).life;
    let time = 0;
    for (let start = 0; start < 5; start += 1) {
      time += 90_000;
      life = next(life, events.exited, time, restartPolicy).life;
      if (life.state.kind !== 'backing-off') break;
      time = life.state.untilMs;
      life = next(life, events.timer, time, restartPolicy).life;
    }
    expect({ state: life.state.kind, longerThanWindow: time > restartPolicy.giveUpWindowMs }).toEqual({ state: 'failed', longerThanWindow: true });
  });

  test('is not woken before its time', () => {
    const before: Life = { state: { kind: 'backing-off', untilMs: nowMs + 1, reason: 'it ended' }, crashesMs: [] };
    expect(next(before, events.timer, nowMs, restartPolicy).life).toBe(before);
  });

  test('that was told to restart starts again once it is gone', () => {
    const before: Life = { state: { kind: 'stopping', restart: true }, crashesMs: [] };
    expect(next(before, events.exited, nowMs, restartPolicy)).toEqual({
      life: { state: { kind: 'starting', sinceMs: nowMs }, crashesMs: [] },
      effects: [{ kind: 'spawn' }],
    });
  });

  test('told to stop while it restarts does not start again', () => {
    const before: Life = { state: { kind: 'stopping', restart: true }, crashesMs: [] };
    const stopped = next(before, events.stop, nowMs, restartPolicy).life;
    expect(next(stopped, events.exited, nowMs, restartPolicy).life.state).toEqual({ kind: 'stopped' });
  });
});

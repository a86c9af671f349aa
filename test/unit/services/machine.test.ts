import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { restartPolicy } from '../../../main/services/back-off.ts';
import { next, unborn, type AfterStopping, type Effect, type Life, type ServiceEvent, type ServiceState } from '../../../main/services/machine.ts';

const nowMs = 1_000_000;
const reason = 'it ended';
const hung = 'it hung';
/** Two crashes that still count, in every state of the table. */
const crashesMs = [nowMs - 120_000, nowMs - 90_000];

type Because = Extract<ServiceState, { kind: 'stopped' }>['because'];
type Plain = Exclude<ServiceState['kind'], 'stopped' | 'stopping' | 'ready' | 'backing-off'>;
type StateLabel = Plain | `stopped: ${Because}` | `stopping to ${Exclude<AfterStopping['kind'], 'crash'>}` | 'stopping to crash, just noticed' | 'stopping to crash, long noticed' | 'ready, young' | 'ready, old' | 'backing-off, early' | 'backing-off, due';

const states: Readonly<Record<StateLabel, ServiceState>> = {
  'stopped: not-started': { kind: 'stopped', because: 'not-started' },
  'stopped: idle': { kind: 'stopped', because: 'idle' },
  'stopped: asked': { kind: 'stopped', because: 'asked' },
  starting: { kind: 'starting', sinceMs: nowMs - 500 },
  warming: { kind: 'warming', sinceMs: nowMs - 500 },
  'ready, young': { kind: 'ready', sinceMs: nowMs - 59_999 },
  'ready, old': { kind: 'ready', sinceMs: nowMs - 60_000 },
  degraded: { kind: 'degraded', sinceMs: nowMs - 500, reason: 'no beat' },
  'backing-off, early': { kind: 'backing-off', untilMs: nowMs + 1, reason },
  'backing-off, due': { kind: 'backing-off', untilMs: nowMs, reason },
  'stopping to stay': { kind: 'stopping', then: { kind: 'stay' } },
  'stopping to rest': { kind: 'stopping', then: { kind: 'rest' } },
  'stopping to start': { kind: 'stopping', then: { kind: 'start' } },
  'stopping to crash, just noticed': { kind: 'stopping', then: { kind: 'crash', reason: hung, sinceMs: nowMs - 300 } },
  'stopping to crash, long noticed': { kind: 'stopping', then: { kind: 'crash', reason: hung, sinceMs: nowMs - 5_000 } },
  failed: { kind: 'failed', reason },
};

const events: Readonly<Record<ServiceEvent['kind'], ServiceEvent>> = {
  start: { kind: 'start' },
  listening: { kind: 'listening' },
  healthy: { kind: 'healthy' },
  beat: { kind: 'beat' },
  late: { kind: 'late', reason: 'no beat' },
  silent: { kind: 'silent', reason: hung },
  exited: { kind: 'exited', reason, random: 0.5 },
  overdue: { kind: 'overdue' },
  timer: { kind: 'timer' },
  restart: { kind: 'restart' },
  rest: { kind: 'rest' },
  stop: { kind: 'stop' },
};

interface Outcome {
  readonly state: ServiceState;
  readonly effects: readonly Effect[];
  readonly crashes: number;
}

function is(state: ServiceState, effects: readonly Effect[] = [], crashes = 2): Outcome {
  return { state, effects, crashes };
}

function spawned(crashes = 2): Outcome {
  return is({ kind: 'starting', sinceMs: nowMs }, [{ kind: 'spawn' }], crashes);
}

function stopping(then: AfterStopping, crashes = 2): Outcome {
  return is({ kind: 'stopping', then }, [{ kind: 'terminate' }], crashes);
}

/** Crashed for the third time, or for the first one that counts. */
function backsOff(why: string, crashes = 3, afterMs = 1_000): Outcome {
  return is({ kind: 'backing-off', untilMs: nowMs + afterMs, reason: why }, [{ kind: 'wake', afterMs }], crashes);
}

const stayStopped = is({ kind: 'stopped', because: 'asked' });
/** Null: nothing changes, and nothing is done. */
const nothing: Readonly<Record<ServiceEvent['kind'], Outcome | null>> = {
  start: null,
  listening: null,
  healthy: null,
  beat: null,
  late: null,
  silent: null,
  exited: null,
  overdue: null,
  timer: null,
  restart: null,
  rest: null,
  stop: null,
};
const up = {
  ...nothing,
  silent: stopping({ kind: 'crash', reason: hung, sinceMs: nowMs }),
  exited: backsOff(reason),
  restart: stopping({ kind: 'start' }),
  rest: stopping({ kind: 'rest' }),
  stop: stopping({ kind: 'stay' }),
};
const ending = { ...nothing, start: is({ kind: 'stopping', then: { kind: 'start' } }), stop: is({ kind: 'stopping', then: { kind: 'stay' } }) };

/** Every (state, event): the state after it, what has to be done and how many crashes count then. */
const table: Readonly<Record<StateLabel, Readonly<Record<ServiceEvent['kind'], Outcome | null>>>> = {
  'stopped: not-started': { ...nothing, start: spawned(0), stop: stayStopped },
  'stopped: idle': { ...nothing, start: spawned(), stop: stayStopped },
  'stopped: asked': { ...nothing, start: spawned(0), stop: stayStopped },
  starting: {
    ...nothing,
    listening: is({ kind: 'warming', sinceMs: nowMs - 500 }, [{ kind: 'watch-health' }]),
    exited: backsOff(reason),
    overdue: is(states.starting, [{ kind: 'kill' }]),
    restart: stopping({ kind: 'start' }),
    stop: stopping({ kind: 'stay' }),
  },
  warming: {
    ...nothing,
    healthy: is({ kind: 'ready', sinceMs: nowMs }),
    exited: backsOff(reason),
    overdue: is(states.warming, [{ kind: 'kill' }]),
    restart: stopping({ kind: 'start' }),
    stop: stopping({ kind: 'stay' }),
  },
  'ready, young': { ...up, late: is({ kind: 'degraded', sinceMs: nowMs, reason: 'no beat' }) },
  'ready, old': {
    ...nothing,
    late: is({ kind: 'degraded', sinceMs: nowMs, reason: 'no beat' }, [], 0),
    silent: stopping({ kind: 'crash', reason: hung, sinceMs: nowMs }, 0),
    exited: backsOff(reason, 1, 250),
    restart: stopping({ kind: 'start' }, 0),
    rest: stopping({ kind: 'rest' }, 0),
    stop: stopping({ kind: 'stay' }, 0),
  },
  degraded: { ...up, beat: is({ kind: 'ready', sinceMs: nowMs }) },
  'backing-off, early': { ...nothing, stop: stayStopped },
  'backing-off, due': { ...nothing, timer: spawned(), stop: stayStopped },
  'stopping to stay': { ...ending, exited: stayStopped, overdue: is(states['stopping to stay'], [{ kind: 'kill' }]) },
  'stopping to rest': { ...ending, exited: is({ kind: 'stopped', because: 'idle' }), overdue: is(states['stopping to rest'], [{ kind: 'kill' }]) },
  'stopping to start': { ...ending, exited: spawned(), overdue: is(states['stopping to start'], [{ kind: 'kill' }]) },
  // The pause began when it was noticed.
  'stopping to crash, just noticed': { ...ending, start: null, exited: backsOff(hung, 3, 700), overdue: is(states['stopping to crash, just noticed'], [{ kind: 'kill' }]) },
  'stopping to crash, long noticed': { ...ending, start: null, exited: backsOff(hung, 3, 0), overdue: is(states['stopping to crash, long noticed'], [{ kind: 'kill' }]) },
  failed: { ...nothing, start: spawned(0) },
};

const rows = Object.entries(table).flatMap(([state, byEvent]) => Object.entries(byEvent).map(([event, outcome]) => ({ state, event, outcome })));

describe('a service', () => {
  test.each(rows)('$state, on $event', ({ state: label, event, outcome }) => {
    const state = states[label as StateLabel];
    const { life, effects } = next({ state, crashesMs }, events[event as ServiceEvent['kind']], nowMs, restartPolicy);
    // Whatever happens to it, a minute of health has made it forget its crashes.
    const unchanged = is(state, [], label === 'ready, old' ? 0 : 2);
    expect({ state: life.state, effects, crashes: life.crashesMs.length }).toEqual(outcome ?? unchanged);
  });

  test('waits twice as long after each crash and is given up at the fifth', () => {
    const { waits, life } = crashAgainAndAgain(1_000, () => ({ kind: 'starting' }));
    expect({ waits, crashes: life.crashesMs.length, state: life.state }).toEqual({
      waits: [250, 500, 1000, 2000],
      crashes: 5,
      state: { kind: 'failed', reason },
    });
  });

  test('that hangs at every start is given up too, though five such starts outlast the window', () => {
    expect(crashAgainAndAgain(90_000, () => ({ kind: 'starting' })).life.state.kind).toBe('failed');
  });

  test('that gets ready and crashes five times in five minutes is given up', () => {
    expect(crashAgainAndAgain(50_000, (sinceMs) => ({ kind: 'ready', sinceMs })).life.state.kind).toBe('failed');
  });

  test('that crashes once in a minute and a half is never given up', () => {
    expect(crashAgainAndAgain(90_000, (sinceMs) => ({ kind: 'ready', sinceMs })).life.state.kind).toBe('starting');
  });

  test('does not count crashes older than five minutes', () => {
    const before: Life = { state: states['ready, young'], crashesMs: [nowMs - 300_000, nowMs - 1] };
    expect(next(before, events.exited, nowMs, restartPolicy).life.crashesMs).toEqual([nowMs - 1, nowMs]);
  });

  test('that hangs after a minute of health is not given up for crashes before that', () => {
    const crashes = [1, 2, 3, 4].map((second) => nowMs - 70_000 - second * 1_000);
    const late = next({ state: states['ready, old'], crashesMs: crashes }, events.late, nowMs, restartPolicy).life;
    const silent = next(late, events.silent, nowMs + 3_000, restartPolicy).life;
    expect(next(silent, events.exited, nowMs + 8_000, restartPolicy).life).toEqual({
      state: { kind: 'backing-off', untilMs: nowMs + 8_000, reason: hung },
      crashesMs: [nowMs + 8_000],
    });
  });

  test('that rested after a minute of health wakes without its old crashes', () => {
    const crashes = [1, 2, 3, 4].map((second) => nowMs - 70_000 - second * 1_000);
    const resting = next(next({ state: states['ready, old'], crashesMs: crashes }, events.rest, nowMs, restartPolicy).life, events.exited, nowMs, restartPolicy).life;
    expect(resting).toEqual({ state: states['stopped: idle'], crashesMs: [] });
  });
});

/** Crashes so long after each start, in the state it is in by then. */
function crashAgainAndAgain(afterMs: number, stateAt: (startedMs: number) => { kind: 'starting' } | { kind: 'ready'; sinceMs: number }): { readonly waits: readonly number[]; readonly life: Life } {
  let life = next(unborn, events.start, 0, restartPolicy).life;
  let timeMs = 0;
  const waits: number[] = [];
  for (let crash = 0; crash < 10; crash += 1) {
    const state = stateAt(timeMs);
    const running: ServiceState = state.kind === 'ready' ? state : { kind: 'starting', sinceMs: timeMs };
    timeMs += afterMs;
    life = next({ ...life, state: running }, events.exited, timeMs, restartPolicy).life;
    if (life.state.kind !== 'backing-off') break;
    waits.push(life.state.untilMs - timeMs);
    timeMs = life.state.untilMs;
    life = next(life, events.timer, timeMs, restartPolicy).life;
  }
  return { waits, life };
}

test('whatever happens, a process is started only when none runs, and after a give-up only when somebody asks for it', () => {
  const happening = fc.record({ event: fc.constantFrom(...Object.values(events)), afterMs: fc.integer({ min: 0, max: 100_000 }), random: fc.double({ min: 0, max: 0.999, noNaN: true }) });
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 200 }), (happenings) => {
      let life = unborn;
      let runs = false;
      let timeMs = 0;
      for (const { event, afterMs, random } of happenings) {
        if (event.kind === 'exited' && !runs) continue;
        timeMs += afterMs;
        if (event.kind === 'exited') runs = false;
        const wasFailed = life.state.kind === 'failed';
        const { life: after, effects } = next(life, event.kind === 'exited' ? { ...event, random } : event, timeMs, restartPolicy);
        for (const effect of effects) {
          if (effect.kind !== 'spawn') continue;
          if (runs) throw new Error('two processes side by side');
          if (wasFailed && event.kind !== 'start') throw new Error('given up, and started all the same');
          runs = true;
        }
        life = after;
        const shouldRun = !['stopped', 'failed', 'backing-off'].includes(life.state.kind);
        if (runs !== shouldRun) throw new Error(`${life.state.kind}, and a process ${runs ? 'runs' : 'does not run'}`);
      }
    }),
    { numRuns: 2_000 },
  );
});

import { describe, expect, test } from 'vitest';
import { livenessPolicy, nextWatch, watchFrom, type Watch, type Watched, type WatchEvent } from '../../../main/services/liveness.ts';

const nowMs = 1_000_000;
const lastTickMs = nowMs - 250;

type EventLabel = 'beat of one at rest' | 'beat of one at work' | 'beat of one that is stuck' | 'tick, short silence' | 'tick, one beat missed' | 'tick, three beats missed' | 'tick after a stall of ours' | 'resumed';

/** When the last beat came, and what happens now. */
const events: Readonly<Record<EventLabel, { readonly lastBeatMs: number; readonly lastTickMs: number; readonly event: WatchEvent }>> = {
  'beat of one at rest': { lastBeatMs: nowMs - 2_000, lastTickMs, event: { kind: 'beat', workingMs: 0 } },
  'beat of one at work': { lastBeatMs: nowMs - 2_000, lastTickMs, event: { kind: 'beat', workingMs: 120_000 } },
  'beat of one that is stuck': { lastBeatMs: nowMs - 2_000, lastTickMs, event: { kind: 'beat', workingMs: 120_001 } },
  'tick, short silence': { lastBeatMs: nowMs - 3_499, lastTickMs, event: { kind: 'tick' } },
  'tick, one beat missed': { lastBeatMs: nowMs - 3_500, lastTickMs, event: { kind: 'tick' } },
  'tick, three beats missed': { lastBeatMs: nowMs - 6_200, lastTickMs, event: { kind: 'tick' } },
  'tick after a stall of ours': { lastBeatMs: nowMs - 60_000, lastTickMs: nowMs - 1_501, event: { kind: 'tick' } },
  resumed: { lastBeatMs: nowMs - 60_000, lastTickMs: nowMs - 60_000, event: { kind: 'resumed' } },
};

type Row = readonly [verdict: Watch['verdict'], told: Watched['told'], waitsAnew: boolean];

/** Every (verdict, event): the verdict after it, what the machine is told, and whether all waiting begins anew. */
const table: Readonly<Record<Watch['verdict'], Readonly<Record<EventLabel, Row>>>> = {
  fine: {
    'beat of one at rest': ['fine', null, true],
    'beat of one at work': ['fine', null, true],
    'beat of one that is stuck': ['hung', 'stuck', false],
    'tick, short silence': ['fine', null, false],
    'tick, one beat missed': ['late', 'late', false],
    'tick, three beats missed': ['hung', 'silent', false],
    'tick after a stall of ours': ['fine', null, true],
    resumed: ['fine', null, true],
  },
  late: {
    'beat of one at rest': ['fine', 'beat', true],
    'beat of one at work': ['fine', 'beat', true],
    'beat of one that is stuck': ['hung', 'stuck', false],
    'tick, short silence': ['late', null, false],
    'tick, one beat missed': ['late', null, false],
    'tick, three beats missed': ['hung', 'silent', false],
    'tick after a stall of ours': ['late', null, true],
    resumed: ['late', null, true],
  },
  // It is being ended: nothing that it says any more is told.
  hung: {
    'beat of one at rest': ['hung', null, false],
    'beat of one at work': ['hung', null, false],
    'beat of one that is stuck': ['hung', null, false],
    'tick, short silence': ['hung', null, false],
    'tick, one beat missed': ['hung', null, false],
    'tick, three beats missed': ['hung', null, false],
    'tick after a stall of ours': ['hung', null, true],
    resumed: ['hung', null, true],
  },
};

const rows = Object.entries(table).flatMap(([verdict, byEvent]) => Object.entries(byEvent).map(([event, row]) => ({ verdict, event, row })));

describe('the watch over a process', () => {
  test.each(rows)('$verdict: $event', ({ verdict, event: label, row }) => {
    const { event, ...clocks } = events[label as EventLabel];
    const { watch, told } = nextWatch({ ...clocks, verdict: verdict as Watch['verdict'] }, event, nowMs, livenessPolicy);
    const after: Row = [watch.verdict, told, watch.lastBeatMs === nowMs];
    expect(after).toEqual(row);
  });

  test('notices a hang within seven seconds of the last sign of life', () => {
    expect(firstTold((atMs) => (atMs < 10_000 ? atMs % 2_000 === 0 : false), 30_000)).toEqual([
      { told: 'late', atMs: 11_500 },
      { told: 'silent', atMs: 14_250 },
    ]);
  });

  test('takes beats that come irregularly, as on a busy computer, for signs of life', () => {
    expect(firstTold((atMs) => atMs % 3_250 === 0, 120_000)).toEqual([]);
  });

  test('says that it is late, and that it is back, of one that stalls for five seconds', () => {
    expect(firstTold((atMs) => (atMs < 10_000 || atMs >= 15_000) && atMs % 1_000 === 0, 30_000)).toEqual([
      { told: 'late', atMs: 12_500 },
      { told: 'beat', atMs: 15_000 },
    ]);
  });

  test('takes nobody for hung after we ourselves were stopped for a minute', () => {
    const before = watchFrom(nowMs);
    const woken = nextWatch(before, { kind: 'tick' }, nowMs + 60_000, livenessPolicy);
    const later = nextWatch(woken.watch, { kind: 'tick' }, nowMs + 60_250, livenessPolicy);
    expect([woken.told, later.told, later.watch.lastBeatMs]).toEqual([null, null, nowMs + 60_000]);
  });

  test('gives one that stood still with us the full time again, and notices that it stays silent', () => {
    let watch = watchFrom(nowMs);
    const told: (readonly [Watched['told'], number])[] = [];
    for (let atMs = nowMs + 60_000; atMs < nowMs + 80_000; atMs += 250) {
      const after = nextWatch(watch, { kind: 'tick' }, atMs, livenessPolicy);
      watch = after.watch;
      if (after.told !== null) told.push([after.told, atMs - nowMs - 60_000]);
    }
    expect(told).toEqual([
      ['late', 3_500],
      ['silent', 6_250],
    ]);
  });

  test('waits two minutes for one piece of work and no longer', () => {
    let watch = watchFrom(0);
    let told: Watched['told'] = null;
    let atMs = 0;
    while (told === null && atMs < 300_000) {
      atMs += 2_000;
      ({ watch, told } = nextWatch({ ...watch, lastTickMs: atMs }, { kind: 'beat', workingMs: atMs }, atMs, livenessPolicy));
    }
    expect({ told, atMs }).toEqual({ told: 'stuck', atMs: 122_000 });
  });
});

/** What is told of a process that beats at these moments while we look every quarter of a second. */
function firstTold(beatsAt: (atMs: number) => boolean, untilMs: number): readonly { readonly told: Watched['told']; readonly atMs: number }[] {
  let watch = watchFrom(0);
  const all: { readonly told: Watched['told']; readonly atMs: number }[] = [];
  for (let atMs = livenessPolicy.tickMs; atMs <= untilMs; atMs += livenessPolicy.tickMs) {
    const happening: readonly WatchEvent[] = [...(beatsAt(atMs) ? [{ kind: 'beat', workingMs: 0 } as const] : []), { kind: 'tick' }];
    for (const event of happening) {
      const after = nextWatch(watch, event, atMs, livenessPolicy);
      watch = after.watch;
      if (after.told !== null) all.push({ told: after.told, atMs });
    }
  }
  return all;
}

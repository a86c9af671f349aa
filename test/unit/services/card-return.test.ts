import { describe, expect, test } from 'vitest';
import { leftOut, nextCard, returnPolicy, type CardEvent, type CardLook, type CardState, type CardStep } from '../../../main/services/card-return.ts';

const minute = 60_000;
const now = 10_000_000;

function next(state: CardState, event: CardEvent): CardStep {
  return nextCard(state, event, now, returnPolicy);
}

function out(faults: number, failedLooks: number, inMs: number): CardStep {
  return { state: { kind: 'out', faults, failedLooks, untilMs: now + inMs }, effect: { kind: 'wait', ms: inMs } };
}

test('a card that was left out is left alone for a minute', () => {
  expect(leftOut(now, returnPolicy)).toEqual(out(1, 0, minute));
});

const waiting: CardState = { kind: 'out', faults: 1, failedLooks: 0, untilMs: now };
const looking: CardState = { kind: 'looking', faults: 1, failedLooks: 0 };
const isWell: CardState = { kind: 'well', faults: 1 };
const back: CardState = { kind: 'back', faults: 1, sinceMs: now - 5 * minute };
const lost: CardState = { kind: 'lost' };
const well: CardEvent = { kind: 'looked', look: 'well', busy: false };
const timer: CardEvent = { kind: 'timer', busy: false };
const failed: CardEvent = { kind: 'left-out' };

function stays(state: CardState): CardStep {
  return { state, effect: null };
}

describe('every state and every event', () => {
  test.each<[string, CardState, CardEvent, CardStep]>([
    ['out, failed again: it is out already', waiting, failed, stays(waiting)],
    ['out, quiet for long enough: it is looked at', waiting, timer, { state: looking, effect: { kind: 'look' } }],
    ['out, too early', { ...waiting, untilMs: now + 7 }, timer, { state: { ...waiting, untilMs: now + 7 }, effect: { kind: 'wait', ms: 7 } }],
    ['out, while somebody speaks: a moment later', waiting, { kind: 'timer', busy: true }, { state: waiting, effect: { kind: 'wait', ms: 10_000 } }],
    ['out, an answer nobody asked for', waiting, well, stays(waiting)],
    ['looking, failed again', looking, failed, stays(looking)],
    ['looking, a timer', looking, timer, stays(looking)],
    ['looking, well: it returns', looking, well, { state: { kind: 'back', faults: 1, sinceMs: now }, effect: { kind: 'return' } }],
    ['looking, well, and somebody began to speak: it waits', looking, { kind: 'looked', look: 'well', busy: true }, { state: isWell, effect: { kind: 'wait', ms: 10_000 } }],
    ['well, while somebody speaks: a moment later', isWell, { kind: 'timer', busy: true }, { state: isWell, effect: { kind: 'wait', ms: 10_000 } }],
    ['well, and nobody speaks: it returns without another look', isWell, timer, { state: { kind: 'back', faults: 1, sinceMs: now }, effect: { kind: 'return' } }],
    ['well, failed again: it is out already', isWell, failed, stays(isWell)],
    ['well, an answer nobody asked for', isWell, well, stays(isWell)],
    ['looking, unwell: twice as long', looking, { kind: 'looked', look: 'unwell', busy: false }, out(1, 1, 2 * minute)],
    ['looking, asleep: it was not asked, so no longer than before', looking, { kind: 'looked', look: 'asleep', busy: false }, out(1, 0, minute)],
    ['looking, hopeless: never again', looking, { kind: 'looked', look: 'hopeless', busy: false }, stays(lost)],
    ['back, failed again: quiet for twice as long', back, failed, out(2, 0, 2 * minute)],
    ['back, failed again after an hour without a fault: as the first time', { ...back, faults: 5, sinceMs: now - 60 * minute }, failed, out(1, 0, minute)],
    ['back, a timer', back, timer, stays(back)],
    ['back, an answer nobody asked for', back, well, stays(back)],
    ['lost, failed', lost, failed, stays(lost)],
    ['lost, a timer', lost, timer, stays(lost)],
    ['lost, an answer', lost, well, stays(lost)],
  ])('%s', (_title, state, event, step) => {
    expect(next(state, event)).toEqual(step);
  });
});

/** Minutes between the looks at a card that fails in this way, one after the other. */
function pauses(step: (state: CardState) => CardState): readonly number[] {
  let { state, effect } = leftOut(now, returnPolicy);
  const minutes: number[] = [];
  while (minutes.length < 9) {
    if (effect?.kind === 'wait') minutes.push(effect.ms / minute);
    ({ state, effect } = nextCard(step(state), { kind: 'looked', look: 'unwell' satisfies CardLook, busy: false }, now, returnPolicy));
  }
  return minutes;
}

test('a card that stays unwell is asked ever more rarely, but every ten minutes at least', () => {
  expect(pauses((state) => (state.kind === 'out' ? { ...state, kind: 'looking' } : state))).toEqual([1, 2, 4, 8, 10, 10, 10, 10, 10]);
});

test('a card that faults after each return is quiet for twice as long each time, up to an hour', () => {
  let state: CardState = { kind: 'back', faults: 1, sinceMs: now };
  const minutes = [2, 3, 4, 5, 6, 7, 8].map(() => {
    const { state: left, effect } = next(state, failed);
    state = { kind: 'back', faults: left.kind === 'out' ? left.faults : 0, sinceMs: now };
    return effect?.kind === 'wait' ? effect.ms / minute : null;
  });
  expect(minutes).toEqual([2, 4, 8, 16, 32, 60, 60]);
});

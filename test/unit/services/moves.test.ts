import { describe, expect, test } from 'vitest';
import type { ExitStory } from '../../../main/services/exit-story.ts';
import type { ServiceState } from '../../../main/services/machine.ts';
import { crashOf, eventsOfMove } from '../../../main/services/moves.ts';

const idle: ServiceState = { kind: 'stopped', because: 'idle' };
const starting: ServiceState = { kind: 'starting', sinceMs: 0 };
const ready: ServiceState = { kind: 'ready', sinceMs: 0 };
const goingToRest: ServiceState = { kind: 'stopping', then: { kind: 'rest' } };
const toStart: ServiceState = { kind: 'stopping', then: { kind: 'start' } };

describe('a move from state to state is told as', () => {
  const moves: readonly (readonly [string, ServiceState, ServiceState, readonly string[]])[] = [
    ['a state', starting, { kind: 'warming', sinceMs: 0 }, ['state']],
    ['a rest', goingToRest, idle, ['state', 'rested']],
    ['an awakening', idle, starting, ['state', 'woken']],
    ['an awakening of one that has not gone yet', goingToRest, toStart, ['woken']],
    ['no awakening when what rests is told to stop', idle, { kind: 'stopped', because: 'asked' }, []],
    ['a give-up', starting, { kind: 'failed', reason: 'it ended' }, ['state', 'gave-up']],
    ['nothing more when only the reason is another', toStart, { kind: 'stopping', then: { kind: 'stay' } }, []],
  ];

  test.each(moves)('%s', (_what, before, after, kinds) => {
    expect(eventsOfMove('llm', before, after).map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe('the end of a process', () => {
  const killed: ExitStory = { reason: 'it was killed', how: 'SIGKILL', cause: { kind: 'killed' }, lines: ['last words'] };
  const deadCard: ExitStory = { reason: 'its graphics card failed', how: null, cause: { kind: 'device', fault: 'launch-failure' }, lines: [] };
  const hung: ServiceState = { kind: 'stopping', then: { kind: 'crash', reason: 'it hung', sinceMs: 0 } };
  const ends: readonly (readonly [string, ServiceState, ExitStory, string | null, unknown])[] = [
    ['is a crash of one that was ready', ready, killed, null, { cause: 'killed', reason: 'it was killed (SIGKILL)', words: 'it was killed' }],
    ['is a crash of one that started', starting, killed, null, { cause: 'killed', reason: 'it was killed (SIGKILL)', words: 'it was killed' }],
    ['is a hang of one that took too long to start', starting, killed, 'it was not ready', { cause: 'hung', reason: 'it was not ready', words: 'it was not ready' }],
    ['is a hang of one that was ended for it', hung, killed, null, { cause: 'hung', reason: 'it hung', words: 'it hung' }],
    ['is the card of one that hung for it', hung, deadCard, null, { cause: 'device', reason: 'it hung', words: 'it hung' }],
    ['is no crash of one that was to rest', goingToRest, killed, null, null],
    ['is no crash of one that was to start again', toStart, killed, null, null],
    ['is no crash of one that was to stop', { kind: 'stopping', then: { kind: 'stay' } }, deadCard, null, null],
  ];

  test.each(ends)('%s', (_what, state, story, overdueBecause, told) => {
    const crash = crashOf('llm', state, story, overdueBecause);
    expect(crash === null ? null : { cause: crash.event.cause, reason: crash.event.reason, words: crash.words }).toEqual(told);
  });
});

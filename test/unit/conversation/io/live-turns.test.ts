import { expect, test, vi } from 'vitest';
import { engineLost, openLive, spoken, told, turn, turnEnded, turnFailed, until } from './open-live.ts';

test('a turn is told from its question to its answer, with what the answer took, and is in flight in between', async () => {
  const { live, conversation, turns, page, shows } = await openLive();
  const talk = await conversation(1);
  live.ask('Hello?');
  const inFlight = [live.turnInFlight()];
  talk.say(turnEnded(1, 'typed', 'Hello?'));
  talk.speak([1_000]);
  await until(() => page.length === 2);
  inFlight.push(live.turnInFlight());
  vi.advanceTimersByTime(250);
  live.playhead(0, 0);
  talk.say(turn(1, 'typed', 'Hello?', 'Hi.'));
  await shows(['Hello?', 'done']);
  inFlight.push(live.turnInFlight());
  expect({ inFlight, turns }).toEqual({
    inFlight: [null, '1.1', null],
    turns: [
      { kind: 'asked', turnId: '1.1', asked: 'typed' },
      { kind: 'answered', turnId: '1.1', asked: 'typed', latency: null, heardAfterMs: 250 },
      { kind: 'ended', turnId: '1.1' },
    ],
  });
});

test('a turn whose conversation dies is asked again under a new number', async () => {
  const { live, conversation, turns, lose, exchanges } = await openLive();
  const first = await conversation(1);
  live.ask('Hello?');
  first.say(turnEnded(1, 'typed', 'Hello?'));
  first.say(spoken(1, 'Hi'));
  await until(() => exchanges()[0]?.answer === 'Hi');
  await lose(first);
  vi.advanceTimersByTime(500);
  const second = await conversation(2);
  await told(second, 2);
  second.say(turnEnded(1, 'typed', 'Hello?'));
  await until(() => live.turnInFlight() === '2.1');
  expect(turns).toEqual([
    { kind: 'asked', turnId: '1.1', asked: 'typed' },
    { kind: 'asked-again', turnId: '1.1', service: 'conversation', reason: 'it was closed (1006)' },
    { kind: 'ended', turnId: '1.1' },
    { kind: 'asked', turnId: '2.1', asked: 'typed' },
  ]);
});

test('a turn that is given up has failed, with the engine and the reason', async () => {
  const { live, conversation, turns, become, shows } = await openLive();
  const talk = await conversation(1);
  live.ask('Hello?');
  talk.say(turnEnded(1, 'typed', 'Hello?'));
  become({ llm: { kind: 'failed', reason: 'it ended' } });
  talk.say(engineLost(1));
  talk.say(turnFailed(1));
  await shows(['Hello?', 'failed']);
  expect(turns.slice(1)).toEqual([
    { kind: 'engine-lost', turnId: '1.1', service: 'llm' },
    { kind: 'failed', turnId: '1.1', service: 'llm', reason: 'it closed the connection' },
    { kind: 'ended', turnId: '1.1' },
  ]);
});

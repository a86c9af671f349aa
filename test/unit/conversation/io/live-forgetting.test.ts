import { describe, expect, test, vi } from 'vitest';
import type { FakeConversation } from '../../../fakes/conversation-server.ts';
import { engineLost, openLive, spoken, told, turn, turnEnded, turnFailed, until, type OpenLive } from './open-live.ts';

const before = [{ role: 'user', content: 'Hello?' }, { role: 'assistant', content: 'Hi.' }];

/** A conversation that has answered "Hello?" and has taken "Boom?". */
async function atBoom(): Promise<OpenLive & { readonly talk: FakeConversation }> {
  const opened = await openLive();
  const talk = await opened.conversation(1);
  opened.live.ask('Hello?');
  talk.say(turnEnded(1, 'typed', 'Hello?'));
  talk.say(turn(1, 'typed', 'Hello?', 'Hi.'));
  await opened.shows(['Hello?', 'done']);
  opened.live.ask('Boom?');
  talk.say(turnEnded(2, 'typed', 'Boom?'));
  await until(() => opened.live.turnInFlight() === '1.2');
  return { ...opened, talk };
}

describe('a question that got no answer', () => {
  test('is forgotten by the conversation before the next one: it would go out with that', async () => {
    const { live, talk, shows } = await atBoom();
    talk.say(turnFailed(2));
    await shows(['Hello?', 'done'], ['Boom?', 'failed']);
    live.ask('Sorry?');
    expect((await told(talk, 4)).slice(2)).toEqual([{ history: before }, { ask: 'Sorry?' }]);
  });

  test('keeps what was heard of its answer', async () => {
    const { talk, shows, exchanges } = await atBoom();
    talk.say(spoken(2, 'Well'));
    await until(() => exchanges()[1]?.answer === 'Well');
    talk.say(turnFailed(2));
    await shows(['Hello?', 'done'], ['Boom?', 'failed']);
    const half = [{ role: 'user', content: 'Boom?' }, { role: 'assistant', content: 'Well' }];
    expect((await told(talk, 3)).slice(2)).toEqual([{ history: [...before, ...half] }]);
  });

  test.each([
    ['is stopped before it is asked again', ({ live }: OpenLive) => { live.stopSpeaking(); }, { stopSpeaking: true }],
    ['gives way to a newer one', ({ live }: OpenLive) => { live.ask('Sorry?'); vi.advanceTimersByTime(300); }, { ask: 'Sorry?' }],
  ] as const)('is forgotten too when it %s', async (_what, end, next) => {
    const opened = await atBoom();
    opened.talk.say(engineLost(2));
    opened.talk.say(turnFailed(2));
    await until(() => vi.getTimerCount() > 0);
    end(opened);
    expect((await told(opened.talk, 4)).slice(2)).toEqual([{ history: before }, next]);
  });

  test('and of which no word was understood was never remembered', async () => {
    const { conversation, hear, shows } = await openLive();
    const talk = await conversation(1);
    hear(1, 2);
    talk.say({ type: 'speech-started', ms: 100 });
    talk.say(turnFailed(1, 'stt'));
    await shows(['', 'failed']);
    hear(3);
    expect(await told(talk, 3)).toEqual([1, 2, 3]);
  });

  test('and that nobody waits for any more has not failed, and the one put in its place is answered', async () => {
    const { live, talk, shows } = await atBoom();
    live.ask('Sorry?');
    talk.say(turnFailed(2));
    talk.say(turnEnded(3, 'typed', 'Sorry?'));
    talk.say(turn(3, 'typed', 'Sorry?', 'Never mind.'));
    await shows(['Hello?', 'done'], ['Boom?', 'interrupted'], ['Sorry?', 'done']);
    expect((await told(talk, 3)).slice(2)).toEqual([{ ask: 'Sorry?' }]);
  });
});

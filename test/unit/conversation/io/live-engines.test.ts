import { describe, expect, test } from 'vitest';
import type { Exchange } from '../../../../main/conversation/exchanges.ts';
import { engineLost, openLive, told, turn, turnEnded, turnFailed } from './open-live.ts';

function problems(exchanges: readonly Exchange[]): readonly (string | null)[] {
  return exchanges.map(({ problem }) => problem);
}

describe('an engine that dies in a question', () => {
  test('is waited for by the conversation: nothing is asked again, and what has come of the answer is played', async () => {
    const { live, conversation, page, shows } = await openLive();
    const talk = await conversation(1);
    live.ask('Hello?');
    talk.say(turnEnded(1, 'typed', 'Hello?'));
    talk.speak([1]);
    talk.say(engineLost(1, 'tts'));
    talk.say({ type: 'engine-back', turn: 1, service: 'tts', waitedMs: 900 });
    talk.speak([2]);
    talk.say(turn(1, 'typed', 'Hello?', 'Hi.'));
    await shows(['Hello?', 'done']);
    expect({ page, told: await told(talk, 1) }).toEqual({ page: ['drop', [0, [1]], [1, [2]], 'end'], told: [{ ask: 'Hello?' }] });
  });

  test('does not keep the person from stopping that question', async () => {
    const { live, conversation, shows } = await openLive();
    const talk = await conversation(1);
    live.ask('Hello?');
    talk.say(turnEnded(1, 'typed', 'Hello?'));
    talk.say(engineLost(1));
    await shows(['Hello?', 'thinking']);
    live.stopSpeaking();
    expect(await told(talk, 2)).toEqual([{ ask: 'Hello?' }, { stopSpeaking: true }]);
    talk.say({ type: 'interrupted' });
    talk.say(turn(1, 'typed', 'Hello?', '', true));
    await shows(['Hello?', 'interrupted']);
  });
});

describe('a question that would only kill its engine again', () => {
  test.each([
    ['its engine refused it', []],
    ['its engine came back and failed once more', [engineLost(1), { type: 'engine-back', turn: 1, service: 'llm', waitedMs: 900 }]],
  ] as const)('is not asked again: %s', async (_what, events) => {
    const { live, conversation, exchanges, shows } = await openLive();
    const talk = await conversation(1);
    live.ask('Hello?');
    talk.say(turnEnded(1, 'typed', 'Hello?'));
    for (const event of events) talk.say(event);
    talk.say(turnFailed(1));
    await shows(['Hello?', 'failed']);
    expect(problems(exchanges())).toEqual(['The language model failed at this question. Ask in other words. If that fails too, quit Earshot and start it again.']);
  });
});

describe('an engine that was given up', () => {
  const problem = 'The language model does not run. Choose “Try again” above.';

  test.each(['before', 'after'] as const)('%s the conversation waits for it is not waited for, and the person is told', async (when) => {
    const { live, conversation, become, shows, exchanges } = await openLive();
    const talk = await conversation(1);
    live.ask('Hello?');
    talk.say(turnEnded(1, 'typed', 'Hello?'));
    await shows(['Hello?', 'thinking']);
    if (when === 'before') become({ llm: { kind: 'failed', reason: 'it ended' } });
    talk.say(engineLost(1));
    // Sound is taken in order with the message before it.
    talk.speak([1]);
    await shows(['Hello?', 'speaking']);
    if (when === 'after') become({ llm: { kind: 'failed', reason: 'it ended' } });
    const requests = await told(talk, 2);
    talk.say(turnFailed(1));
    await shows(['Hello?', 'failed']);
    expect({ requests, problems: problems(exchanges()) }).toEqual({ requests: [{ ask: 'Hello?' }, { giveUp: 'llm' }], problems: [problem] });
  });

  test('and is not waited for by anything concerns nobody', async () => {
    const { conversation, become, hear } = await openLive();
    const talk = await conversation(1);
    become({ llm: { kind: 'failed', reason: 'it ended' } });
    hear(1);
    expect(await told(talk, 1)).toEqual([1]);
  });
});

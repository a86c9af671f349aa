import { describe, expect, test } from 'vitest';
import { talk } from '../../../../main/conversation/io/talk.ts';
import type { ConversationEvent } from '../../../../main/conversation/messages.ts';
import type { Talk } from '../../../../main/conversation/talk.ts';
import type { TurnEvent } from '../../../../main/conversation/turn-event.ts';
import { samplesOf, startConversationServer, type ConversationServer, type FakeConversation } from '../../../fakes/conversation-server.ts';
import { fakeSupervisor, type FakeSupervisor } from '../../services/snapshots.ts';
import { engineLost, turn, turnEnded, turnFailed } from './open-live.ts';

/** What a conversation does once it has heard so much: it says something, speaks samples, or dies. */
type Script = readonly (readonly [atMs: number, does: ConversationEvent | readonly number[] | 'dies'])[];

interface Played extends Talk {
  readonly samples: readonly number[];
  readonly events: readonly TurnEvent[];
  readonly wakes: number;
  /** How much sound each conversation was sent. */
  readonly sentMs: readonly number[];
}

/** Plays a second of sound in lockstep; each script is one connection's. `meanwhile` may change what runs. */
async function play(scripts: readonly Script[], meanwhile: (services: FakeSupervisor) => void = () => undefined): Promise<Played> {
  const server = await startConversationServer();
  const services = fakeSupervisor(server.endpoint);
  const events: TurnEvent[] = [];
  const over = new AbortController();
  const playing = Promise.all(scripts.map((script, index) => follow(server, index, script, over.signal, () => { meanwhile(services); })));
  const heard = await talk({
    supervisor: services.supervisor,
    recording: Buffer.alloc(32_000, 1),
    pace: 'lockstep',
    onTurn: () => undefined,
    onTurnEvent: (event) => events.push(event),
    signal: new AbortController().signal,
  });
  over.abort();
  await playing;
  return { ...heard, samples: samplesOf(heard.replyPcm), events, wakes: services.wakes(), sentMs: server.conversations.map(sentTo) };
}

/** Keeps one conversation going: hears all that it is sent and does what its script says. */
async function follow(server: ConversationServer, index: number, script: Script, over: AbortSignal, meanwhile: () => void): Promise<void> {
  const todo = [...script];
  let heardMs = 0;
  while (!over.aborted) {
    await new Promise((resolve) => setImmediate(resolve));
    const conversation = server.conversations[index];
    if (conversation === undefined || sentTo(conversation) === heardMs) continue;
    heardMs = sentTo(conversation);
    for (let next = todo[0]; next !== undefined && next[0] <= heardMs; next = todo[0]) {
      todo.shift();
      if (next[1] === 'dies') {
        conversation.die();
        return;
      }
      if ('type' in next[1]) conversation.say(next[1]);
      else conversation.speak(next[1]);
      if ('type' in next[1] && next[1].type === 'engine-lost') meanwhile();
    }
    conversation.say({ type: 'heard', ms: heardMs });
  }
}

function sentTo(conversation: FakeConversation): number {
  return conversation.requests.reduce((ms, request) => ms + ('sound' in request ? request.sound.length / 16 : 0), 0);
}

const started: ConversationEvent = { type: 'speech-started', ms: 900 };
const ended = turnEnded(1, 'spoken', 'Hello?');
const answered = turn(1, 'spoken', 'Hello?', 'Hi there.');

describe('a recording whose engine dies in mid-answer', () => {
  test('is waited for by the conversation: nothing is played again, and its sound is kept', async () => {
    const back: ConversationEvent = { type: 'engine-back', turn: 1, service: 'tts', waitedMs: 900 };
    const { samples, turns, fault, sentMs, events } = await play([[[1_000, started], [1_000, ended], [1_000, [1]], [1_000, engineLost(1, 'tts')], [1_000, back], [1_000, [2]], [1_000, answered]]]);
    expect({ samples, replies: turns.map(({ reply }) => reply), fault, connections: sentMs.length, kinds: events.map(({ kind }) => kind) }).toEqual({
      samples: [1, 2],
      replies: ['Hi there.'],
      fault: null,
      connections: 1,
      kinds: ['asked', 'engine-lost', 'engine-back', 'answered', 'ended'],
    });
  });

  test('that does not come back in time is put once more', async () => {
    const failing: Script = [[1_000, started], [1_000, ended], [1_000, [1]], [1_000, engineLost(1)], [1_000, turnFailed(1)]];
    const { turns, samples, fault, events } = await play([failing, [[800, ended], [800, [2]], [800, answered]]]);
    expect({ turns: turns.length, samples, fault, again: events.filter(({ kind }) => kind === 'asked-again') }).toEqual({
      turns: 1,
      samples: [2],
      fault: null,
      again: [{ kind: 'asked-again', turnId: '1.1', service: 'llm', reason: 'it closed the connection' }],
    });
  });

  test('and refuses the question ends with what failed, without another try', async () => {
    const { fault, sentMs, events } = await play([[[1_000, started], [1_000, ended], [1_000, turnFailed(1)]]]);
    expect({ title: fault?.title, connections: sentMs.length, last: events.at(-2)?.kind }).toEqual({
      title: 'The language model (llm) failed while it worked on this question.',
      connections: 1,
      last: 'failed',
    });
  });

  test('and is given up ends at once, and says which it was', async () => {
    const { fault, turns } = await play([[[1_000, started], [1_000, ended], [1_000, engineLost(1)]]], ({ become }) => {
      become({ llm: { kind: 'failed', reason: 'it ended' } });
    });
    expect({ service: fault?.service, id: fault?.id, turns }).toEqual({ service: 'llm', id: 'process-crashed', turns: [] });
  });
});

describe('a recording whose conversation dies in mid-answer', () => {
  test('is played again from the beginning of the turn, and what had been spoken of the answer is not there twice', async () => {
    const { samples, turns, fault, sentMs, events } = await play([[[1_000, started], [1_000, ended], [1_000, [1, 2]], [1_000, 'dies']], [[800, ended], [800, [1, 2, 3]], [800, answered]]]);
    expect({ samples, turns: turns.length, fault, first: sentMs[0], kinds: events.map(({ kind, turnId }) => [kind, turnId]) }).toEqual({
      samples: [1, 2, 3],
      turns: 1,
      fault: null,
      first: 1_000,
      kinds: [['asked', '1.1'], ['asked-again', '1.1'], ['ended', '1.1'], ['asked', '2.1'], ['answered', '2.1'], ['ended', '2.1']],
    });
  });

  test('three times ends with a fault', async () => {
    const dying: Script = [[800, started], [800, ended], [800, 'dies']];
    const { fault, sentMs } = await play([dying, dying, dying]);
    expect({ title: fault?.title, connections: sentMs.length }).toEqual({ title: 'The conversation (conversation) failed 3 times while it worked on this question.', connections: 3 });
  });
});

test('engines that rest are called when a recording is played, and whenever somebody speaks in it, is answered, or waits for one', async () => {
  const back: ConversationEvent = { type: 'engine-back', turn: 1, service: 'tts', waitedMs: 900 };
  const { wakes } = await play([[[500, started], [800, ended], [800, engineLost(1, 'tts')], [800, back], [800, answered]]]);
  expect(wakes).toBe(4);
});

import { expect, test } from 'vitest';
import type { ConversationEvent } from '../../../../main/conversation/messages.ts';
import { soak, soakedFigures, type Soaked } from '../../../../main/telemetry/io/bench-soak.ts';
import { startConversationServer, type ConversationServer, type FakeConversation } from '../../../fakes/conversation-server.ts';
import { turnEnded } from '../../conversation/io/open-live.ts';
import { fakeSupervisor } from '../../services/snapshots.ts';

const question = Buffer.alloc(32_000, 1);
const latency = { vadMs: 200, turnMs: 50, sttMs: 300, llmMs: 400, ttsMs: 150, voiceToVoiceMs: 1_100 };
const answer: ConversationEvent = { type: 'turn', turn: 1, asked: 'spoken', transcript: 'Hello?', reply: 'Hi.', interrupted: false, speechEndMs: 0, latency };

/** Answers each second of sound, and has the soak stopped once it goes on after so many answers; settles when it is over. */
async function answerAndStop(server: ConversationServer, stopAfter: number, stop: AbortController, over: AbortSignal): Promise<void> {
  let answers = 0;
  while (!over.aborted) {
    await new Promise((resolve) => setImmediate(resolve));
    const conversation = server.conversations.at(-1);
    if (conversation === undefined) continue;
    // Behind the second question of a connection follows silence.
    const askedMs = server.conversations.reduce((ms, each) => ms + Math.min(2_000, sentTo(each)), 0);
    if (answers === stopAfter && askedMs > answers * 1_000) stop.abort();
    if (stop.signal.aborted) continue;
    for (; answers < Math.floor(askedMs / 1_000); answers += 1) {
      conversation.say(turnEnded(1, 'spoken', 'Hello?'));
      conversation.say(answer);
    }
    conversation.say({ type: 'heard', ms: sentTo(conversation) });
  }
}

function sentTo(conversation: FakeConversation): number {
  return conversation.requests.reduce((ms, request) => ms + ('sound' in request ? request.sound.length / 16 : 0), 0);
}

/** Four questions, two on each connection. */
async function soakUntil(stopAfter: number): Promise<{ readonly soaked: Soaked; readonly lines: readonly string[] }> {
  const server = await startConversationServer();
  const [stop, over] = [new AbortController(), new AbortController()];
  const answering = answerAndStop(server, stopAfter, stop, over.signal);
  const lines: string[] = [];
  const soaked = await soak({ supervisor: fakeSupervisor(server.endpoint).supervisor, turns: 4, signal: stop.signal, say: (line) => lines.push(line) }, [question, question]);
  over.abort();
  await answering;
  return { soaked, lines };
}

test.each([
  ['is not stopped', Number.POSITIVE_INFINITY, { answered: 4, whole: 4, missed: false, said: /^4 of 4 questions answered/ }],
  ['is stopped in its second conversation', 3, { answered: 3, whole: 2, missed: true, said: /^Stopped after 3 of 4 answers/ }],
  ['is stopped in its first conversation', 1, { answered: 1, whole: 0, missed: true, said: /^Stopped after 1 of 4 answers/ }],
])('a soak that %s tells what it measured', async (_title, stopAfter, expected) => {
  const { soaked, lines } = await soakUntil(stopAfter);
  const turns = soakedFigures(soaked, 4).find(({ name }) => name === 'turns answered');
  expect({ answered: soaked.answered, looks: soaked.looks.map(({ turn }) => turn), whole: soaked.whole.asked, missed: turns?.ok === false, said: lines.at(-1) }).toEqual({
    ...expected,
    looks: Array.from({ length: expected.answered }, (_none, index) => index + 1),
    said: expect.stringMatching(expected.said) as unknown,
  });
});

import { onTestFinished, vi } from 'vitest';
import type { Exchange } from '../../../../main/conversation/exchanges.ts';
import { createLive, type Live } from '../../../../main/conversation/io/live.ts';
import type { TurnEvent } from '../../../../main/conversation/turn-event.ts';
import type { ConversationEvent, EngineId } from '../../../../main/conversation/messages.ts';
import { pcmOf, samplesOf, startConversationServer, type FakeConversation } from '../../../fakes/conversation-server.ts';
import { fakeSupervisor, type FakeSupervisor } from '../../services/snapshots.ts';

export interface OpenLive extends Pick<FakeSupervisor, 'become' | 'listeners' | 'wakes'> {
  readonly live: Live;
  /** The connection with this number, once there is one. */
  readonly conversation: (number: number) => Promise<FakeConversation>;
  readonly exchanges: () => readonly Exchange[];
  /** What the page was told: samples by their place, "end", "drop". */
  readonly page: readonly unknown[];
  readonly playing: readonly boolean[];
  /** What was told of the turns. */
  readonly turns: readonly TurnEvent[];
  /** Has a conversation die and settles once that was noticed. */
  readonly lose: (conversation: FakeConversation) => Promise<void>;
  /** 100 ms of microphone for each mark; the clock goes on with it. */
  readonly hear: (...marks: readonly number[]) => void;
  /** Settles once the person sees these questions in these states. */
  readonly shows: (...wanted: readonly (readonly [question: string, state: Exchange['state']])[]) => Promise<void>;
}

/** A live conversation against a fake one, with its clock and timers in the test's hand. */
export async function openLive(hasSpeaker = true): Promise<OpenLive> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const server = await startConversationServer();
  const { supervisor, become, listeners, wakes } = fakeSupervisor(server.endpoint);
  let exchanges: readonly Exchange[] = [];
  const page: unknown[] = [];
  const playing: boolean[] = [];
  const turns: TurnEvent[] = [];
  const live = createLive({
    supervisor,
    before: [],
    hasSpeaker: () => hasSpeaker,
    onConnected: () => undefined,
    onExchanges: (now) => { exchanges = now; },
    onReply: ({ sample, pcm }) => page.push([sample, samplesOf(pcm)]),
    onReplyEnd: () => page.push('end'),
    onReplyDropped: () => page.push('drop'),
    onPlaying: (now) => playing.push(now),
    onTurn: (event) => turns.push(event),
  });
  onTestFinished(live.close);
  const opened: OpenLive = {
    live,
    become,
    listeners,
    exchanges: () => exchanges,
    page,
    playing,
    turns,
    wakes,
    conversation: async (number) => {
      await until(() => server.conversations[number - 1]?.isReady() === true);
      const found = server.conversations[number - 1];
      if (found === undefined) throw new Error('it went again');
      return found;
    },
    lose: async (conversation) => {
      // A moment after it is lost, another one is looked for.
      const timers = vi.getTimerCount();
      conversation.die();
      await until(() => vi.getTimerCount() > timers);
    },
    hear: (...marks) => {
      for (const mark of marks) {
        vi.advanceTimersByTime(100);
        live.hear(pcmOf(Array<number>(1_600).fill(mark)));
      }
    },
    shows: (...wanted) => until(() => JSON.stringify(exchanges.map(({ question, state }) => [question, state])) === JSON.stringify(wanted), () => exchanges.map(({ question, state }) => [question, state])),
  };
  return opened;
}

/** Settles once `condition` holds; the real network goes on meanwhile, the test's clock does not. */
export async function until(condition: () => boolean, found: () => unknown = () => 'nothing'): Promise<void> {
  const limitNs = process.hrtime.bigint() + 2_000_000_000n;
  while (!condition()) {
    if (process.hrtime.bigint() > limitNs) throw new Error(`it never came to that; found ${JSON.stringify(found())}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Settles with what a conversation was told, once it is so much: sound by its marks. */
export async function told(conversation: FakeConversation, count: number): Promise<readonly unknown[]> {
  function requests(): readonly unknown[] {
    return conversation.requests.map((request) => ('sound' in request ? request.sound[0] : request));
  }
  await until(() => conversation.requests.length >= count, requests);
  return requests();
}

export function turnEnded(turn: number, asked: 'spoken' | 'typed', transcript: string, speechEndMs = 0): ConversationEvent {
  return { type: 'turn-ended', turn, asked, transcript, speechEndMs };
}

export function turn(number: number, asked: 'spoken' | 'typed', transcript: string, reply: string, interrupted = false): ConversationEvent {
  return { type: 'turn', turn: number, asked, transcript, reply, interrupted, speechEndMs: 0, latency: null };
}

export function spoken(number: number, text: string): ConversationEvent {
  return { type: 'spoken', turn: number, text };
}

export function engineLost(number: number | null, service: EngineId = 'llm'): ConversationEvent {
  return { type: 'engine-lost', turn: number, service };
}

export function turnFailed(number: number, service: EngineId = 'llm'): ConversationEvent {
  return { type: 'turn-failed', turn: number, service, message: 'it closed the connection' };
}

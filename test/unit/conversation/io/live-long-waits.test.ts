import { describe, expect, test, vi } from 'vitest';
import { pcmOf, type FakeConversation } from '../../../fakes/conversation-server.ts';
import { openLive, until, type OpenLive } from './open-live.ts';

const restarting = { kind: 'backing-off', untilMs: 0, reason: 'it ended' } as const;
const gone = 'Nobody could listen for so long that the beginning of this question is lost. Say it again.';

/** So many seconds of microphone, each marked with its number, from `first` on. */
function hearSeconds({ live }: OpenLive, first: number, count: number): void {
  for (let mark = first; mark < first + count; mark += 1) {
    vi.advanceTimersByTime(1_000);
    live.hear(pcmOf(Array<number>(16_000).fill(mark)));
  }
}

function marksOf({ requests }: FakeConversation): readonly number[] {
  return requests.flatMap((request) => ('sound' in request ? request.sound.slice(0, 1) : []));
}

/** Somebody began to speak in the second second, and the conversation died; another one has to wait for an engine. */
async function cutOffInAQuestion(): Promise<OpenLive> {
  const opened = await openLive();
  const first = await opened.conversation(1);
  hearSeconds(opened, 1, 3);
  first.say({ type: 'speech-started', ms: 2_000 });
  await opened.shows(['', 'hearing']);
  opened.become({ llm: restarting });
  await opened.lose(first);
  return opened;
}

describe('a spoken question that cannot be heard again for long', () => {
  test('is kept while an engine takes five minutes to load', async () => {
    const opened = await cutOffInAQuestion();
    hearSeconds(opened, 4, 312);
    opened.become({});
    const second = await opened.conversation(2);
    hearSeconds(opened, 316, 1);
    await until(() => marksOf(second).includes(316));
    expect(marksOf(second)).toEqual(Array.from({ length: 315 }, (_, index) => index + 2));
  });

  test('fails with words once its beginning is lost', async () => {
    const opened = await cutOffInAQuestion();
    hearSeconds(opened, 4, 355);
    const early = opened.exchanges().map(({ state }) => state);
    hearSeconds(opened, 359, 4);
    expect({ early, late: opened.exchanges().map(({ state, problem }) => ({ state, problem })), last: opened.turns.at(-2) }).toEqual({
      early: ['hearing'],
      late: [{ state: 'failed', problem: gone }],
      last: { kind: 'failed', turnId: '1.1', reason: 'its sound was kept no longer' },
    });
  });

  test('and was too long before that fails at once', async () => {
    const opened = await openLive();
    const first = await opened.conversation(1);
    hearSeconds(opened, 1, 1);
    first.say({ type: 'speech-started', ms: 900 });
    await opened.shows(['', 'hearing']);
    hearSeconds(opened, 2, 400);
    await opened.lose(first);
    expect(opened.exchanges().map(({ problem }) => problem)).toEqual([gone]);
  });
});

test('a closed one has nothing left to do, whatever it was about to do', async () => {
  const opened = await cutOffInAQuestion();
  const pending = vi.getTimerCount();
  opened.live.close();
  expect([pending > 0, vi.getTimerCount()]).toEqual([true, 0]);
});

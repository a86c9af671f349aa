import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCards } from '../../../main/desktop/cards.ts';
import type { Running } from '../../../main/desktop/running.ts';
import { userFolders } from '../../../main/platform/folders.ts';
import type { CardLook } from '../../../main/services/card-return.ts';
import { fakeSupervisor, servicesIn } from '../services/snapshots.ts';
import { finding } from './machine-of.ts';

const card = 'GPU-0a1b2c3d-0000-4000-8000-000000000001';
const policy = { quietMs: 60_000, longestQuietMs: 3_600_000, longestPauseMs: 600_000, breathMs: 10_000, forgottenAfterMs: 3_600_000 };
const fellBack = { kind: 'fell-back', service: 'stt', from: card, to: 'cpu', finding } as const;

interface Situation {
  /** Whether the recognition runs on what stands in for it, as its card failed. */
  readonly onFallback?: boolean;
  /** Whether the plan does without the card. */
  readonly leftOut?: boolean;
  readonly look?: CardLook;
}

function stand({ onFallback = false, leftOut = false, look = 'well' }: Situation) {
  const said: string[] = [];
  let quietForMs = 100_000;
  const { supervisor } = fakeSupervisor({ origin: 'http://127.0.0.1:9', token: '' });
  const services = servicesIn().map((snapshot) =>
    onFallback && snapshot.service.id === 'stt' ? { ...snapshot, planned: { ...snapshot.service, device: card }, onFallback: finding } : snapshot,
  );
  const waitingFor = leftOut ? [{ uuid: card, finding }] : [];
  const running = { prepared: { waitingFor }, supervisor: { ...supervisor, snapshot: () => services, goBack: (device: string) => said.push(`back to ${device}`) } } as unknown as Running;
  const cards = createCards({
    quiet: { forMs: () => quietForMs, close: () => undefined },
    running: () => running,
    root: '/nowhere',
    folders: userFolders({ EARSHOT_HOME: '/nowhere' }),
    planAnew: () => said.push('plan anew'),
    log: () => undefined,
    seams: {
      look: () => {
        said.push('looked');
        return Promise.resolve(look);
      },
      policy,
    },
  });
  return {
    cards,
    said,
    waitingFor,
    quiet: (forMs: number) => {
      quietForMs = forMs;
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('an engine that fell back returns to its card once that has been well after a quiet while', async () => {
  const { cards, said } = stand({ onFallback: true });
  cards.onEvent(fellBack);
  await vi.advanceTimersByTimeAsync(59_000);
  const before = [...said];
  await vi.advanceTimersByTimeAsync(2_000);
  expect({ before, said }).toEqual({ before: [], said: ['looked', `back to ${card}`] });
  cards.close();
});

test('a card that was left out at the start is planned with anew', async () => {
  const { cards, said, waitingFor } = stand({ leftOut: true });
  cards.follow(waitingFor);
  await vi.advanceTimersByTimeAsync(61_000);
  expect(said).toEqual(['looked', 'plan anew']);
  cards.close();
});

test('while somebody speaks the card is not even looked at', async () => {
  const { cards, said, quiet } = stand({ onFallback: true });
  quiet(0);
  cards.onEvent(fellBack);
  await vi.advanceTimersByTimeAsync(200_000);
  expect(said).toEqual([]);
  cards.close();
});

test('somebody who begins to speak while the card is looked at is not cut short: it waits until they have been silent for a while', async () => {
  const { cards, said, quiet } = stand({ onFallback: true });
  cards.onEvent(fellBack);
  await vi.advanceTimersByTimeAsync(60_000);
  quiet(0);
  await vi.advanceTimersByTimeAsync(30_000);
  const meanwhile = [...said];
  quiet(20_000);
  await vi.advanceTimersByTimeAsync(1_000);
  expect({ meanwhile, said }).toEqual({ meanwhile: ['looked'], said: ['looked', `back to ${card}`] });
  cards.close();
});

test('a card that is still unwell is left alone, for longer each time', async () => {
  const { cards, said } = stand({ onFallback: true, look: 'unwell' });
  cards.onEvent(fellBack);
  await vi.advanceTimersByTimeAsync(170_000);
  const soon = said.length;
  await vi.advanceTimersByTimeAsync(20_000);
  expect([soon, said]).toEqual([1, ['looked', 'looked']]);
  cards.close();
});

test('a card that nothing waits for any more changes nothing', async () => {
  const { cards, said } = stand({});
  cards.onEvent(fellBack);
  await vi.advanceTimersByTimeAsync(70_000);
  expect(said).toEqual(['looked']);
  cards.close();
});

test('nothing is tried after the end', async () => {
  const { cards, said } = stand({ onFallback: true });
  cards.onEvent(fellBack);
  cards.close();
  await vi.advanceTimersByTimeAsync(200_000);
  expect(said).toEqual([]);
});

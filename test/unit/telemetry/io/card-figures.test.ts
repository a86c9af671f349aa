import { describe, expect, test } from 'vitest';
import { cardsWithUtilisation, createCardLook, type CardLookOptions } from '../../../../main/telemetry/io/card-figures.ts';
import type { CardFigures } from '../../../../main/telemetry/card-figures.ts';
import { plantNvidiaSmi } from '../planted-nvidia-smi.ts';

const card: CardFigures = { uuid: 'GPU-1', name: 'A card', totalBytes: 4, usedBytes: { ours: 1, others: 1 }, utilisation: 0.5 };
const own = new Set(['GPU-1']);

interface Look {
  readonly at: (nowMs: number, cards?: ReadonlySet<string>) => Promise<readonly CardFigures[]>;
  readonly asked: () => number;
}

function look(ask: CardLookOptions['ask'], patienceMs = 1_000): Look {
  let nowMs = 0;
  let asked = 0;
  const cards = createCardLook({
    ask: (ownCards) => {
      asked += 1;
      return ask(ownCards);
    },
    now: () => nowMs,
    patienceMs,
  });
  return {
    at: (time, ownCards = own) => {
      nowMs = time;
      return cards(ownCards);
    },
    asked: () => asked,
  };
}

describe('a look at the cards', () => {
  test('asks none while no service of ours runs on one', async () => {
    const { at, asked } = look(() => Promise.resolve([card]));
    expect([await at(0, new Set()), await at(60_000, new Set()), asked()]).toEqual([[], [], 0]);
  });

  test('is ten seconds old at the most, and asked once in them', async () => {
    const { at, asked } = look(() => Promise.resolve([card]));
    expect([await at(0), await at(9_999), asked(), await at(10_000), asked()]).toEqual([[card], [card], 1, [card], 2]);
  });

  test('shows nothing of a card that sleeps, or that cannot be asked', async () => {
    const asleep = look(() => Promise.resolve(null));
    const broken = look(() => Promise.reject(new Error('no driver')));
    expect([await asleep.at(0), await broken.at(0), asleep.asked(), broken.asked()]).toEqual([[], [], 1, 1]);
  });

  test('does not wait for a driver that hangs: it shows what it knew, until that is old', async () => {
    let isHung = false;
    const { at, asked } = look(() => (isHung ? new Promise(() => undefined) : Promise.resolve([card])), 10);
    await at(0);
    isHung = true;
    expect([await at(20_000), await at(59_000), await at(60_000), asked()]).toEqual([[card], [card], [], 2]);
  });
});

test('memory and load come from nvidia-smi', async (context) => {
  const { uuid, asked } = await plantNvidiaSmi(context);
  const figures = await cardsWithUtilisation()(new Set([uuid]));
  const mebibyte = 1024 ** 2;
  expect({ figures, asked: asked() }).toEqual({
    figures: [
      {
        uuid,
        name: 'NVIDIA GeForce RTX 3060',
        totalBytes: 12_288 * mebibyte,
        usedBytes: { ours: 612 * mebibyte, others: 412 * mebibyte },
        utilisation: 0.37,
      },
    ],
    asked: 3,
  });
});

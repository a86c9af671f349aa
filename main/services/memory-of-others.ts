import type { CardsInUse, ChangeOfOthers, Other } from '../plan/replan.ts';
import { othersOnCards } from '../plan/replan.ts';

/** As with a program: less than this moves no model. */
const noticeableMiB = 500;

/**
 * What others hold of the cards: each program the driver names, and for each of `cards` one entry without a process
 * number for what no named program holds. On Linux the list of nvidia-smi has only programs that compute; a game or a
 * browser, which draw, show in the card's free memory alone. `usedMiB` is null where that cannot be told.
 */
export function othersWithDrawing(answer: CardsInUse, cards: readonly string[], ownCards: ReadonlySet<string>): readonly Other[] {
  return [...othersOnCards(answer), ...cards.map((uuid) => ({ ...unnamed(uuid), usedMiB: unnamedMiB(answer, uuid, ownCards) }))];
}

function unnamed(uuid: string): Other {
  return { pid: 0, uuid, name: '', usedMiB: null };
}

function unnamedMiB({ gpus, processes }: CardsInUse, uuid: string, ownCards: ReadonlySet<string>): number | null {
  const card = gpus.find((gpu) => gpu.uuid === uuid);
  // What is free on a card that slept was guessed, and it counts otherwise once the card is awake.
  if (card === undefined || card.memoryMiB === null || card.freeMiB === null || card.powerState === 'suspended') return null;
  const named = processes.filter((process) => process.uuid === uuid);
  // An engine of ours that is not in the list (a container, WSL) would count as somebody else's.
  if (ownCards.has(uuid) && !named.some(({ ours }) => ours)) return null;
  return named.reduce<number | null>((rest, { usedMiB }) => (rest === null || usedMiB === null ? null : rest - usedMiB), card.memoryMiB - card.freeMiB);
}

/**
 * The change where the lists of two looks cannot be compared, as one of them may be incomplete: by the sum for each card,
 * which is right whoever is named in it.
 */
export function changeInSum(before: readonly Other[], after: readonly Other[]): ChangeOfOthers {
  const cards = after.filter(({ pid }) => pid === 0);
  const grew = cards.flatMap((other) => {
    const [then, now] = [sumMiB(before, other.uuid), sumMiB(after, other.uuid)];
    return then === null || now === null || Math.abs(now - then) < noticeableMiB ? [] : [{ other, byMiB: now - then }];
  });
  return { came: [], went: [], grew, known: after };
}

function sumMiB(others: readonly Other[], uuid: string): number | null {
  const here = others.filter((other) => other.uuid === uuid);
  return here.reduce<number | null>((sum, { usedMiB }) => (sum === null || usedMiB === null ? null : sum + usedMiB), 0);
}

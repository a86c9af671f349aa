import type { CardsAnswer } from '../services/io/gpu-watch.ts';

export interface CardFigures {
  readonly uuid: string;
  readonly name: string;
  readonly totalBytes: number | null;
  /** By whose it is: "ours" and "others", or "unknown" where the driver does not tell them apart; empty when nothing is known. */
  readonly usedBytes: Readonly<Record<string, number>>;
  /** Share of the last moments in which it was at work; null when the driver does not tell. */
  readonly utilisation: number | null;
}

const mebibyte = 1024 ** 2;

/** Cards as they are shown. `ownCards` are those that services of ours run on. */
export function cardFigures({ gpus, processes }: CardsAnswer, utilisation: ReadonlyMap<string, number>, ownCards: ReadonlySet<string>): readonly CardFigures[] {
  return gpus.map(({ uuid, name, memoryMiB, freeMiB, mig }) => {
    const usedMiB = memoryMiB === null || freeMiB === null ? null : memoryMiB - freeMiB;
    const named = processes.filter((process) => process.ours && process.uuid === uuid);
    const isOurs = ownCards.has(uuid) || (mig && [...ownCards].some((card) => card.startsWith('MIG-')));
    // In a container or under WSL the list lacks our own, or says "N/A" of each.
    const isUntold = (isOurs && named.length === 0) || named.some((process) => process.usedMiB === null);
    const oursMiB = named.reduce((sum, process) => sum + (process.usedMiB ?? 0), 0);
    return {
      uuid,
      name,
      totalBytes: memoryMiB === null ? null : memoryMiB * mebibyte,
      usedBytes: usedMiB === null ? {} : isUntold ? { unknown: usedMiB * mebibyte } : { ours: oursMiB * mebibyte, others: Math.max(0, usedMiB - oursMiB) * mebibyte },
      utilisation: utilisation.get(uuid) ?? null,
    };
  });
}

/** Rows of `--query-gpu=uuid,utilization.gpu --format=csv,noheader,nounits`; a card that does not tell ("[N/A]") is left out. */
export function parseUtilisation(csv: string): ReadonlyMap<string, number> {
  return new Map(
    csv.split('\n').flatMap((line): readonly (readonly [string, number])[] => {
      const [, uuid, percent] = /^\s*(GPU-[^,\s]+)\s*,\s*(\d{1,3})\s*$/.exec(line) ?? [];
      return uuid === undefined || percent === undefined ? [] : [[uuid, Number(percent) / 100]];
    }),
  );
}

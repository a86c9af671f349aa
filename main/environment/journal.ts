import * as z from 'zod';
import { phases, type Phase } from './model.ts';

const plainName = /^[\w.-]+$/;

const entrySchema = z.object({
  /** Fingerprint of the slot it is started from. */
  current: z.string().regex(plainName),
  /** The one before, kept until the current one has answered a turn. */
  previous: z.string().regex(plainName).nullable(),
  /** Whether a question was answered with the current one. */
  answered: z.boolean(),
  /** A fingerprint that the person went back from: not made again unless it is asked for. */
  refused: z.string().regex(plainName).nullable(),
  /** The last day a plan wanted it: what nobody has wanted for long may go. */
  wantedOn: z.iso.date(),
});

const transactionSchema = z.object({
  environment: z.string().regex(plainName),
  fingerprint: z.string().regex(plainName),
  /** Folder it is built in, beside the slots. */
  staging: z.string().regex(plainName),
  phase: z.enum(phases),
});

export const journalSchema = z.object({
  version: z.literal(1),
  environments: z.record(z.string().regex(plainName), entrySchema),
  transaction: transactionSchema.nullable(),
});

/** Which slot each environment is started from, and what is being made. What it does not name is never started. */
export type Journal = Readonly<z.infer<typeof journalSchema>>;
export type EnvironmentEntry = Readonly<z.infer<typeof entrySchema>>;
export type Transaction = Readonly<z.infer<typeof transactionSchema>>;

export const emptyJournal: Journal = { version: 1, environments: {}, transaction: null };

/** A slot as it is named on disk: `torch-cu124-0123456789abcdef`. */
export function slotName(environment: string, fingerprint: string): string {
  return `${environment}-${fingerprint}`;
}

/** Something is about to be made; nothing of it counts before {@link swapped}. */
export function begun(journal: Journal, transaction: Omit<Transaction, 'phase'>): Journal {
  return { ...journal, transaction: { ...transaction, phase: 'begun' } };
}

export function reached(journal: Journal, phase: Phase): Journal {
  return journal.transaction === null ? journal : { ...journal, transaction: { ...journal.transaction, phase } };
}

/** The swap: from here on the environment is started from this slot. Going to where one already is changes nothing. */
export function swapped(journal: Journal, environment: string, fingerprint: string, today: string): Journal {
  const before = journal.environments[environment];
  const entry: EnvironmentEntry =
    before?.current === fingerprint
      ? { ...before, refused: null, wantedOn: today }
      : { current: fingerprint, previous: wayBack(before), answered: false, refused: null, wantedOn: today };
  return { ...journal, environments: { ...journal.environments, [environment]: entry }, transaction: null };
}

/** One that never answered is no way back: then it is the one before it still. */
function wayBack(before: EnvironmentEntry | undefined): string | null {
  if (before === undefined) return null;
  return before.answered ? before.current : (before.previous ?? before.current);
}

/** What was under way is given up; every environment stays as it was. */
export function abandoned(journal: Journal): Journal {
  return { ...journal, transaction: null };
}

/**
 * A question was answered with these slots, by the fingerprint of each environment: what was kept for going back is not needed
 * any more. A slot that was swapped in since has not shown anything yet.
 */
export function answeredWith(journal: Journal, used: Readonly<Record<string, string>>): Journal {
  const entries = Object.entries(journal.environments).map(([id, entry]) => [id, used[id] === entry.current ? { ...entry, answered: true, previous: null } : entry] as const);
  return { ...journal, environments: Object.fromEntries(entries) };
}

/** Back to the slot before; null where there is none. */
export function wentBack(journal: Journal, environment: string): Journal | null {
  const entry = journal.environments[environment];
  if (entry?.previous == null) return null;
  const back: EnvironmentEntry = { ...entry, current: entry.previous, previous: null, answered: true, refused: entry.current };
  return { ...journal, environments: { ...journal.environments, [environment]: back } };
}

/** A plan wants these today. */
export function wanted(journal: Journal, environments: readonly string[], today: string): Journal {
  const entries = Object.entries(journal.environments).map(([id, entry]) => [id, environments.includes(id) ? { ...entry, wantedOn: today } : entry] as const);
  return { ...journal, environments: Object.fromEntries(entries) };
}

/** Environments that no plan has wanted since a day, "2026-11-21". */
export function unwantedSince(journal: Journal, day: string): readonly string[] {
  return Object.entries(journal.environments).flatMap(([id, entry]) => (entry.wantedOn < day ? [id] : []));
}

export function forgotten(journal: Journal, environment: string): Journal {
  return { ...journal, environments: Object.fromEntries(Object.entries(journal.environments).filter(([id]) => id !== environment)) };
}

/** What is found beside the journal when an installer looks at it after an end that nobody saw. */
export interface Found {
  /** Whether the slot of the transaction stands under its final name and can be started from. */
  readonly slotIsWhole: boolean;
}

/**
 * What becomes of a transaction that was cut off. Its slot gets its name only after it was proven, so one that has its
 * name by then is finished by writing down the swap; anything earlier is given up, and the environment stays as it was.
 */
export function recovered(journal: Journal, { slotIsWhole }: Found, today: string): Journal {
  const { transaction } = journal;
  if (transaction === null) return journal;
  // Before that phase, what has the name is an older slot that was to be made again.
  const wasProven = phases.indexOf(transaction.phase) >= phases.indexOf('proven');
  return slotIsWhole && wasProven ? swapped(journal, transaction.environment, transaction.fingerprint, today) : abandoned(journal);
}

/** Slots that nothing is started from and nothing goes back to. */
export function unusedSlots(journal: Journal, onDisk: readonly string[]): readonly string[] {
  const used = new Set(
    Object.entries(journal.environments).flatMap(([id, { current, previous }]) => [current, previous].flatMap((fingerprint) => (fingerprint === null ? [] : [slotName(id, fingerprint)]))),
  );
  return onDisk.filter((name) => !used.has(name));
}

import * as z from 'zod';
import data from './compute-capabilities.json';

const capability = z.string().regex(/^\d+\.\d$/);
const hexadecimal = z.string().regex(/^[0-9a-f]{4}$/);

const table = z.strictObject({
  source: z.string(),
  /** Device ids of one chip, the ends included; the first that fits counts. */
  chips: z.array(z.strictObject({ chip: z.string(), from: hexadecimal, to: hexadecimal, capability })),
  /** Regular expressions on the card's name; the first that fits counts. null: known, and left out on purpose. */
  names: z.array(z.strictObject({ pattern: z.string(), capability: capability.nullable() })),
});

export type CapabilityTable = z.infer<typeof table>;

/** Reads the table; what does not fit its schema is an error that names the place. */
export function parseCapabilities(document: unknown): CapabilityTable {
  return table.parse(document);
}

const known = parseCapabilities(data);
const names = known.names.map((row) => ({ pattern: new RegExp(row.pattern, 'i'), capability: row.capability }));

/**
 * Compute capability of an NVIDIA card whose driver does not report it (drivers before 470 do not know the field).
 * The PCI id says the chip, so it is asked first; names are what sellers make of them.
 */
export function capabilityOf(name: string, pciId: string | null): string | null {
  const device = /^10de:([0-9a-f]{4})$/.exec(pciId ?? '')?.[1];
  const chip = device === undefined ? undefined : known.chips.find((row) => row.from <= device && device <= row.to);
  return chip?.capability ?? names.find((row) => row.pattern.test(name))?.capability ?? null;
}

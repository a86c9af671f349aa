import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../../platform/atomic-file.ts';
import type { InstalledEnvironment } from '../model.ts';

/** What a slot says of itself. Written before it gets its name, so a slot without it was never finished. */
const slotSchema = z.object({
  environment: z.string(),
  fingerprint: z.string(),
  /** "3.11" */
  pythonSeries: z.string(),
  /** The Python it was made from, in case that is removed from the computer. */
  interpreter: z.string(),
  installedAt: z.string(),
  torch: z.object({ version: z.string(), cuda: z.string().nullable() }).nullable(),
});

export type SlotRecord = Readonly<z.infer<typeof slotSchema>>;

const recordName = 'earshot-slot.json';

/** The record of a slot; null where there is no whole slot. */
export async function readSlot(folder: string): Promise<SlotRecord | null> {
  try {
    const parsed = slotSchema.safeParse(JSON.parse(await readFile(join(folder, recordName), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** The environment in a slot that can be started from; null where the slot, or the Python its own leads to, is gone. */
export async function startableIn(folder: string): Promise<InstalledEnvironment | null> {
  const record = await readSlot(folder);
  if (record === null) return null;
  const environment = environmentOf(folder, record);
  return existsSync(environment.python) ? environment : null;
}

export async function writeSlot(folder: string, record: SlotRecord): Promise<void> {
  await writeFileAtomically(join(folder, recordName), `${JSON.stringify(record, null, 2)}\n`);
}

/** Where things are in an environment, on this platform. */
export function pathsIn(folder: string, pythonSeries: string): { readonly python: string; readonly sitePackages: string } {
  return platform() === 'win32'
    ? { python: join(folder, 'Scripts', 'python.exe'), sitePackages: join(folder, 'Lib', 'site-packages') }
    : { python: join(folder, 'bin', 'python'), sitePackages: join(folder, 'lib', `python${pythonSeries}`, 'site-packages') };
}

export function environmentOf(folder: string, record: SlotRecord): InstalledEnvironment {
  const { environment, fingerprint, pythonSeries, torch } = record;
  return { id: environment, fingerprint, folder, ...pathsIn(folder, pythonSeries), torch };
}

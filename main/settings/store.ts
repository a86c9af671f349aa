import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { FaultError } from '../platform/fault.ts';
import type { Folders } from '../platform/folders.ts';
import { writeFileAtomically } from '../platform/atomic-file.ts';
import { defaultSettings, settingsSchema, type Settings } from './schema.ts';

export interface LoadedSettings {
  readonly settings: Settings;
  /** What a person should know about how the settings were read; empty when all is well. */
  readonly notices: readonly string[];
}

/** Why `text` is no valid settings file, or the settings it holds. */
export function parseSettings(text: string): { settings: Settings } | { problem: string } {
  let json: unknown;
  try {
    // Editors of Windows put a byte order mark first, which JSON does not know.
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return { problem: `it is not JSON (${error instanceof Error ? error.message : String(error)})` };
  }
  const parsed = settingsSchema.safeParse(json);
  return parsed.success ? { settings: parsed.data } : { problem: z.prettifyError(parsed.error) };
}

/**
 * Reads the user's settings. A damaged file is kept beside the new one and said, never overwritten: what a person
 * typed is worth more than our defaults.
 */
export async function loadSettings(folders: Folders, now: Date): Promise<LoadedSettings> {
  const path = join(folders.config, 'settings.json');
  const text = await readIfPresent(path);
  if (text === null) return { settings: defaultSettings, notices: [] };
  const parsed = parseSettings(text);
  if ('settings' in parsed) return { settings: parsed.settings, notices: [] };
  const aside = join(folders.config, `settings.damaged-${now.toISOString().replaceAll(':', '-')}.json`);
  await rename(path, aside);
  // Somebody who wants the microphone closed shall not find it open because of a slip of the pen, now or at the next start.
  const muted = { conversation: { muted: true } };
  await writeFileAtomically(path, `${JSON.stringify(muted, null, 2)}\n`);
  return {
    settings: settingsSchema.parse(muted),
    notices: [`The settings file could not be used.\n${parsed.problem}\nIt was kept as ${aside}. Earshot goes on with its defaults, and muted.`],
  };
}

/** Reads the settings file a person named on the command line; any problem is an error, nothing is moved. */
export async function loadSettingsFile(path: string): Promise<Settings> {
  const text = await readIfPresent(path);
  const parsed = text === null ? { problem: 'there is no such file' } : parseSettings(text);
  if ('settings' in parsed) return parsed.settings;
  throw new FaultError({ id: 'settings-invalid', title: `The settings file ${path} cannot be used.`, detail: parsed.problem, cure: 'Mend it, or leave out --settings to use your own.' });
}

/** The settings a person changes by pressing something; the rest is written by hand. */
export type SettingsChange = { readonly [Key in 'conversation' | 'audio']?: Partial<Settings[Key]> } & Partial<Pick<Settings, 'told'>>;

const fileSchema = z.record(z.string(), z.unknown());
const sectionSchema = fileSchema.default({});

/**
 * Writes `change` into the user's settings file and leaves everything else in it as the person wrote it.
 * Throws when the file is damaged or cannot be written; it is then as it was.
 */
export async function changeSettings(folders: Folders, change: SettingsChange): Promise<void> {
  const path = join(folders.config, 'settings.json');
  const file = fileSchema.parse(JSON.parse((await readIfPresent(path))?.replace(/^\uFEFF/, '') ?? '{}'));
  const { told, ...sections } = change;
  for (const [name, values] of Object.entries(sections)) file[name] = { ...sectionSchema.parse(file[name]), ...values };
  if (told !== undefined) file['told'] = told;
  await writeFileAtomically(path, `${JSON.stringify(file, null, 2)}\n`);
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../platform/atomic-file.ts';
import { FaultError } from '../platform/fault.ts';
import type { Folders } from '../platform/folders.ts';
import { errorMessage } from '../platform/text.ts';
import { changedFile, type SettingsChange } from './change.ts';
import { parseSettings, salvageSettings, type Parsed } from './parse.ts';
import { settingsSchema, type Settings } from './schema.ts';

export type { SettingsChange } from './change.ts';
export { parseSettings } from './parse.ts';

export interface LoadedSettings {
  readonly settings: Settings;
  /** What a person should know about how the settings were read; empty when all is well. */
  readonly notices: readonly string[];
}

/** The person's own file, in a folder that they look after. */
export function settingsPath(folders: Folders): string {
  return join(folders.config, 'settings.json');
}

/** A copy of the settings that were last read without a complaint; not in the folder in which people write by hand. */
function lastGoodPath(folders: Folders): string {
  return join(folders.data, 'settings.last-good.json');
}

/**
 * Reads the user's settings. A damaged file is kept beside the new one and said, never lost: what a person typed is
 * worth more than what we go on with, which is the last good settings and, where there are none, what can be used of
 * the file or else our defaults.
 */
export async function loadSettings(folders: Folders, now: Date): Promise<LoadedSettings> {
  const read = await readOne(settingsPath(folders));
  if (read === null) {
    // Who removed the file wants the defaults, and not an older choice back when a later file is damaged.
    await rm(lastGoodPath(folders), { force: true }).catch(() => undefined);
    return { settings: settingsSchema.parse({}), notices: [] };
  }
  if ('problem' in read) return replaceDamaged(folders, now, read);
  const unkept = await keepLastGood(folders, read.bytes);
  return { settings: read.settings, notices: unkept === null ? [] : [unkept] };
}

/** The settings {@link loadSettings} would give, for a look that must change nothing: a damaged file stays where it is. */
export async function lookAtSettings(folders: Folders): Promise<LoadedSettings> {
  const read = await readOne(settingsPath(folders));
  if (read === null) return { settings: settingsSchema.parse({}), notices: [] };
  if ('settings' in read) return { settings: read.settings, notices: [] };
  const { title, content, source, copyProblem } = await substituteFor(folders, read);
  const notice = [title, read.problem, `The file stays as it is. Earshot goes by ${source} here.`, ...copyProblem].join('\n');
  return { settings: settingsSchema.parse(content), notices: [notice] };
}

/** A file that cannot be used; `bytes` is null where even they could not be read. */
interface Damaged {
  readonly problem: string;
  readonly bytes: Buffer | null;
}

type Read = (Parsed & { readonly bytes: Buffer }) | Damaged;

/** A file as it stands on the disk; null where there is none. */
async function readOne(path: string): Promise<Read | null> {
  try {
    const bytes = await readIfPresent(path);
    return bytes === null ? null : { ...parseSettings(bytes.toString()), bytes };
  } catch (error) {
    return { problem: `it cannot be read (${errorMessage(error)})`, bytes: null };
  }
}

/** What takes the place of a damaged file. */
interface Substitute {
  readonly title: string;
  readonly content: unknown;
  /** Completes "Earshot goes on with …". */
  readonly source: string;
  /** What is said after it of the microphone, which is closed whenever the person may have wanted it to be. */
  readonly muted: string;
  /** Why the last good settings could not be used; empty when they could or when there are none. */
  readonly copyProblem: readonly string[];
}

async function substituteFor(folders: Folders, damaged: Damaged): Promise<Substitute> {
  const lastGood = await readOne(lastGoodPath(folders));
  const title = 'The settings file could not be used.';
  // Somebody who wants the microphone closed shall not find it open because of a slip of the pen, now or at the next start.
  const mute = { conversation: { muted: true } };
  if (lastGood !== null && 'settings' in lastGood) return { title, content: changedFile(lastGood.content, mute), source: 'your last good settings', muted: ', and muted', copyProblem: [] };

  const copyProblem = lastGood === null ? [] : [`The copy of your last good settings, ${lastGoodPath(folders)}, could not be used either.`, lastGood.problem];
  const salvaged = damaged.bytes === null ? null : salvageSettings(damaged.bytes.toString());
  if (salvaged === null) return { title, content: changedFile({}, mute), source: 'its defaults', muted: ', and muted', copyProblem };
  return {
    title: 'A part of the settings file could not be used.',
    content: salvaged.mayHideMuted ? changedFile(salvaged.content, mute) : salvaged.content,
    source: 'the rest of the file',
    muted: salvaged.mayHideMuted ? ', and muted, as what was left out may have been meant to close the microphone' : '',
    copyProblem,
  };
}

/** Puts what can be used in the place of a damaged file, which it keeps aside. */
async function replaceDamaged(folders: Folders, now: Date, damaged: Damaged): Promise<LoadedSettings> {
  const path = settingsPath(folders);
  const { title, content, source, muted, copyProblem } = await substituteFor(folders, damaged);
  const lines = [title, damaged.problem];
  try {
    if (damaged.bytes === null) throw new Error('nothing of it can be read');
    const aside = join(folders.config, `settings.damaged-${now.toISOString().replaceAll(':', '-')}.json`);
    // A copy and no rename: killed between the two steps, a rename would leave no file at all, and with it an open microphone.
    await writeFileAtomically(aside, damaged.bytes);
    await writeFileAtomically(path, fileText(content));
    lines.push(`It was kept as ${aside}. Earshot goes on with ${source}${muted}.`);
  } catch (error) {
    lines.push(`It stays where it is, ${path}: mend or remove it (${errorMessage(error)}). Until then Earshot goes on with ${source}${muted}.`);
  }
  return { settings: settingsSchema.parse(content), notices: [[...lines, ...copyProblem].join('\n')] };
}

/** Remembers settings that were read without a complaint; says why it could not, which is no reason not to use them. */
async function keepLastGood(folders: Folders, bytes: Uint8Array): Promise<string | null> {
  const path = lastGoodPath(folders);
  try {
    const kept = await readIfPresent(path).catch(() => null);
    if (kept?.equals(bytes) !== true) await writeFileAtomically(path, bytes);
    return null;
  } catch (error) {
    return `Earshot could not keep a copy of your settings as ${path}.\nThey hold all the same; only if settings.json is ever damaged would the defaults take their place. (${errorMessage(error)})`;
  }
}

/** Reads the settings file a person named on the command line; any problem is an error, nothing is moved. */
export async function loadSettingsFile(path: string): Promise<Settings> {
  const read = (await readOne(path)) ?? { problem: 'there is no such file' };
  if ('settings' in read) return read.settings;
  throw new FaultError({ id: 'settings-invalid', title: `The settings file ${path} cannot be used.`, detail: read.problem, cure: 'Mend it, or leave out --settings to use your own.' });
}

/**
 * Writes `change` into the user's settings file and leaves everything else in it as the person wrote it.
 * Throws when the file is damaged, would be by the change, or cannot be written; it is then as it was.
 */
export async function changeSettings(folders: Folders, change: SettingsChange): Promise<void> {
  const path = settingsPath(folders);
  const before = (await readIfPresent(path))?.toString().replace(/^\uFEFF/, '') ?? '{}';
  const text = fileText(changedFile(JSON.parse(before), change));
  const after = parseSettings(text);
  if ('problem' in after) throw new Error(after.problem);
  await writeFileAtomically(path, text);
  // The next start says it when this cannot be kept; the change itself is written.
  await keepLastGood(folders, Buffer.from(text));
}

function fileText(content: unknown): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

async function readIfPresent(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

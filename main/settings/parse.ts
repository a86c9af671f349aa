import type * as z from 'zod';
import { parseJsonText } from '../platform/json-text.ts';
import { schemaProblem } from '../platform/schema-problem.ts';
import { settingsSchema, type Settings } from './schema.ts';

export type Parsed = { readonly settings: Settings; readonly content: unknown } | { readonly problem: string };

/** Why `text` is no valid settings file, or the settings it holds. */
export function parseSettings(text: string): Parsed {
  const read = parseJsonText(text);
  if ('problem' in read) return read;
  const parsed = settingsSchema.safeParse(read.content);
  return parsed.success ? { settings: parsed.data, content: read.content } : { problem: schemaProblem(parsed.error, read.content) };
}

export interface Salvaged {
  /** The file without the fields that nobody knows. */
  readonly content: unknown;
  /** Whether one of those may have been meant to close the microphone. */
  readonly mayHideMuted: boolean;
}

/**
 * What is left of a settings file whose only fault are fields that nobody knows: a misspelt or outdated field is no
 * reason to lose the servers and the voice as well. null where something else is wrong, too.
 */
export function salvageSettings(text: string): Salvaged | null {
  const read = parseJsonText(text);
  if ('problem' in read) return null;
  const parsed = settingsSchema.safeParse(read.content);
  if (parsed.success) return null;
  const unknown = parsed.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : []));
  const content = unknown.reduce((rest, path) => without(rest, path), read.content);
  // Anything that was wrong beside the unknown fields is still in what is left.
  if (!settingsSchema.safeParse(content).success) return null;
  return { content, mayHideMuted: unknown.some((path) => isAboutMicrophone(path, read.content)) };
}

/** A field of the conversation that nobody knows may be a misspelt "muted", and one elsewhere may hold it. */
function isAboutMicrophone(path: readonly PropertyKey[], content: unknown): boolean {
  return path[0] === 'conversation' || /mute/i.test(JSON.stringify({ [String(path.at(-1))]: valueAt(content, path) }));
}

type Path = z.core.$ZodIssue['path'];

function without(value: unknown, [first, ...rest]: Path): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  if (rest.length === 0) return Object.fromEntries(entries.filter(([name]) => name !== first));
  return Object.fromEntries(entries.map(([name, inner]): readonly [string, unknown] => [name, name === first ? without(inner, rest) : inner]));
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? Object.entries(at).find(([key]) => key === name)?.[1] : undefined), value);
}

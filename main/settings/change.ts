import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { MovableService, Overrides, ServiceOverride } from './overrides.ts';
import type { Settings } from './schema.ts';

/** The settings a person changes by pressing something, or a remedy by its override; the rest is written by hand. */
export type SettingsChange = { readonly [Key in 'conversation' | 'audio' | 'rest']?: Partial<Settings[Key]> } & Partial<Pick<Settings, 'told' | 'startAtLogin'>> & {
    readonly overrides?: OverridesChange;
  };

/** Overrides by their place; null takes one back. Each is replaced as a whole, so that its date and reason speak of all of it. */
export interface OverridesChange {
  readonly gpus?: Readonly<Record<string, Overrides['gpus'][string] | null>>;
  readonly torchBuild?: Overrides['torchBuild'];
  readonly services?: Readonly<Partial<Record<MovableService, ServiceOverride | null>>>;
}

/** When and why an override is made. */
export interface Origin {
  readonly since: Date;
  /** A sentence for the person who reads the settings later. */
  readonly reason: string;
}

/** Lets services run on a GPU or keeps them off it; null leaves it to the planner again. */
export function setGpuUse(uuid: string, use: boolean | null, origin: Origin): SettingsChange {
  return { overrides: { gpus: { [uuid]: use === null ? null : { use, ...written(origin) } } } };
}

/** Fixes the torch build; null leaves it to the planner again. */
export function setTorchBuild(id: string | null, origin: Origin): SettingsChange {
  return { overrides: { torchBuild: id === null ? null : { id, ...written(origin) } } };
}

/** Fixes where a service runs and with what; null leaves all of it to the planner again. */
export function setServiceOverride(id: MovableService, wanted: Omit<ServiceOverride, 'since' | 'reason'> | null, origin: Origin): SettingsChange {
  return { overrides: { services: { [id]: wanted === null ? null : { ...wanted, ...written(origin) } } } };
}

/** Makes the overrides `current` what they were in `target`, and leaves alone what is the same in both. */
export function overridesChange(current: Overrides, target: Overrides): OverridesChange {
  const gpus = placesThatDiffer(current.gpus, target.gpus);
  const services = placesThatDiffer(current.services, target.services);
  return {
    ...(Object.keys(gpus).length === 0 ? {} : { gpus }),
    ...(isDeepStrictEqual(current.torchBuild, target.torchBuild) ? {} : { torchBuild: target.torchBuild }),
    ...(Object.keys(services).length === 0 ? {} : { services }),
  };
}

function placesThatDiffer<Entry>(current: Readonly<Record<string, Entry>>, target: Readonly<Record<string, Entry>>): Record<string, Entry | null> {
  const places = [...new Set([...Object.keys(current), ...Object.keys(target)])];
  return Object.fromEntries(places.filter((place) => !isDeepStrictEqual(current[place], target[place])).map((place) => [place, target[place] ?? null]));
}

function written({ since, reason }: Origin): { readonly since: string; readonly reason: string } {
  return { since: since.toISOString(), reason };
}

const fileSchema = z.record(z.string(), z.unknown());
const sectionSchema = fileSchema.default({});

/**
 * The content of a settings file after `change`. Everything else stays in it as the person wrote it, and no default is
 * written down that nobody chose. Throws where the person wrote a changed part in another form.
 */
export function changedFile(content: unknown, change: SettingsChange): Record<string, unknown> {
  const file = fileSchema.parse(content);
  const { told, startAtLogin, overrides, ...sections } = change;
  for (const [name, values] of Object.entries(sections)) file[name] = { ...sectionSchema.parse(file[name]), ...values };
  if (told !== undefined) file['told'] = told;
  if (startAtLogin !== undefined) file['startAtLogin'] = startAtLogin;
  if (overrides !== undefined) file['overrides'] = changedOverrides(sectionSchema.parse(file['overrides']), overrides);
  return file;
}

function changedOverrides(before: Record<string, unknown>, { gpus, torchBuild, services }: OverridesChange): Record<string, unknown> {
  const after = { ...before };
  if (torchBuild !== undefined) after['torchBuild'] = torchBuild;
  for (const [name, entries] of Object.entries({ gpus, services })) {
    if (entries === undefined) continue;
    const merged = { ...sectionSchema.parse(before[name]), ...entries };
    after[name] = Object.fromEntries(Object.entries(merged).filter(([, entry]) => entry !== null));
  }
  return after;
}

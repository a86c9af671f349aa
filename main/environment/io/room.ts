import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FaultError } from '../../platform/fault.ts';
import type { Finding } from '../../platform/finding.ts';
import type { Folders } from '../../platform/folders.ts';
import type { Settings } from '../../settings/schema.ts';
import type { Lock } from '../lock.ts';
import { hindranceIn, type Place } from '../install-check.ts';
import { knownIndexes } from '../install-proxies.ts';
import { checkInstallation } from './install-check.ts';
import { modelStoreIn } from './model-store.ts';

/** What is about to be stored. */
export interface Load {
  readonly environments: readonly { readonly title: string; readonly bytes: number }[];
  readonly modelBytes: number;
}

/** Whether there is room and a way to write, before anything is fetched. Throws what stands in the way; returns what should be said. */
export async function checkRoom(load: Load, folders: Folders): Promise<readonly Finding[]> {
  const environments = join(folders.data, 'environments');
  // On one disk uv's cache and the environment share their blocks; else each needs its own.
  const apart = diskOf(folders.cache) !== diskOf(environments);
  const places: readonly Place[] = [
    ...load.environments.map(({ title, bytes }) => ({ kind: 'environments', folder: environments, neededBytes: bytes, purpose: title }) as const),
    ...(load.environments.length === 0
      ? []
      : [{ kind: 'package-cache', folder: folders.cache, neededBytes: apart ? load.environments.reduce((sum, { bytes }) => sum + bytes, 0) : 0, purpose: 'the packages as they are fetched' } as const]),
    ...(load.modelBytes === 0 ? [] : [{ kind: 'models', folder: modelStoreIn(folders).folder, neededBytes: load.modelBytes, purpose: 'models' } as const]),
  ];
  return passable(await checkInstallation({ places, indexes: null, environment: process.env, builtAt: null }));
}

/** Whether the indexes that a lock needs can be reached, and are believed. Throws what stands in the way. */
export async function checkNetwork(settings: Settings, { parts }: Pick<Lock, 'parts'>): Promise<readonly Finding[]> {
  const torchIndexes = parts.some(({ index }) => index === 'pytorch') ? [settings.downloads.torchIndex] : [];
  const indexes = [...knownIndexes(settings.downloads, process.env), ...torchIndexes];
  return passable(await checkInstallation({ places: [], indexes, environment: process.env, builtAt: builtOn() }));
}

/** The day this bundle was made, which no clock that is right can be before; null where it was not bundled. */
function builtOn(): Date | null {
  const day = process.env['EARSHOT_BUILT_ON'] ?? '';
  return day === '' ? null : new Date(day);
}

function passable(findings: readonly Finding[]): readonly Finding[] {
  const fault = hindranceIn(findings);
  if (fault !== null) throw new FaultError(fault);
  return findings;
}

function diskOf(folder: string): number {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  return statSync(existing).dev;
}

import { existsSync } from 'node:fs';
import { arch, platform } from 'node:os';
import type { Settings } from '../../settings/schema.ts';
import type { Folders } from '../../platform/folders.ts';
import type { Plan } from '../../plan/model.ts';
import { environmentFingerprint } from '../fingerprint.ts';
import type { Lock } from '../lock.ts';
import { findInterpreter, type Interpreter } from './interpreter.ts';
import { slotFolder } from './journal-file.ts';
import type { Wanted } from './make-environment.ts';
import { readSlot } from './slot-record.ts';
import type { EnvironmentState } from './slots.ts';
import { lockAtHand, lockOf } from './torch-lock.ts';
import type { Uv } from './uv.ts';

type Planned = Pick<Plan['environments'][number], 'id' | 'torch'>;

export interface WantedOptions {
  readonly folders: Folders;
  readonly root: string;
  readonly uv: Uv;
  readonly settings: Settings;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal | undefined;
}

/** What an environment should be started from: its lock, a Python that fits, and the name that follows from both. */
export async function wantedSlot(environment: Planned, state: EnvironmentState | undefined, options: WantedOptions): Promise<Wanted> {
  const { folders, root, uv, settings, onLine, signal } = options;
  const cancel = signal === undefined ? {} : { signal };
  const lock = await lockOf(environment, { root, data: folders.data, uv, downloads: settings.downloads, onLine, ...cancel });
  const interpreter = (await recordedInterpreter(environment.id, state, lock.pythonVersions, folders)) ?? (await findInterpreter(uv, { folders, versions: lock.pythonVersions, nowMs: Date.now(), onLine, signal }));
  return { id: environment.id, fingerprint: fingerprintOf(lock, interpreter), lock, interpreter };
}

/** The name its slot should have, as far as the disk says; null where that takes a look at the network, or at the computer's Pythons. */
export async function knownFingerprint(environment: Planned, state: EnvironmentState, { folders, root, settings }: Pick<WantedOptions, 'folders' | 'root' | 'settings'>): Promise<string | null> {
  const lock = await lockAtHand(environment, { root, data: folders.data, downloads: settings.downloads });
  const interpreter = lock === null ? null : await recordedInterpreter(environment.id, state, lock.pythonVersions, folders);
  return lock === null || interpreter === null ? null : fingerprintOf(lock, interpreter);
}

function fingerprintOf(lock: Lock, { series }: Interpreter): string {
  return environmentFingerprint({ lock: lock.text, pythonVersion: series, platform: platform(), arch: arch() });
}

/** The Python that the present slot was made from, as long as it is there: a newer one on the computer is no reason to make it again. */
async function recordedInterpreter(id: string, state: EnvironmentState | undefined, versions: readonly string[], folders: Folders): Promise<Interpreter | null> {
  if (state === undefined) return null;
  const record = await readSlot(slotFolder(folders, id, state.current.fingerprint));
  if (record === null || !versions.includes(record.pythonSeries) || !existsSync(record.interpreter)) return null;
  return { path: record.interpreter, series: record.pythonSeries, origin: 'system' };
}

import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultError } from '../../platform/fault.ts';
import type { Folders } from '../../platform/folders.ts';
import { abandoned, begun, reached, swapped } from '../journal.ts';
import type { Lock } from '../lock.ts';
import type { InstalledEnvironment, Phase, Proof, Report } from '../model.ts';
import { buildSlot, type BuildOptions } from './build-slot.ts';
import type { Interpreter } from './interpreter.ts';
import { dayOf, environmentsFolder, readJournal, slotFolder, stagingName, writeJournal } from './journal-file.ts';
import { environmentOf, pathsIn, writeSlot } from './slot-record.ts';

export interface Wanted {
  readonly id: string;
  readonly fingerprint: string;
  readonly lock: Lock;
  readonly interpreter: Interpreter;
}

export interface MakeOptions extends Pick<BuildOptions, 'uv' | 'packageIndex' | 'torchIndex' | 'title' | 'onLine' | 'onBytes' | 'beforeNetwork' | 'expectedBytes' | 'signal'> {
  readonly folders: Folders;
  readonly report: Report;
  /** Shows that what was built works. Whatever it needs beside the packages, models for one, it fetches first. */
  readonly prove: (candidate: InstalledEnvironment) => Promise<Proof>;
}

/**
 * Makes an environment beside the one that is used, proves it, and swaps it in. Each phase is in the journal before the
 * next begins; ended anywhere, by an error or by a kill -9, it leaves the environment that was used as it was. Call it
 * with the lock of the environments.
 */
export async function makeEnvironment(wanted: Wanted, options: MakeOptions): Promise<InstalledEnvironment> {
  const { folders, prove, signal } = options;
  const { id, fingerprint, lock, interpreter } = wanted;
  const staging = stagingName(id, randomBytes(4).toString('hex'));
  const built = join(environmentsFolder(folders), staging);
  const slot = slotFolder(folders, id, fingerprint);

  async function reach(phase: Phase): Promise<void> {
    await writeJournal(folders, reached(await readJournal(folders), phase));
    options.report({ kind: 'phase', environment: id, phase });
  }

  await writeJournal(folders, begun(await readJournal(folders), { environment: id, fingerprint, staging }));
  options.report({ kind: 'phase', environment: id, phase: 'begun' });
  let movedIn = false;
  try {
    await buildSlot({ ...options, lock, interpreter, folder: built });
    await reach('packages');
    const candidate: InstalledEnvironment = { id, fingerprint, folder: built, ...pathsIn(built, interpreter.series), torch: null };
    await reach('proving');
    const proof = await prove(candidate);
    signal?.throwIfAborted();
    if (!proof.ok) throw new FaultError(proof.fault);
    const record = { environment: id, fingerprint, pythonSeries: interpreter.series, interpreter: interpreter.path, installedAt: new Date().toISOString(), torch: proof.torch };
    await writeSlot(built, record);
    await reach('proven');
    // Whatever has the name already is no whole slot, or it would be used.
    await rm(slot, { recursive: true, force: true });
    await renamePatiently(built, slot);
    movedIn = true;
    options.report({ kind: 'detail', step: id, text: movedInText });
    await reach('moved-in');
    await swapTo(id, fingerprint, options);
    return environmentOf(slot, record);
  } catch (error) {
    await rm(built, { recursive: true, force: true });
    // A slot that has its name is finished by the next installer, and one that a person stopped is tidied up after by it.
    if (!movedIn && signal?.aborted !== true) await writeJournal(folders, abandoned(await readJournal(folders)));
    throw error;
  }
}

/** Said between the rename and its entry in the journal. */
export const movedInText = 'Moved into its place';

/** On Windows a scanner looks into new programs and holds them for a moment, so that their folder cannot be renamed. */
async function renamePatiently(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const isHeld = error instanceof Error && 'code' in error && (error.code === 'EPERM' || error.code === 'EBUSY' || error.code === 'EACCES');
      if (process.platform !== 'win32' || !isHeld || attempt === 20) throw error;
      await sleep(250);
    }
  }
}

/** Starts the environment from a slot that stands already. */
export async function swapTo(id: string, fingerprint: string, { folders, report }: Pick<MakeOptions, 'folders' | 'report'>): Promise<void> {
  await writeJournal(folders, swapped(await readJournal(folders), id, fingerprint, dayOf(new Date())));
  report({ kind: 'phase', environment: id, phase: 'current' });
}

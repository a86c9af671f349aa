import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalogue } from '../../plan/catalogue.ts';
import type { Plan } from '../../plan/model.ts';
import { FaultError, type Fault } from '../../platform/fault.ts';
import type { Folders } from '../../platform/folders.ts';
import { errorMessage } from '../../platform/text.ts';
import type { Settings } from '../../settings/schema.ts';
import { saysDiskFull } from '../download-fault.ts';
import { budgetBytes } from '../download-budget.ts';
import { wanted } from '../journal.ts';
import type { InstalledEnvironment, Installation, Prove, Report } from '../model.ts';
import { findingOfFault } from '../install-remedies.ts';
import { withEnvironmentLock } from './environment-lock.ts';
import { installSteps, type Steps } from './install-steps.ts';
import { removeOutlived } from './free-space.ts';
import { dayOf, readJournal, recoverJournal, writeJournal } from './journal-file.ts';
import { removeStaleStaging } from './stale-staging.ts';

export interface InstallOptions {
  readonly plan: Plan;
  /** Environments and models that nothing works without; of the others the plan can do without each. */
  readonly isRequired: (id: string) => boolean;
  readonly catalogue: Catalogue;
  readonly settings: Settings;
  readonly folders: Folders;
  readonly root: string;
  /** Hash every model file again, and try again what was refused, instead of trusting what was verified before. */
  readonly rehash: boolean;
  readonly report: Report;
  readonly prove: Prove;
  /** Start from what is whole, however old it is: what is newer is made later, beside it. */
  readonly atOnce: boolean;
  readonly signal?: AbortSignal;
}

/** Why something is not there after an installation that went on without it. */
export interface Absence {
  readonly id: string;
  readonly fault: Fault;
}

/**
 * Makes the disk hold what the plan needs, doing only what is missing. Safe to kill and to run again: what was there
 * before goes on working until what replaces it was proven.
 */
export async function install(options: InstallOptions): Promise<Installation> {
  const { folders, signal, report } = options;
  await mkdir(folders.data, { recursive: true });
  const steps = installSteps(options);
  // Where nothing is missing there is nothing to wait for, and nothing is written.
  const present = await steps.lookAround();
  if (present !== null) return installationOf(options, present, steps, []);
  return withEnvironmentLock(
    folders,
    {
      ...(signal === undefined ? {} : { signal }),
      onWait: () => {
        report({ kind: 'detail', step: 'environments', text: 'Another Earshot is setting something up; waiting until it has finished.' });
      },
    },
    async () => {
      const { transaction } = await readJournal(folders);
      await recoverJournal(folders);
      await removeStaleStaging(folders.data, Date.now());
      const installation = await installMissing(options, steps, transaction !== null);
      await writeJournal(folders, wanted(await readJournal(folders), options.plan.environments.map(({ id }) => id), dayOf(new Date())));
      if (!options.atOnce) {
        const { environments, models } = options.plan;
        const inUse = new Set(['voice', ...environments.map(({ id }) => id), ...models]);
        await removeOutlived(folders, { inUse, budgetBytes: budgetBytes(options.settings.downloads.diskBudgetGiB), now: new Date() });
      }
      return installation;
    },
  );
}

/** What an installation would have to do, as sentences; nothing when the disk holds all that the plan needs. */
export async function missingFor(options: InstallOptions): Promise<readonly string[]> {
  return installSteps(options).missing();
}

async function installMissing(options: InstallOptions, steps: Steps, afterInterruption: boolean): Promise<Installation> {
  const { plan, isRequired, signal } = options;
  const absences: Absence[] = [];
  const environments: Record<string, InstalledEnvironment> = {};

  /** Does without what is not required, and says so; everything else ends the installation. */
  async function attempt<T>(id: string, work: () => Promise<T>, otherwise: T | null): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      const fault = faultOf(error, id);
      if (fault === null || (isRequired(id) && otherwise === null)) throw fault === null ? error : new FaultError(fault, { cause: error });
      absences.push({ id, fault });
      return otherwise;
    }
  }

  const uv = await steps.uv();
  // What a run that was ended had half fetched is of no use to anybody.
  if (afterInterruption) await uv.tidyCache();
  await steps.room();
  const [voice] = plan.environments;
  if (voice === undefined) throw new Error('the plan names no environment');
  const before = await steps.before(voice.id);
  const made = await attempt(voice.id, () => steps.environment(voice, (candidate) => models(candidate)), before);
  if (made === null) throw new Error('the voice environment is not there');
  environments[voice.id] = made;
  await models(made);
  for (const environment of plan.environments.slice(1)) {
    const ready = await attempt(environment.id, () => steps.environment(environment, () => Promise.resolve()), await steps.before(environment.id));
    if (ready !== null) environments[environment.id] = ready;
  }
  for (const name of plan.pulls) await attempt(name, () => steps.pull(name), null);
  return installationOf(options, environments, steps, absences);

  /** Some models come inside the packages of the voice environment, so they are fetched as soon as those are there. */
  async function models(from: InstalledEnvironment): Promise<void> {
    for (const id of plan.models) await attempt(id, () => steps.model(id, from), null);
  }
}

function installationOf(options: InstallOptions, environments: Readonly<Record<string, InstalledEnvironment>>, steps: Steps, absences: readonly Absence[]): Installation {
  const { plan, folders } = options;
  const voice = environments['voice'];
  if (voice === undefined) throw new Error('the voice environment is not there');
  const missing = new Map(absences.map(({ id, fault }) => [id, fault.title]));
  const there = plan.models.filter((id) => !missing.has(id));
  return {
    fingerprint: voice.fingerprint,
    python: voice.python,
    environments,
    modelFolders: Object.fromEntries(there.map((id) => [id, join(folders.data, 'models', id)])),
    steps: steps.results(),
    findings: [...steps.findings(), ...absences.map(({ fault }) => findingOfFault(fault))],
    missing,
  };
}

/** What went wrong as a fault; null for a mistake of ours. */
function faultOf(error: unknown, id: string): Fault | null {
  if (error instanceof FaultError) return error.fault;
  if (!saysDiskFull(errorMessage(error))) return null;
  return {
    id: 'disk-full',
    title: `The disk is full: ${id} could not be stored.`,
    detail: errorMessage(error),
    cure: 'Free some space and start again; what has arrived is kept.',
  };
}


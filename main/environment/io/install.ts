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
import { answeredWith, wanted } from '../journal.ts';
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

/** Something that could not be had. */
interface Failure {
  readonly id: string;
  readonly fault: Fault;
  /** Whether an older one takes its place. */
  readonly isReplaced: boolean;
}

/**
 * Makes the disk hold what the plan needs, doing only what is missing. Safe to kill and to run again: what was there
 * before goes on working until what replaces it was proven.
 */
export async function install(options: InstallOptions): Promise<Installation> {
  try {
    return await installOrFail(options);
  } catch (error) {
    throw saysDiskFull(errorMessage(error)) && !(error instanceof FaultError) ? new FaultError(diskFull('what it needs', error), { cause: error }) : error;
  }
}

async function installOrFail(options: InstallOptions): Promise<Installation> {
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
      await writeDown(options, installation);
      return installation;
    },
  );
}

/** What the plan wanted today, and what has no use any more. */
async function writeDown({ plan, folders, atOnce, settings }: InstallOptions, { environments }: Installation): Promise<void> {
  const idle = plan.environments.filter(({ id }) => id !== 'voice' && !plan.services.some(({ env }) => env === id)).flatMap(({ id }) => environments[id] ?? []);
  // No question will ever be answered with an environment that no engine runs in: that it was proven has to do.
  const journal = answeredWith(await readJournal(folders), Object.fromEntries(idle.map(({ id, fingerprint }) => [id, fingerprint])));
  await writeJournal(folders, wanted(journal, plan.environments.map(({ id }) => id), dayOf(new Date())));
  if (atOnce) return;
  const inUse = new Set(['voice', ...plan.environments.map(({ id }) => id), ...plan.models]);
  await removeOutlived(folders, { inUse, budgetBytes: budgetBytes(settings.downloads.diskBudgetGiB), now: new Date() });
}

/** What an installation would have to do, as sentences; nothing when the disk holds all that the plan needs. */
export async function missingFor(options: InstallOptions): Promise<readonly string[]> {
  return installSteps(options).missing();
}

async function installMissing(options: InstallOptions, steps: Steps, afterInterruption: boolean): Promise<Installation> {
  const { plan, isRequired, signal } = options;
  const failures: Failure[] = [];
  const environments: Record<string, InstalledEnvironment> = {};

  /** Does without what is not required, and says so; everything else ends the installation. */
  async function attempt<T>(id: string, work: () => Promise<T>, otherwise: T | null): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      const mustEnd = isRequired(id) && otherwise === null;
      if (mustEnd && !(error instanceof FaultError)) throw error;
      const fault = faultOf(error, id);
      if (mustEnd) throw new FaultError(fault, { cause: error });
      failures.push({ id, fault, isReplaced: otherwise !== null });
      return otherwise;
    }
  }

  const [voice, ...others] = plan.environments;
  if (voice === undefined) throw new Error('the plan names no environment');
  const uv = await steps.uv();
  // What a run that was ended had half fetched is of no use to anybody.
  if (afterInterruption) await uv.tidyCache();
  await steps.room([voice], plan.models.filter(isRequired));
  const made = await attempt(voice.id, () => steps.environment(voice, (candidate) => models(candidate)), await steps.before(voice.id));
  if (made === null) throw new Error('the voice environment is not there');
  environments[voice.id] = made;
  await models(made);
  for (const environment of others) {
    const before = await steps.before(environment.id);
    const ready = await attempt(
      environment.id,
      async () => {
        await steps.room([environment], []);
        return steps.environment(environment, () => Promise.resolve());
      },
      before,
    );
    if (ready !== null) environments[environment.id] = ready;
  }
  for (const name of plan.pulls) await attempt(name, () => steps.pull(name), null);
  return installationOf(options, environments, steps, failures);

  /** Some models come inside the packages of the voice environment, so they are fetched as soon as those are there. */
  async function models(from: InstalledEnvironment): Promise<void> {
    for (const id of plan.models) {
      if (failures.some((failure) => failure.id === id)) continue;
      await attempt(
        id,
        async () => {
          if (!isRequired(id)) await steps.room([], [id]);
          await steps.model(id, from);
        },
        null,
      );
    }
  }
}

function installationOf(options: InstallOptions, environments: Readonly<Record<string, InstalledEnvironment>>, steps: Steps, failures: readonly Failure[]): Installation {
  const { plan, folders } = options;
  const voice = environments['voice'];
  if (voice === undefined) throw new Error('the voice environment is not there');
  const missing = new Map(failures.flatMap(({ id, fault, isReplaced }) => (isReplaced ? [] : [[id, fault.title] as const])));
  const there = plan.models.filter((id) => !missing.has(id));
  return {
    fingerprint: voice.fingerprint,
    python: voice.python,
    environments,
    modelFolders: Object.fromEntries(there.map((id) => [id, join(folders.data, 'models', id)])),
    steps: steps.results(),
    findings: [...steps.findings(), ...failures.map(({ fault }) => findingOfFault(fault))],
    missing,
  };
}

/** What went wrong with something that can be done without. */
function faultOf(error: unknown, id: string): Fault {
  if (error instanceof FaultError) return error.fault;
  if (saysDiskFull(errorMessage(error))) return diskFull(id, error);
  return { id: 'process-crashed', title: `Setting up ${id} failed in a way that Earshot did not expect.`, detail: errorMessage(error), cure: 'Nothing else has changed. Try again; if it happens again, please report it.' };
}

function diskFull(what: string, error: unknown): Fault {
  return { id: 'disk-full', title: `The disk is full: ${what} could not be stored.`, detail: errorMessage(error), cure: 'Free some space and start again; what has arrived is kept.' };
}

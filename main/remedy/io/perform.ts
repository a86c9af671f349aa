import type { Installation } from '../../environment/model.ts';
import type { Plan } from '../../plan/model.ts';
import { findingOfFault, tryAgain } from '../../environment/install-remedies.ts';
import { FaultError } from '../../platform/fault.ts';
import type { Finding, RemedyArguments } from '../../platform/finding.ts';
import type { Folders } from '../../platform/folders.ts';
import { overridesChange, type OverridesChange } from '../../settings/change.ts';
import { changeForNow } from '../../settings/snapshot.ts';
import type { Settings } from '../../settings/schema.ts';
import { settingsAfter, type Problem, type Remedy, type RemedyFacts, type Wish } from '../model.ts';
import { readLastRemedy, writeLastRemedy } from './last-remedy.ts';

/** What the reconciler has made of the settings. */
export interface Reconciled {
  readonly plan: Plan;
  readonly installation: Pick<Installation, 'environments' | 'fingerprint' | 'steps'>;
  readonly findings: readonly Finding[];
}

export interface PerformOptions {
  readonly facts: RemedyFacts;
  readonly folders: Folders;
  readonly signal: AbortSignal;
  /** Says what would be done, and writes and makes nothing. */
  readonly dryRun: boolean;
  /** Makes the disk hold what these settings want. */
  readonly reconcile: (settings: Settings) => Promise<Reconciled>;
  /** Removes what the plan does not use; the name of each thing that went. */
  readonly freeSpace: (plan: Plan) => Promise<readonly string[]>;
  /** What that would remove. */
  readonly couldGo: (plan: Plan) => Promise<readonly string[]>;
}

export type Performed =
  | Problem
  | {
      readonly kind: 'done' | 'failed';
      /** What was written; null where the remedy writes nothing. */
      readonly override: OverridesChange | null;
      readonly before: Plan;
      readonly after: Plan;
      /** null in a rehearsal, and where it failed. */
      readonly reconciled: Reconciled | null;
      readonly freed: readonly string[];
      readonly findings: readonly Finding[];
    };

/** Writes what a remedy decides and reconciles; where that fails, everything a person decided is as it was. */
export async function perform(remedy: Remedy, given: RemedyArguments, options: PerformOptions): Promise<Performed> {
  const { facts, dryRun } = options;
  const decision = remedy.change(given, facts);
  if (decision.kind === 'problem') return decision;
  const wish = decision.kind === 'change' ? decision : null;
  const settings = wish === null ? facts.settings : settingsAfter(facts.settings, wish.change);
  const before = facts.planFor(facts.settings);
  const result = { override: wish?.change.overrides ?? null, before, after: facts.planFor(settings), reconciled: null, freed: [], findings: [] };
  if (dryRun) return { ...result, kind: 'done', freed: decision.kind === 'free-space' ? await options.couldGo(before) : [] };
  if (decision.kind === 'free-space') return { ...result, kind: 'done', freed: await options.freeSpace(before) };

  const written = wish === null ? nothingWritten : await write(remedy, wish, settings, options);
  const reconciled = await reconcile(settings, written, options);
  if ('finding' in reconciled) return { ...result, kind: 'failed', after: before, findings: [reconciled.finding] };
  const unmet = unmetBy(reconciled, wish);
  if (unmet === null) return { ...result, kind: 'done', after: reconciled.plan, reconciled, findings: reconciled.findings };
  await written.takeBack();
  return { ...result, kind: 'failed', after: before, findings: [failure(unmet, written), ...reconciled.findings.filter(({ title }) => title !== unmet.title)] };
}

interface Written {
  readonly changed: boolean;
  readonly takeBack: () => Promise<void>;
}

const nothingWritten: Written = { changed: false, takeBack: () => Promise.resolve() };

async function write(remedy: Remedy, { change }: Wish, settings: Settings, { facts, folders }: PerformOptions): Promise<Written> {
  const earlier = await readLastRemedy(folders);
  await writeLastRemedy(folders, { remedy: remedy.id, since: facts.now.toISOString(), before: facts.settings.overrides });
  const inverse = { overrides: overridesChange(settings.overrides, facts.settings.overrides) };
  const { takeBack } = await changeForNow(folders, change, inverse);
  return {
    changed: true,
    takeBack: async () => {
      await takeBack();
      await writeLastRemedy(folders, earlier);
    },
  };
}

/** Whatever ends the reconciler early, what was written goes back first: an engine's fault, a mistake of ours, the person. */
async function reconcile(settings: Settings, written: Written, options: PerformOptions): Promise<Reconciled | { readonly finding: Finding }> {
  try {
    options.signal.throwIfAborted();
    const reconciled = await options.reconcile(settings);
    options.signal.throwIfAborted();
    return reconciled;
  } catch (error) {
    await written.takeBack();
    if (options.signal.aborted || !(error instanceof FaultError)) throw error;
    return { finding: failure(findingOfFault(error.fault), written) };
  }
}

/**
 * What kept it from being done; null when it was. An environment or a card that failed is left out with a finding of its
 * own, and one that has nothing to do with what was asked for is no reason to take that back.
 */
function unmetBy({ plan, findings }: Reconciled, wish: Wish | null): Finding | null {
  const worst = findings.find(({ severity }) => severity === 'error');
  if (wish === null) return worst ?? null;
  const why = wish.unmet(plan);
  if (why === null) return null;
  return worst ?? findings.find(({ severity }) => severity === 'warning') ?? findingOfFault({ id: 'verification-failed', title: why });
}

/** What is said when a remedy was not done; where it was taken back, only the person can ask for it again. */
function failure(cause: Finding, { changed }: Written): Finding {
  if (!changed) return { ...cause, severity: 'error' };
  const guides = cause.remedies.filter(({ id }) => id !== tryAgain.id);
  return {
    ...cause,
    severity: 'error',
    title: `What you asked for could not be done, so it was taken back and everything is as before. ${cause.title}`,
    remedies: [...guides, { id: 'ask-again', title: 'Once that is mended, give the same remedy again.', kind: 'guide' }],
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { install, missingFor, type InstallOptions } from '../../environment/io/install.ts';
import { availableOnDisk, type Available } from '../../environment/io/available.ts';
import { modelStoreIn } from '../../environment/io/model-store.ts';
import { noteUse } from '../../environment/io/models-on-disk.ts';
import type { Installation, Report, StepResult } from '../../environment/model.ts';
import { hasAnsweringCard, type CardSigns } from '../../hardware/awaited-card.ts';
import { cardSigns } from '../../hardware/io/card-signs.ts';
import type { HardwareReport } from '../../hardware/model.ts';
import type { Catalogue } from '../../plan/catalogue.ts';
import type { Plan } from '../../plan/model.ts';
import { plan } from '../../plan/plan.ts';
import type { Reach } from '../../plan/reach.ts';
import { withinReach } from '../../plan/within-reach.ts';
import { describeFinding, type Finding } from '../../platform/finding.ts';
import { rememberedCards, type Folders } from '../../platform/folders.ts';
import { errorMessage } from '../../platform/text.ts';
import type { Settings } from '../../settings/schema.ts';
import { patienceFor, waitedAfter, waitSentence, type WaitedInVain } from '../card-wait.ts';
import { cardsInService, withoutCards } from '../excluded-cards.ts';
import { mayReturn } from '../preflight.ts';
import { preflightFinding } from '../preflight-finding.ts';
import { isInstallable, leastReach, reachOf } from '../reach.ts';
import type { SurroundingsByEnvironment } from '../stack.ts';
import { awaitCard } from './await-card.ts';
import { surroundingsOf } from './library-folders.ts';
import { lookAround } from './look-around.ts';
import { askCard, checkCard, type AskOptions, type CheckedCard, type CheckOptions } from './preflight.ts';
import { proofFor } from './verification.ts';
import { recallWaited, rememberWaited, waitedCards } from './waited-cards.ts';

/** A graphics card that is left out for now. */
export interface MissingCard {
  /** null: no card has answered at all, though one should be there. */
  readonly uuid: string | null;
  readonly finding: Finding;
}

export interface Prepared {
  readonly hardware: HardwareReport;
  /** What really runs: within reach of this version, with what could be had, without the cards that failed their check. */
  readonly plan: Plan;
  readonly installation: Installation;
  /** What every process of ours is started with beside the plan. */
  readonly surroundings: SurroundingsByEnvironment;
  /** Cards that are left out, environments that could not be made, and why. */
  readonly findings: readonly Finding[];
  /** Those of them that may come to themselves: cards to be tried again in the background. */
  readonly waitingFor: readonly MissingCard[];
  /** What the plan wants and is not on disk yet, a sentence each. */
  readonly incomplete: readonly string[];
  /** What would run here were the machine `hardware`: asked again when somebody else comes to a card. */
  readonly planFor: (hardware: HardwareReport) => Plan;
}

export interface PreparationOptions {
  readonly settings: Settings;
  readonly catalogue: Catalogue;
  readonly folders: Folders;
  readonly root: string;
  /** Hash every model file again instead of trusting what was verified before. */
  readonly rehash: boolean;
  /**
   * "at-once" starts from what is there and makes only what nothing works without; "everything" makes all that the plan
   * wants, which can take as long as gigabytes take.
   */
  readonly scope: 'at-once' | 'everything';
  /** What the plan and the check of the cards want said. */
  readonly note: (line: string) => void;
  readonly report: Report;
  readonly signal?: AbortSignal;
  /** Where tests take the place of the machine. */
  readonly seams?: Partial<PreparationSeams>;
}

export interface PreparationSeams {
  readonly probe: () => Promise<HardwareReport>;
  /** What speaks for a graphics card where none answers. */
  readonly signs: () => Promise<CardSigns>;
  readonly sleep: (ms: number) => Promise<void>;
  /** Cards that were waited for in vain, so that no later start waits for them. */
  readonly recallWaited: () => Promise<WaitedInVain>;
  readonly rememberWaited: (waited: WaitedInVain) => Promise<void>;
  readonly plan: typeof plan;
  readonly install: typeof install;
  readonly missingFor: typeof missingFor;
  readonly available: () => Promise<Available>;
  /** Remembers that models are put to use: over the disk budget, those unused for longest go first. */
  readonly noteUse: (models: readonly string[]) => Promise<void>;
  readonly check: (uuid: string, options: AskOptions, patience: Omit<CheckOptions, 'ask'>) => Promise<CheckedCard>;
  /** Whether this version can make an environment. */
  readonly isInstallable: (environment: string) => boolean;
}

function machine({ folders, catalogue, signal }: PreparationOptions): PreparationSeams {
  return {
    probe: () => lookAround(folders),
    signs: () => cardSigns({ rememberedPath: rememberedCards(folders) }, process.env),
    sleep: (ms) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
    recallWaited: () => recallWaited(waitedCards(folders)),
    rememberWaited: (waited) => rememberWaited(waitedCards(folders), waited),
    plan,
    install,
    missingFor,
    available: () => availableOnDisk(folders, catalogue),
    noteUse: (models) => noteUse(modelStoreIn(folders), models, Date.now()),
    check: (uuid, options, patience) => checkCard(uuid, { ...patience, ask: (asked) => askCard(asked, options) }),
    isInstallable,
  };
}

/**
 * The loop up to the point where something can be started: probe → plan → within reach → install → a kernel on each
 * card a service of ours is planned on → the plan again without what could not be had and the cards that failed.
 */
export async function prepareStack(options: PreparationOptions): Promise<Prepared> {
  const { root, rehash, scope, signal } = options;
  const seams = { ...machine(options), ...options.seams };
  const inVain = await seams.recallWaited();
  const awaited = await awaitCard({ ...seams, inVain, say: options.note });
  const { hardware } = awaited;
  const checked = new Map<string, CheckedCard>();
  const findings: Finding[] = awaited.finding === null ? [] : [awaited.finding];
  const waitingFor: MissingCard[] = findings.map((finding) => ({ uuid: null, finding }));
  /** Environments and models that were tried in vain, with the reason. */
  const absent = new Map<string, string>();
  const told = new Set<string>();
  const done = new Map<string, StepResult>();
  let settings = options.settings;

  function tell(lines: readonly string[]): void {
    for (const line of lines) {
      if (!told.has(line)) options.note(line);
      told.add(line);
    }
  }

  tell(findings.map(describeFinding));
  for (;;) {
    signal?.throwIfAborted();
    const round = roundOf(settings, { options, seams, hardware, absent, available: scope === 'everything' ? null : await seams.available() });
    const { target } = round;
    tell(target.remarks);
    const common = { ...round.install, rehash: rehash && checked.size === 0 && absent.size === 0 };
    const installation = await seams.install({ ...common, plan: target, atOnce: scope === 'at-once' });
    // A step that was done, or failed, in one round has nothing to do in the next.
    for (const step of installation.steps) if (step.outcome !== 'present' || !done.has(step.id)) done.set(step.id, step);
    for (const finding of installation.findings) if (!findings.some(({ title }) => title === finding.title)) findings.push(finding);
    tell(installation.findings.map(describeFinding));
    const lost = [...installation.missing].filter(([id]) => !absent.has(id));
    for (const [id, reason] of lost) absent.set(id, reason);
    // Each round does without at least one thing more, so this ends.
    if (lost.length > 0) continue;

    const surroundings = await surroundingsOf(installation.environments, hardware.os);
    const voice = surroundings['voice'];
    if (voice === undefined) throw new Error('the voice environment is not there');
    const unchecked = cardsInService(target).filter((uuid) => !checked.has(uuid));
    const results = await Promise.all(
      unchecked.map((uuid) => {
        const policy = patienceFor(uuid, inVain);
        function onWait(): void {
          tell([waitSentence(`The ${nameOf(hardware, uuid)}`, policy)]);
        }
        return seams.check(uuid, { root, python: installation.python, surroundings: voice }, { sleep: seams.sleep, policy, onWait });
      }),
    );
    for (const result of results) checked.set(result.uuid, result);
    const failed = results.flatMap(({ uuid, attempts, failure }) => (failure === null ? [] : [{ uuid, attempts, answer: failure }]));
    if (failed.length === 0) {
      // A folder that cannot be written to is no reason to be silent.
      await seams.noteUse(target.models).catch((error: unknown) => {
        tell([`When models were used last could not be written down: ${errorMessage(error)}`]);
      });
      await seams.rememberWaited(waitedAfter(inVain, { inVain: awaited.inVain, answered: hasAnsweringCard(hardware), checked: [...checked.values()] })).catch((error: unknown) => {
        tell([`Which graphics cards were waited for in vain could not be written down: ${errorMessage(error)}`]);
      });
      const incomplete = scope === 'everything' ? [] : await seams.missingFor({ ...common, plan: round.everything, atOnce: false, rehash: false });
      return { hardware, plan: target, installation: { ...installation, steps: [...done.values()] }, surroundings, findings, waitingFor, incomplete, planFor: round.planFor };
    }

    const excluded = failed.map((card) => ({
      uuid: card.uuid,
      finding: preflightFinding({ ...card, name: nameOf(hardware, card.uuid), driver: hardware.driver?.version ?? null }),
      mayReturn: mayReturn(card.answer),
    }));
    findings.push(...excluded.map(({ finding }) => finding));
    waitingFor.push(...excluded.filter((card) => card.mayReturn).map(({ uuid, finding }) => ({ uuid, finding })));
    tell(excluded.map(({ finding }) => describeFinding(finding)));
    // Each round leaves out at least one card more, so this ends.
    settings = withoutCards(settings, excluded, new Date());
  }
}

interface RoundFacts {
  readonly options: PreparationOptions;
  readonly seams: PreparationSeams;
  readonly hardware: HardwareReport;
  readonly absent: ReadonlyMap<string, string>;
  /** What is on disk, where nothing may be waited for; null where everything may be fetched. */
  readonly available: Available | null;
}

interface Round {
  /** What is installed and started. */
  readonly target: Plan;
  /** The same where anything may be fetched. */
  readonly everything: Plan;
  readonly planFor: (hardware: HardwareReport) => Plan;
  readonly install: Omit<InstallOptions, 'plan' | 'atOnce' | 'rehash'>;
}

/** One round of a preparation: what is wanted under these settings, as far as it can be had. */
function roundOf(settings: Settings, { options, seams, hardware, absent, available }: RoundFacts): Round {
  const { catalogue, folders, root, report, signal } = options;
  const { overrides } = settings;
  function planWith(reach: Reach, seen: HardwareReport): Plan {
    return withinReach(seams.plan(seen, catalogue, settings), catalogue, reach, seen);
  }
  const facts = { catalogue, overrides, absent, isInstallable: seams.isInstallable };
  const reach = reachOf({ ...facts, available });
  const least = planWith(leastReach(catalogue, overrides), hardware);
  const target = planWith(reach, hardware);
  return {
    target,
    everything: planWith(reachOf({ ...facts, available: null }), hardware),
    planFor: (seen) => planWith(reach, seen),
    install: {
      isRequired: (id) => id === 'voice' || least.models.includes(id),
      prove: (candidate, means) => proofFor(candidate, means, { plan: candidate.id === 'voice' ? least : target, settings, catalogue, root, hardware }),
      catalogue,
      settings,
      folders,
      root,
      report,
      ...(signal === undefined ? {} : { signal }),
    },
  };
}

export interface PlanInstallation extends Pick<PreparationOptions, 'settings' | 'catalogue' | 'folders' | 'root' | 'report' | 'signal'> {
  readonly plan: Plan;
}

/** Installs what one plan names and nothing beside it, every file hashed. All of it is required: who made the plan has decided. */
export async function installPlan(options: PlanInstallation): Promise<Installation> {
  const { plan: named } = options;
  const installable: Plan = { ...named, environments: named.environments.filter(({ id }) => isInstallable(id)) };
  const os = { platform: process.platform === 'win32' ? 'win32' : 'linux', wsl: false } as const;
  return install({
    ...options,
    plan: installable,
    isRequired: () => true,
    rehash: true,
    atOnce: false,
    prove: (candidate, means) => proofFor(candidate, means, { ...options, plan: installable, hardware: { os } }),
  });
}

function nameOf(hardware: HardwareReport, uuid: string): string {
  return hardware.gpus.find((gpu) => gpu.uuid === uuid)?.name ?? 'graphics card';
}

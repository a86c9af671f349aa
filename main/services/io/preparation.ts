import { setTimeout as sleep } from 'node:timers/promises';
import { install, missingFor, type InstallOptions } from '../../environment/io/install.ts';
import { availableOnDisk, type Available } from '../../environment/io/available.ts';
import type { Installation, Prove, Report } from '../../environment/model.ts';
import { probe } from '../../hardware/io/probe.ts';
import type { HardwareReport } from '../../hardware/model.ts';
import type { Catalogue } from '../../plan/catalogue.ts';
import type { Plan } from '../../plan/model.ts';
import { plan } from '../../plan/plan.ts';
import { withinReach } from '../../plan/within-reach.ts';
import { describeFinding, type Finding } from '../../platform/finding.ts';
import { rememberedCards, type Folders } from '../../platform/folders.ts';
import type { Settings } from '../../settings/schema.ts';
import { cardsInService, withoutCards } from '../excluded-cards.ts';
import { preflightFinding } from '../preflight-finding.ts';
import { isInstallable, leastReach, reachOf } from '../reach.ts';
import type { SurroundingsByEnvironment } from '../stack.ts';
import { surroundingsOf } from './library-folders.ts';
import { askCard, checkCard, type AskOptions, type CheckedCard } from './preflight.ts';
import { proofFor } from './verification.ts';

export interface Prepared {
  readonly hardware: HardwareReport;
  /** What really runs: within reach of this version, with what could be had, without the cards that failed their check. */
  readonly plan: Plan;
  readonly installation: Installation;
  /** What every process of ours is started with beside the plan. */
  readonly surroundings: SurroundingsByEnvironment;
  /** Cards that are left out, environments that could not be made, and why. */
  readonly findings: readonly Finding[];
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
  readonly plan: typeof plan;
  readonly install: typeof install;
  readonly missingFor: typeof missingFor;
  readonly available: () => Promise<Available>;
  readonly check: (uuid: string, options: AskOptions) => Promise<CheckedCard>;
  /** Whether this version can make an environment. */
  readonly isInstallable: (environment: string) => boolean;
}

function machine({ folders, catalogue }: PreparationOptions): PreparationSeams {
  return {
    probe: () => probe({ rememberedPath: rememberedCards(folders) }, process.env),
    plan,
    install,
    missingFor,
    available: () => availableOnDisk(folders, catalogue),
    check: (uuid, options) => checkCard(uuid, { ask: (asked) => askCard(asked, options), sleep }),
    isInstallable,
  };
}

/**
 * The loop up to the point where something can be started: probe → plan → within reach → install → a kernel on each
 * card a service of ours is planned on → the plan again without what could not be had and the cards that failed.
 */
export async function prepareStack(options: PreparationOptions): Promise<Prepared> {
  const { catalogue, folders, root, rehash, report, scope, signal } = options;
  const seams = { ...machine(options), ...options.seams };
  const hardware = await seams.probe();
  const checked = new Map<string, CheckedCard>();
  const findings: Finding[] = [];
  /** Environments and models that were tried in vain, with the reason. */
  const absent = new Map<string, string>();
  const told = new Set<string>();
  let settings = options.settings;

  function tell(lines: readonly string[]): void {
    for (const line of lines) {
      if (!told.has(line)) options.note(line);
      told.add(line);
    }
  }

  for (;;) {
    signal?.throwIfAborted();
    const current = settings;
    const wanted = seams.plan(hardware, catalogue, current);
    const available = await seams.available();
    /** Without what failed; at once also without what would have to be fetched first. */
    function planFor(seen: HardwareReport, reach: 'at-once' | 'everything' = scope): Plan {
      const can = reachOf({ catalogue, overrides: current.overrides, absent, isInstallable: seams.isInstallable, available: reach === 'at-once' ? available : null });
      return withinReach(seams.plan(seen, catalogue, current), catalogue, can, seen);
    }
    const least = withinReach(wanted, catalogue, leastReach(catalogue, current.overrides), hardware);
    const target = planFor(hardware);
    tell(target.remarks);

    const common: Omit<InstallOptions, 'plan' | 'prove' | 'atOnce'> = {
      isRequired: (id) => id === 'voice' || least.models.includes(id),
      catalogue,
      settings: current,
      folders,
      root,
      rehash: rehash && checked.size === 0 && absent.size === 0,
      report,
      ...(signal === undefined ? {} : { signal }),
    };
    const prove: Prove = (candidate, means) => proofFor(candidate, means, { plan: candidate.id === 'voice' ? least : target, settings: current, catalogue, root, hardware });
    const installation = await seams.install({ ...common, plan: target, prove, atOnce: scope === 'at-once' });
    findings.push(...installation.findings);
    tell(installation.findings.map(describeFinding));
    const lost = [...installation.missing].filter(([id]) => !absent.has(id));
    for (const [id, reason] of lost) absent.set(id, reason);
    // Each round does without at least one thing more, so this ends.
    if (lost.length > 0) continue;

    const surroundings = await surroundingsOf(installation.environments, hardware.os);
    const voice = surroundings['voice'];
    if (voice === undefined) throw new Error('the voice environment is not there');
    const unchecked = cardsInService(target).filter((uuid) => !checked.has(uuid));
    const results = await Promise.all(unchecked.map((uuid) => seams.check(uuid, { root, python: installation.python, surroundings: voice })));
    for (const result of results) checked.set(result.uuid, result);
    const failed = results.flatMap(({ uuid, attempts, failure }) => (failure === null ? [] : [{ uuid, attempts, answer: failure }]));
    if (failed.length === 0) {
      const all = planFor(hardware, 'everything');
      const incomplete = scope === 'everything' ? [] : await seams.missingFor({ ...common, plan: all, prove, atOnce: false, rehash: false });
      return { hardware, plan: target, installation, surroundings, findings, incomplete, planFor };
    }

    const excluded = failed.map((card) => ({ uuid: card.uuid, finding: preflightFinding({ ...card, name: nameOf(hardware, card.uuid), driver: hardware.driver?.version ?? null }) }));
    findings.push(...excluded.map(({ finding }) => finding));
    tell(excluded.map(({ finding }) => describeFinding(finding)));
    // Each round leaves out at least one card more, so this ends.
    settings = withoutCards(settings, excluded, new Date());
  }
}

export interface PlanInstallation extends Pick<PreparationOptions, 'settings' | 'catalogue' | 'folders' | 'root' | 'report' | 'signal'> {
  readonly plan: Plan;
}

/** Installs what one plan names and nothing beside it, every file hashed. All of it is required: who made the plan has decided. */
export async function installPlan(options: PlanInstallation): Promise<Installation> {
  const { plan: named } = options;
  const installable: Plan = { ...named, environments: named.environments.filter(({ id }) => isInstallable(id)) };
  const os = { platform: process.platform === 'win32' ? 'win32' : 'linux', wsl: false } as const;
  const prove: Prove = (candidate, means) => proofFor(candidate, means, { ...options, plan: installable, hardware: { os } });
  return install({ ...options, plan: installable, isRequired: () => true, rehash: true, atOnce: false, prove });
}

function nameOf(hardware: HardwareReport, uuid: string): string {
  return hardware.gpus.find((gpu) => gpu.uuid === uuid)?.name ?? 'graphics card';
}

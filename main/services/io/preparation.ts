import { setTimeout as sleep } from 'node:timers/promises';
import { install } from '../../environment/io/install.ts';
import type { Installation, Report } from '../../environment/model.ts';
import { probe } from '../../hardware/io/probe.ts';
import type { HardwareReport } from '../../hardware/model.ts';
import type { Catalogue } from '../../plan/catalogue.ts';
import type { Plan } from '../../plan/model.ts';
import { plan } from '../../plan/plan.ts';
import { withinReach } from '../../plan/within-reach.ts';
import { describeFinding, type Finding } from '../../platform/finding.ts';
import { rememberedCards, type Folders } from '../../platform/folders.ts';
import type { Settings } from '../../settings/schema.ts';
import type { Surroundings } from '../child-environment.ts';
import { cardsInService, withoutCards } from '../excluded-cards.ts';
import { preflightFinding } from '../preflight-finding.ts';
import { libraryFoldersOf } from './library-folders.ts';
import { askCard, checkCard, type AskOptions, type CheckedCard } from './preflight.ts';

export interface Prepared {
  readonly hardware: HardwareReport;
  /** What really runs: within reach of this version, without the cards that failed their check. */
  readonly plan: Plan;
  readonly installation: Installation;
  /** What every process of ours is started with beside the plan. */
  readonly surroundings: Surroundings;
  /** Cards that are left out, and why. */
  readonly findings: readonly Finding[];
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
  /** What the plan and the check of the cards want said. */
  readonly note: (line: string) => void;
  readonly report: Report;
  /** Where tests take the place of the machine. */
  readonly seams?: Partial<PreparationSeams>;
}

export interface PreparationSeams {
  readonly probe: () => Promise<HardwareReport>;
  readonly plan: typeof plan;
  readonly install: typeof install;
  readonly check: (uuid: string, options: AskOptions) => Promise<CheckedCard>;
  /** Environments this version can make. */
  readonly environments: readonly string[];
}

/** Engines that compute on a graphics card need environments of their own, which no installer of ours makes yet. */
export const installableEnvironments: readonly string[] = ['voice'];

function machine(folders: Folders): PreparationSeams {
  return {
    probe: () => probe({ rememberedPath: rememberedCards(folders) }, process.env),
    plan,
    install,
    check: (uuid, options) => checkCard(uuid, { ask: (asked) => askCard(asked, options), sleep }),
    environments: installableEnvironments,
  };
}

/**
 * The loop up to the point where something can be started: probe → plan → within reach → install → a kernel on each
 * card a service of ours is planned on → the plan again without the cards that failed.
 */
export async function prepareStack(options: PreparationOptions): Promise<Prepared> {
  const { catalogue, folders, root, rehash, report } = options;
  const seams = { ...machine(folders), ...options.seams };
  const hardware = await seams.probe();
  const checked = new Map<string, CheckedCard>();
  const findings: Finding[] = [];
  const told = new Set<string>();
  let settings = options.settings;

  function tell(lines: readonly string[]): void {
    for (const line of lines) {
      if (!told.has(line)) options.note(line);
      told.add(line);
    }
  }

  function plannerOf(current: Settings): Prepared['planFor'] {
    return (seen) => withinReach(seams.plan(seen, catalogue, current), catalogue, seams.environments, seen);
  }

  for (;;) {
    const planFor = plannerOf(settings);
    const wanted = planFor(hardware);
    tell(wanted.remarks);
    const installation = await seams.install({ plan: wanted, catalogue, settings, folders, root, rehash: rehash && checked.size === 0, report });
    const surroundings: Surroundings = {
      os: hardware.os,
      libraryFolders: await libraryFoldersOf(installation.python, hardware.os.platform),
      searchPath: process.env['PATH'] ?? '',
    };
    const unchecked = cardsInService(wanted).filter((uuid) => !checked.has(uuid));
    const results = await Promise.all(unchecked.map((uuid) => seams.check(uuid, { root, python: installation.python, surroundings })));
    for (const result of results) checked.set(result.uuid, result);
    const failed = results.flatMap(({ uuid, attempts, failure }) => (failure === null ? [] : [{ uuid, attempts, answer: failure }]));
    if (failed.length === 0) return { hardware, plan: wanted, installation, surroundings, findings, planFor };

    const excluded = failed.map((card) => ({ uuid: card.uuid, finding: preflightFinding({ ...card, name: nameOf(hardware, card.uuid), driver: hardware.driver?.version ?? null }) }));
    findings.push(...excluded.map(({ finding }) => finding));
    tell(excluded.map(({ finding }) => describeFinding(finding)));
    // Each round leaves out at least one card more, so this ends.
    settings = withoutCards(settings, excluded, new Date());
  }
}

function nameOf(hardware: HardwareReport, uuid: string): string {
  return hardware.gpus.find((gpu) => gpu.uuid === uuid)?.name ?? 'graphics card';
}

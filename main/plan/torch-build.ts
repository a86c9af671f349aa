import type { Gpu, HardwareReport } from '../hardware/model.ts';
import { compareVersions } from '../platform/versions.ts';
import { described, judge, judgeForProcessor, suitsEngines, type Judgement, type Situation, type Suitable } from './build-judgement.ts';
import type { Catalogue } from './catalogue.ts';
import { driverVersion, knownCards, listed } from './driver.ts';

export interface BuildChoice {
  readonly id: string;
  readonly torch: string;
  readonly reason: string;
  /** Every other build of the catalogue, newest first, each with a sentence. */
  readonly rejected: readonly { readonly id: string; readonly reason: string }[];
  /** Builds that would run here too and may be asked for by an override; without "cpu". */
  readonly alternatives: readonly string[];
}

export interface BuildLimits {
  /** A build the settings ask for: "cu124", or with its torch, "2.5.1+cu124"; "none": that no engine uses torch. */
  readonly overrideId?: string | null;
  /** Newest torch the engines take; without it, what the components of the catalogue say. */
  readonly maximumTorch?: string;
}

/**
 * The torch build for these cards, for one service or for all cards in use. None → "cpu". What runs is decided by the
 * programs it carries, the driver and the engines; of what runs, a stable build goes before an experimental one, one that
 * keeps these cards before one that is dropping them, one that shares libraries with the other engines, then the newest.
 */
export function chooseTorchBuild(gpus: readonly Gpu[], hardware: HardwareReport, catalogue: Catalogue, limits: BuildLimits = {}): BuildChoice {
  const situation = situationOf(gpus, hardware, catalogue, limits);
  const judgements = catalogue.torchBuilds.filter((build) => build.id !== 'cpu').map((build) => judge(build, situation));
  const suitable = judgements.filter((judgement) => 'release' in judgement).sort(bestFirst);
  const [best = null] = suitable;
  const asked = limits.overrideId ?? null;
  if (asked === noTorch) return choice(best, `No engine uses PyTorch, as asked. ${chosenReason(suitable, situation)}`, judgements, catalogue, situation);
  if (asked === null) return choice(best, chosenReason(suitable, situation), judgements, catalogue, situation);

  const answer = judgeOverride(asked, situation, catalogue);
  if ('refusal' in answer) return choice(best, `${answer.refusal} ${chosenReason(suitable, situation)}`, judgements, catalogue, situation);
  return choice(answer.granted, grantedReason(answer.granted, situation), judgements, catalogue, situation);
}

/** Read alone, or after the sentence that names the wish. */
function grantedReason({ build, release }: Suitable, { gpus }: Situation): string {
  if (build.id === 'cpu') return 'torch on the processor runs on every computer, and is taken as asked.';
  if (gpus.length > 0) return `${build.id} with torch ${release.torch} runs here, and is taken as asked.`;
  return `${build.id} with torch ${release.torch} is taken as asked. No graphics card is used, so it computes on the processor, and its download is larger than that of the build "cpu", which would do as well.`;
}

/** What settings ask for so that no engine uses torch, whatever it could do with it. */
export const noTorch = 'none';

/** "2.5.1+cu124" as its two parts; without a torch of its own, "cu124" has null. */
function askedParts(asked: string): { readonly torch: string | null; readonly id: string } {
  const [, torch = null, id = asked] = /^(?:(\d[\d.]*)\+)?(\w+)$/.exec(asked) ?? [];
  return { torch, id };
}

/** Whether settings ask for a build that another took the place of. */
export function isRefused(overrideId: string | null, build: { readonly id: string; readonly torch: string }): boolean {
  return overrideId !== null && overrideId !== noTorch && !isAsked(overrideId, build);
}

/** Whether the build of a plan is the one that settings ask for, and not one that took its place. */
export function isAsked(overrideId: string | null, build: { readonly id: string; readonly torch: string }): boolean {
  const { torch, id } = askedParts(overrideId ?? noTorch);
  return id === build.id && (torch === null || torch === build.torch);
}

/** The torch of an environment that engines on these cards share; none: an environment that computes on the processor. */
export function torchFor(buildId: string, gpus: readonly Gpu[], hardware: HardwareReport, catalogue: Catalogue): string {
  const situation = situationOf(gpus, hardware, catalogue, {});
  const build = catalogue.torchBuilds.find((entry) => entry.id === buildId);
  if (build === undefined) return '';
  const judgements = [...(gpus.length === 0 ? [] : [judge(build, situation)]), judgeForProcessor(build, situation)];
  const release = judgements.find((judgement) => 'release' in judgement)?.release ?? build.releases[0];
  return release?.torch ?? '';
}

function situationOf(gpus: readonly Gpu[], hardware: HardwareReport, catalogue: Catalogue, limits: BuildLimits): Situation {
  const engines = catalogue.components.filter((component) => component.usesTorch);
  const oldest = engines.flatMap((engine) => engine.minimumTorch ?? []).sort(compareVersions).at(-1) ?? null;
  const newest = engines.flatMap((engine) => engine.maximumTorch ?? []).sort(compareVersions)[0] ?? null;
  const sharedMajor = catalogue.components.find((component) => component.cudaMajor !== null)?.cudaMajor ?? null;
  return { gpus, hardware, minimumTorch: oldest, maximumTorch: limits.maximumTorch ?? newest, sharedMajor };
}

function bestFirst(a: Suitable, b: Suitable): number {
  return (
    Number(b.stable) - Number(a.stable) ||
    Number(b.lasting) - Number(a.lasting) ||
    Number(b.shared) - Number(a.shared) ||
    compareVersions(b.build.cuda ?? '', a.build.cuda ?? '')
  );
}

/** "cu124" or "2.5.1+cu124", the way PyTorch itself writes a version. */
function judgeOverride(asked: string, situation: Situation, catalogue: Catalogue): { readonly granted: Suitable } | { readonly refusal: string } {
  const { torch, id } = askedParts(asked);
  const build = catalogue.torchBuilds.find((entry) => entry.id === id);
  if (build === undefined) return { refusal: `There is no build ${asked}, though it is asked for.` };
  if (torch !== null && !build.releases.some((release) => release.torch === torch)) return { refusal: `${id} has no torch ${torch}, though it is asked for.` };
  const judgement = id === 'cpu' || situation.gpus.length === 0 ? judgeForProcessor(build, situation, torch) : judge(build, situation, torch);
  return 'problem' in judgement ? { refusal: `${judgement.problem} So it is not taken, though it is asked for.` } : { granted: judgement };
}

function chosenReason(suitable: readonly Suitable[], situation: Situation): string {
  const [best = null, ...others] = suitable;
  const { gpus, hardware } = situation;
  const driver = driverVersion(hardware);
  const cards = gpus.length > 0 ? gpus : knownCards(hardware);
  const names = listed(cards.map(described));
  if (best !== null) {
    const fits = `${best.build.id} with torch ${best.release.torch} has programs for the ${names} that work with driver ${driver ?? 'unknown'} and the engines`;
    return `${fits}; ${whyBefore(best, others, situation)}.${whyRelease(best)}`;
  }
  if (cards.length === 0) return 'No graphics card is used, so torch runs on the processor.';
  if (hardware.driver === null) return `There is no NVIDIA driver for the ${names}, so torch runs on the processor.`;
  if (driver === null) return 'The NVIDIA driver does not say which version it is, so torch runs on the processor.';
  if (gpus.length === 0) return 'No graphics card is used, so torch runs on the processor.';
  return gpus.length === 1
    ? `No build has programs for the ${names} that work with driver ${driver}, so torch runs on the processor.`
    : `No one build has programs for all of ${names} that work with driver ${driver}; each card needs one of its own.`;
}

/** What decided between builds: each newer one that would run lacks at least one of the qualities named, which the chosen one has. */
function whyBefore(best: Suitable, others: readonly Suitable[], { sharedMajor }: Situation): string {
  if (others.length === 0) return 'no other build does';
  const newer = others.filter((other) => compareVersions(other.build.cuda ?? '', best.build.cuda ?? '') > 0);
  const unstable = newer.filter((other) => other.stable !== best.stable);
  const leaving = newer.filter((other) => other.stable === best.stable && other.lasting !== best.lasting);
  const qualities = [
    ...(unstable.length > 0 ? ['is stable'] : []),
    ...(leaving.length > 0 ? ['goes on having them in its later releases'] : []),
    ...(newer.length > unstable.length + leaving.length ? [`shares the libraries of CUDA ${sharedMajor ?? ''} with the other engines`] : []),
  ];
  return qualities.length === 0 ? 'of the builds that do, it is the newest' : `of the builds that do, it is the newest that ${listed(qualities)}`;
}

function whyRelease({ release, releaseBecause }: Suitable): string {
  const texts = { stable: 'is stable', 'usual index': 'comes from the usual package index' } as const;
  return releaseBecause.length === 0 ? '' : ` torch ${release.torch} is its newest that ${listed(releaseBecause.map((virtue) => texts[virtue]))}.`;
}

function choice(chosen: Suitable | null, reason: string, judgements: readonly Judgement[], catalogue: Catalogue, situation: Situation): BuildChoice {
  const id = chosen?.build.id ?? 'cpu';
  const rejected = judgements.filter(({ build }) => build.id !== id).map((judgement) => ({ id: judgement.build.id, reason: rejection(judgement, id, situation) }));
  const cpuReason = situation.gpus.length === 0 ? 'cpu would do as well here, and is the smaller download.' : 'cpu would run, but leaves the graphics card idle.';
  const cpu = id === 'cpu' ? [] : [{ id: 'cpu', reason: cpuReason }];
  return {
    id,
    torch: chosen?.release.torch ?? cpuTorch(catalogue, situation),
    reason,
    rejected: [...rejected, ...cpu],
    alternatives: judgements.filter((judgement) => 'release' in judgement && judgement.build.id !== id).map(({ build }) => build.id),
  };
}

function rejection(judgement: Judgement, chosenId: string, { gpus, sharedMajor }: Situation): string {
  if ('problem' in judgement) return judgement.problem;
  const { id } = judgement.build;
  if (!judgement.stable) return `${id} would run, but its makers still call it experimental.`;
  if (!judgement.lasting) return `${id} would run, but its later releases have dropped the ${listed(gpus.map(described))}.`;
  if (!judgement.shared) return `${id} would run, but the other engines need libraries of CUDA ${sharedMajor ?? ''} beside it.`;
  return `${id} would run as well; ${chosenId} is preferred.`;
}

function cpuTorch(catalogue: Catalogue, situation: Situation): string {
  const releases = catalogue.torchBuilds.find((build) => build.id === 'cpu')?.releases ?? [];
  const wanted = releases.filter((release) => suitsEngines(release, situation));
  return [...(wanted.length > 0 ? wanted : releases)].sort((a, b) => compareVersions(b.torch, a.torch))[0]?.torch ?? '';
}

import type { Gpu, HardwareReport } from '../hardware/model.ts';
import { compareVersions } from '../platform/versions.ts';
import type { TorchBuild, TorchRelease } from './catalogue.ts';
import { cardName, driverFloorFor, driverHere, driverVersion, knownCards, listed } from './driver.ts';
import { generationOf, kernelFit } from './kernels.ts';

/** What all judgements of one choice are made from. */
export interface Situation {
  readonly gpus: readonly Gpu[];
  readonly hardware: HardwareReport;
  readonly minimumTorch: string | null;
  readonly maximumTorch: string | null;
  /** CUDA major version whose libraries the other engines load, so that both share one set. */
  readonly sharedMajor: number | null;
}

/** A build that runs here, and how good it is. */
export interface Suitable {
  readonly build: TorchBuild;
  readonly release: TorchRelease;
  readonly stable: boolean;
  /** Its newest release still carries these cards: a build about to drop them is taken only when nothing else is left. */
  readonly lasting: boolean;
  /** Its CUDA libraries are of the version the other engines load, or that does not matter for these cards. */
  readonly shared: boolean;
  /** What releases of it that are newer, and would run too, lack; empty when it is the newest that runs. */
  readonly releaseBecause: readonly ReleaseVirtue[];
}

export type ReleaseVirtue = 'stable' | 'usual index';

export type Judgement = Suitable | { readonly build: TorchBuild; readonly problem: string };

/** Programs before driver: the owner of an old card must not read that a newer driver would help. */
export function judge(build: TorchBuild, situation: Situation, only: string | null = null): Judgement {
  if (situation.gpus.length === 0) return { build, problem: whyIdle(build, situation) };
  const { gpus, hardware } = situation;
  const releases = build.releases.filter((release) => only === null || release.torch === only);
  const wanted = releases.filter((release) => suitsEngines(release, situation));
  const carrying = wanted.filter((release) => gpus.every((gpu) => carries(build, release, gpu, hardware)));
  if (carrying.length === 0) return { build, problem: whyNoRelease(build, releases, wanted, situation) };
  const tooOld = gpus.map((gpu) => driverProblem(build, gpu, hardware)).find((problem) => problem !== null);
  if (tooOld !== undefined) return { build, problem: tooOld };
  const [release] = [...carrying].sort((a, b) => releaseOrder(a, b, hardware));
  if (release === undefined) return { build, problem: `${build.id} has no release.` };
  const newest = [...build.releases].sort((a, b) => compareVersions(b.torch, a.torch))[0] ?? release;
  return {
    build,
    release,
    stable: release.stage === 'stable',
    lasting: gpus.every((gpu) => carries(build, newest, gpu, hardware)),
    shared: situation.sharedMajor === null || cudaMajor(build) === situation.sharedMajor || isLaterThan(carrying, situation),
    releaseBecause: releaseBecause(release, carrying, hardware),
  };
}

/**
 * The release that a computer without a card in use would get: programs for cards are of no use there, and of no harm
 * (measured: torch 2.4.1+cu121 computes on a processor).
 */
export function judgeForProcessor(build: TorchBuild, situation: Situation, only: string | null = null): Judgement {
  const { hardware, maximumTorch } = situation;
  const releases = build.releases.filter((release) => only === null || release.torch === only);
  const made = releases.filter((release) => build.cuda === null || kernelsFor(release, hardware.os) !== null);
  if (made.length === 0) return { build, problem: `${build.id} is not made for this kind of processor (${hardware.os.arch}).` };
  const [release] = made.filter((one) => suitsEngines(one, situation)).sort((a, b) => releaseOrder(a, b, hardware));
  if (release === undefined) return { build, problem: `${build.id} comes only with a torch that the engines cannot use${maximumTorch === null ? '' : `: they take ${maximumTorch} at most`}.` };
  return { build, release, stable: release.stage === 'stable', lasting: true, shared: true, releaseBecause: [] };
}

/** Where no card is used, what keeps the build from the cards that are there says more than that. */
function whyIdle(build: TorchBuild, situation: Situation): string {
  const cards = knownCards(situation.hardware);
  const judgement = cards.length === 0 ? null : judge(build, { ...situation, gpus: cards });
  return judgement !== null && 'problem' in judgement ? judgement.problem : `${build.id} is for graphics cards, and none is used.`;
}

export function suitsEngines(release: TorchRelease, { minimumTorch, maximumTorch }: Situation): boolean {
  if (minimumTorch !== null && compareVersions(release.torch, minimumTorch) < 0) return false;
  return maximumTorch === null || compareVersions(release.torch, maximumTorch) <= 0;
}

function carries(build: TorchBuild, release: TorchRelease, gpu: Gpu, hardware: HardwareReport): boolean {
  const capability = gpu.computeCapability;
  const kernels = kernelsFor(release, hardware.os);
  if (capability === null || kernels === null) return false;
  if (build.maximumCapability !== null && compareVersions(capability, build.maximumCapability) > 0) return false;
  return kernelFit(kernels, capability) !== 'none';
}

/** The programs of the wheel this machine would get. WSL2 runs Linux wheels. */
export function kernelsFor(release: TorchRelease, os: HardwareReport['os']): readonly string[] | null {
  if (isArm(os.arch)) return os.platform === 'linux' ? release.kernels.linuxArm : null;
  return os.platform === 'win32' ? release.kernels.windows : release.kernels.linux;
}

export function isArm(arch: string): boolean {
  return /^(arm64|aarch64)$/i.test(arch);
}

function driverProblem(build: TorchBuild, gpu: Gpu, hardware: HardwareReport): string | null {
  const floor = driverFloorFor(build, gpu.computeCapability ?? '', hardware);
  const driver = driverVersion(hardware);
  if (floor === null || (driver !== null && compareVersions(driver, floor) >= 0)) return null;
  return driver === null
    ? `${build.id} needs the NVIDIA driver ${floor} or newer, and no working driver was found.`
    : `${build.id} needs the NVIDIA driver ${floor} or newer; ${driverHere(driver, hardware)}.`;
}

function whyNoRelease(build: TorchBuild, releases: readonly TorchRelease[], wanted: readonly TorchRelease[], situation: Situation): string {
  const { gpus, hardware, maximumTorch } = situation;
  const unknown = gpus.find((gpu) => gpu.computeCapability === null);
  if (unknown !== undefined) return `${build.id} cannot be judged: the generation of the ${cardName(unknown)} is not known.`;
  if (releases.every((release) => kernelsFor(release, hardware.os) === null)) return `${build.id} is not made for this kind of processor (${hardware.os.arch}).`;
  const left = gpus.filter((gpu) => !(wanted.length > 0 ? wanted : releases).some((release) => carries(build, release, gpu, hardware)));
  if (left.length > 0) return `${build.id} has no programs for the ${listed(left.map(described))}.`;
  if (wanted.length > 0) return `${build.id} has no one release with programs for all of ${listed(gpus.map(cardName))}.`;
  return `${build.id} comes only with a torch that the engines cannot use${maximumTorch === null ? '' : `: they take ${maximumTorch} at most`}.`;
}

/** "GeForce GTX 1080 Ti (Pascal)". */
export function described(gpu: Gpu): string {
  return `${cardName(gpu)} (${generationOf(gpu.computeCapability ?? '')})`;
}

/**
 * A card later than every program runs by portable code only, which the driver translates. Then the newest CUDA libraries go
 * before shared ones: nobody has tried either, and the preflight finds out, but the newest are the likeliest to know the card.
 */
function isLaterThan(carrying: readonly TorchRelease[], { gpus, hardware }: Situation): boolean {
  return gpus.some(({ computeCapability }) => carrying.every((release) => kernelFit(kernelsFor(release, hardware.os) ?? [], computeCapability ?? '') !== 'native'));
}

function releaseBecause(chosen: TorchRelease, carrying: readonly TorchRelease[], { os }: HardwareReport): readonly ReleaseVirtue[] {
  const newer = carrying.filter((release) => compareVersions(release.torch, chosen.torch) > 0);
  const virtues = newer.map((release): ReleaseVirtue => (release.stage === chosen.stage && isUsual(release, os) !== isUsual(chosen, os) ? 'usual index' : 'stable'));
  return [...new Set(virtues)];
}

/** Stable, then from the index every package comes from (one source less that can fail), then the newest. */
function releaseOrder(a: TorchRelease, b: TorchRelease, { os }: HardwareReport): number {
  return (
    Number(b.stage === 'stable') - Number(a.stage === 'stable') ||
    Number(isUsual(b, os)) - Number(isUsual(a, os)) ||
    compareVersions(b.torch, a.torch)
  );
}

/** For ARM the usual index has long had wheels without CUDA only, so there PyTorch's own counts (inferred). */
function isUsual({ index }: TorchRelease, os: HardwareReport['os']): boolean {
  return !isArm(os.arch) && index[os.platform === 'win32' ? 'windows' : 'linux'] === 'default';
}

function cudaMajor(build: TorchBuild): number {
  return Number((build.cuda ?? '').split('.')[0]);
}

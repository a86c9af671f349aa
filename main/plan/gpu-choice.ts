import type { Gpu, HardwareReport } from '../hardware/model.ts';
import { compareVersions } from '../platform/versions.ts';
import type { Settings } from '../settings/schema.ts';
import type { Catalogue } from './catalogue.ts';
import { driverWanted } from './components.ts';
import { cardName, driverVersion, knownCards, listed } from './driver.ts';
import { isForgotten, lastSeriesFor, problemOf } from './gpu-problem.ts';
import { generationOf, isLegacy } from './kernels.ts';

export interface GpuVerdict {
  readonly gpu: Gpu;
  /** Whether services may be placed on it. */
  readonly allowed: boolean;
  readonly reason: string;
}

/** One verdict a card, in the order of the report: what it can do, then what its owner says, then what stands beside it. */
export function judgeGpus(hardware: HardwareReport, catalogue: Catalogue, overrides: Settings['overrides']): readonly GpuVerdict[] {
  const problems = new Map(hardware.gpus.map((gpu) => [gpu, problemOf(gpu, hardware, catalogue)]));
  const current = hardware.gpus.filter(
    (gpu) => problems.get(gpu) === null && overrides.gpus[gpu.uuid]?.use !== false && gpu.computeCapability !== null && !isLegacy(gpu.computeCapability),
  );
  return hardware.gpus.map((gpu) => verdict(gpu, problems.get(gpu) ?? null, current, overrides.gpus[gpu.uuid], hardware));
}

function verdict(gpu: Gpu, problem: string | null, current: readonly Gpu[], override: Settings['overrides']['gpus'][string] | undefined, hardware: HardwareReport): GpuVerdict {
  if (override?.use === false) return leftOut(gpu, `because you said so${on(override.since)}${because(override.reason)}.`);
  if (problem !== null) return leftOut(gpu, override?.use === true ? `although you asked for it, because ${problem}` : `because ${problem}`);
  const capability = gpu.computeCapability ?? '';
  const older = isLegacy(capability) && current.length > 0;
  if (older && override?.use !== true) {
    const beside = listed(current.map(shortName));
    const keeps = current.length === 1 ? 'keeps' : 'keep';
    return leftOut(gpu, `so that the ${beside} beside it ${keeps} the newest programs: it is of an older generation (${generationOf(capability)}). Your settings can allow it: overrides.gpus, "use": true.`);
  }
  const name = cardName(gpu);
  const driver = driverVersion(hardware) ?? 'unknown';
  if (older) return { gpu, allowed: true, reason: `${name}: may be used, because you asked for it${on(override?.since ?? null)}; its programs come from an older build of their own.` };
  return { gpu, allowed: true, reason: `${name}: may be used; there are programs for its generation (${generationOf(capability)}) that work with driver ${driver}.` };
}

function leftOut(gpu: Gpu, why: string): GpuVerdict {
  return { gpu, allowed: false, reason: `${cardName(gpu)}: left out, ${why}` };
}

function on(since: string | null): string {
  return since === null ? '' : ` on ${since.slice(0, 10)}`;
}

function because(reason: string | null): string {
  return reason === null ? '' : ` (${reason})`;
}

/** "RTX 3060" of "NVIDIA GeForce RTX 3060". */
function shortName(gpu: Gpu): string {
  return cardName(gpu).replace(/^GeForce\s+/, '');
}

/**
 * What another driver would bring, in sentences. One driver serves every card of a machine, so nothing is said that would
 * take an older card away: whoever owns one is never sent beyond the last series that knows it.
 */
export function driverAdvice(hardware: HardwareReport, catalogue: Catalogue): readonly string[] {
  const cards = knownCards(hardware);
  const ends = cards.map((gpu) => lastSeriesFor(gpu.computeCapability ?? '')).filter((series) => series !== null);
  const [last = null] = ends.sort(compareVersions);
  const old = cards.filter((gpu) => lastSeriesFor(gpu.computeCapability ?? '') === last);
  const advice = cards.flatMap((gpu) => adviceFor(gpu, last, hardware, catalogue));
  const caution = `Whatever driver you choose, take none beyond the ${last ?? ''} series: it is the last that knows the ${listed(old.map(cardName))}.`;
  // Said whether or not there is advice: every build that was not taken names the driver it would need.
  const said = last === null ? [...new Set(advice)] : [...new Set(advice), caution];
  return hardware.os.wsl && hardware.driver !== null && cards.length > 0 ? [...said, wslDriver] : said;
}

/** A Linux driver inside WSL2 takes the place of the one that Windows lends it, and no card works any more (docs.nvidia.com/cuda/wsl-user-guide). */
const wslDriver = 'The driver meant here is the one of Windows: a newer one is installed there, never inside Linux, where it would cut off the graphics card.';

function adviceFor(gpu: Gpu, last: string | null, hardware: HardwareReport, catalogue: Catalogue): readonly string[] {
  const series = lastSeriesFor(gpu.computeCapability ?? '');
  if (series !== null && isForgotten(gpu, hardware)) {
    return series === last ? [`The installed driver no longer knows the ${cardName(gpu)}; one of the ${series} series would.`] : [];
  }
  return [...componentsByDriver(gpu, hardware, catalogue)]
    .filter(([wanted]) => last === null || compareVersions(wanted, last) <= 0)
    .sort(([a], [b]) => compareVersions(a, b))
    .map(([wanted, titles]) => `A driver of ${wanted} or newer would let ${listed(titles)} use the ${cardName(gpu)}.`);
}

function componentsByDriver(gpu: Gpu, hardware: HardwareReport, catalogue: Catalogue): ReadonlyMap<string, readonly string[]> {
  const titles = new Map<string, readonly string[]>();
  for (const component of catalogue.components) {
    const wanted = driverWanted(component, gpu, hardware);
    if (wanted !== null) titles.set(wanted, [...(titles.get(wanted) ?? []), component.title]);
  }
  return titles;
}

import type { Gpu, HardwareReport } from '../hardware/model.ts';
import { compareVersions } from '../platform/versions.ts';
import type { Settings } from '../settings/schema.ts';
import type { Catalogue } from './catalogue.ts';
import { componentFits, driverWanted } from './components.ts';
import { cardName, driverVersion, knownCards, listed } from './driver.ts';
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
    return leftOut(gpu, `because it is of an older generation (${generationOf(capability)}) whose programs cannot share a build with the ${beside} beside it.`);
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

/** Why no service can run on the card whatever anybody wants; null when one can. */
function problemOf(gpu: Gpu, hardware: HardwareReport, catalogue: Catalogue): string | null {
  if (gpu.virtual) return 'it is a virtual display without a processor of its own.';
  if (!/nvidia/i.test(gpu.vendor)) return `it is made by ${gpu.vendor === '' ? 'somebody else' : gpu.vendor}, and the engines have programs for NVIDIA cards only.`;
  if (gpu.mig) return 'it is divided into instances (MIG), which cannot be seen from here; without MIG it could be used.';
  if (hardware.driver === null) return 'its driver is not installed, or does not answer.';
  if (driverVersion(hardware) === null) return 'its driver does not say which version it is.';
  if (gpu.computeCapability === null) return 'its generation is not known, so nobody can say which programs it runs.';
  if (gpu.memoryMiB === null) return silentReason(gpu, gpu.computeCapability, hardware);
  if (gpu.accessible === false) return `this user may not open it${gpu.deviceNode === null ? '' : ` (${gpu.deviceNode})`}.`;
  if (catalogue.components.some((component) => componentFits(component.id, null, gpu, hardware, catalogue).ok)) return null;
  const wanted = catalogue.components.some((component) => driverWanted(component, gpu, hardware) !== null);
  return wanted
    ? `driver ${hardware.driver.version} is too old for every engine that has programs for it.`
    : `no engine has programs for its generation (${generationOf(gpu.computeCapability)}).`;
}

function silentReason(gpu: Gpu, capability: string, hardware: HardwareReport): string {
  if (gpu.powerState === 'suspended') return 'it is asleep, and how much memory it has is not known without waking it.';
  const series = lastSeriesFor(capability);
  if (series !== null && isForgotten(gpu, hardware)) return `the installed driver no longer knows it; the ${series} series is the last that does.`;
  return 'it does not say how much memory it has, as a card does that is in trouble.';
}

/** The last driver series that knows a card of this capability, from NVIDIA's Unix driver deprecation schedule; null: no end yet. */
function lastSeriesFor(capability: string): string | null {
  if (compareVersions(capability, '5.0') < 0) return '470';
  return isLegacy(capability) ? '580' : null;
}

/** A driver that has dropped a card loads and does not see it: the card is on the bus but has no memory to report. */
function isForgotten(gpu: Gpu, hardware: HardwareReport): boolean {
  const series = lastSeriesFor(gpu.computeCapability ?? '');
  const [major = ''] = (driverVersion(hardware) ?? '').split('.');
  return gpu.memoryMiB === null && series !== null && major !== '' && Number.parseInt(major, 10) > Number(series) + 9;
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
  return last === null ? [...new Set(advice)] : [...new Set(advice), caution];
}

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

import type { Gpu, HardwareReport } from '../hardware/model.ts';
import { compareVersions } from '../platform/versions.ts';
import { isArm } from './build-judgement.ts';
import type { Catalogue } from './catalogue.ts';
import { componentFits, driverWanted } from './components.ts';
import { driverVersion } from './driver.ts';
import { generationOf, isJetson, isLegacy } from './kernels.ts';

/** Why no service can run on the card whatever anybody wants; null when one can. */
export function problemOf(gpu: Gpu, hardware: HardwareReport, catalogue: Catalogue): string | null {
  if (gpu.virtual) return 'it is a virtual display without a processor of its own.';
  if (!/nvidia/i.test(gpu.vendor)) return `it is made by ${gpu.vendor === '' ? 'somebody else' : gpu.vendor}, and the engines have programs for NVIDIA cards only.`;
  if (gpu.mig) return 'it is divided into instances (MIG), and this version does not use instances yet; undivided, it could be used.';
  if (hardware.driver === null) return 'its driver is not installed, or does not answer.';
  if (driverVersion(hardware) === null) return 'its driver does not say which version it is.';
  if (gpu.computeCapability === null) return 'its generation is not known, so nobody can say which programs it runs.';
  if (sharesMemory(gpu, hardware)) return "it shares the computer's memory, which this version cannot plan with yet.";
  if (gpu.memoryMiB === null) return silentReason(gpu, gpu.computeCapability, hardware);
  if (gpu.accessible === false) return `this user may not open it${gpu.deviceNode === null ? '' : ` (${gpu.deviceNode})`}.`;
  const nameless = namelessReason(gpu);
  if (nameless !== null) return nameless;
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
  if (!isAnswered(hardware)) return 'nvidia-smi, which tells how much memory it has, is not installed or gives no answer.';
  return 'it does not say how much memory it has, as a card does that is in trouble.';
}

/**
 * Whether nvidia-smi has told of any card. Without it the kernel's word is all there is: no memory, and a bus address of
 * "0000:01:00.0", where nvidia-smi writes eight digits first.
 */
function isAnswered({ gpus }: HardwareReport): boolean {
  return gpus.some((gpu) => /nvidia/i.test(gpu.vendor) && (gpu.memoryMiB !== null || !/^[0-9a-f]{4}:/i.test(gpu.busId)));
}

/**
 * Boards whose chip has no memory of its own: Jetson, and the GB10 of a DGX Spark (12.1). What nvidia-smi calls their memory is
 * "[N/A]" or all of the computer's. A Grace Hopper (GH200) has its own and says how much.
 */
function sharesMemory(gpu: Gpu, hardware: HardwareReport): boolean {
  const capability = gpu.computeCapability ?? '';
  if (capability === '12.1' || isJetson(capability) || /\b(GB10|Jetson|Tegra|Xavier|Orin|Thor|nvgpu)\b/i.test(gpu.name)) return true;
  const isSilent = gpu.memoryMiB === null && gpu.freeMiB === null && gpu.powerState !== 'suspended';
  return isSilent && isArm(hardware.os.arch) && isAnswered(hardware) && !isForgotten(gpu, hardware);
}

/** CUDA is told which card to use by its UUID, several of them parted by commas; the probe makes up "pci-…" where there is none. */
function namelessReason({ uuid }: Gpu): string | null {
  if (uuid.startsWith('pci-')) return 'its driver does not say its UUID, the name by which the engines would be told to use it.';
  return /[\s,"'`]/.test(uuid) ? 'its UUID has a comma, a quotation mark or a space in it, so the engines could not be told to use it.' : null;
}

/** The last driver series that knows a card of this capability, from NVIDIA's Unix driver deprecation schedule; null: no end yet. */
export function lastSeriesFor(capability: string): string | null {
  if (compareVersions(capability, '5.0') < 0) return '470';
  return isLegacy(capability) ? '580' : null;
}

/** A driver that has dropped a card loads and does not see it: the card is on the bus but has no memory to report. */
export function isForgotten(gpu: Gpu, hardware: HardwareReport): boolean {
  const series = lastSeriesFor(gpu.computeCapability ?? '');
  const [major = ''] = (driverVersion(hardware) ?? '').split('.');
  return gpu.memoryMiB === null && series !== null && major !== '' && Number.parseInt(major, 10) > Number(series) + 9;
}

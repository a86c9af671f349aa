import type { Gpu, HardwareReport } from '../../../../main/hardware/model.ts';
import type { Placement } from '../../../../main/plan/model.ts';

/**
 * What can run where, written down from public sources and from nothing in `main`: kernels from PyTorch's RELEASE.md and
 * .ci/pytorch build scripts, driver floors from uv's torch backend and NVIDIA's CUDA compatibility guide.
 */
type Platform = 'linux' | 'win32';
interface Build {
  readonly kernels: Readonly<Record<Platform, readonly string[]>>;
  /** Virtual code (PTX), which a driver as new as the toolkit compiles for any card that came later. */
  readonly virtualFrom?: Readonly<Partial<Record<Platform, { readonly capability: string; readonly driver: string }>>>;
  readonly floor: Readonly<Record<Platform, string>>;
}

const cuda11 = { linux: '450.80.02', win32: '452.39' };
const cuda12 = { linux: '525.60.13', win32: '528.33' };
const cuda13 = { linux: '580', win32: '580' };
/** Blackwell came with CUDA 12.8, whose own drivers are these. */
const blackwellFloor = { linux: '570', win32: '570' };

const maxwellToHopper = ['5.0', '6.0', '6.1', '7.0', '7.5', '8.0', '8.6', '9.0'];
const toHopper = { linux: maxwellToHopper.filter((one) => one !== '6.1'), win32: maxwellToHopper };
const fromTuring = ['7.5', '8.0', '8.6', '9.0', '10.0', '12.0'];

export const builds: Readonly<Record<string, Build>> = {
  cu118: { kernels: { linux: ['3.7', ...toHopper.linux], win32: ['3.7', ...toHopper.win32] }, floor: cuda11 },
  cu121: { kernels: toHopper, floor: cuda12 },
  cu124: { kernels: toHopper, floor: cuda12 },
  cu126: { kernels: toHopper, floor: cuda12 },
  // Volta only in torch 2.8–2.10, and only on Linux.
  cu128: { kernels: { linux: ['7.0', ...fromTuring], win32: fromTuring }, virtualFrom: { linux: { capability: '12.0', driver: '570' } }, floor: cuda12 },
  cu129: { kernels: { linux: ['7.0', ...fromTuring], win32: fromTuring }, virtualFrom: { linux: { capability: '12.0', driver: '570' } }, floor: cuda12 },
  cu130: { kernels: { linux: fromTuring, win32: fromTuring }, virtualFrom: { linux: { capability: '12.0', driver: '580' } }, floor: cuda13 },
  cu132: { kernels: { linux: fromTuring, win32: fromTuring }, virtualFrom: { linux: { capability: '12.0', driver: '590' } }, floor: cuda13 },
};

/** Builds every catalogue has to know, because people have them installed or need them. */
export const everyBuild = ['cu118', 'cu121', 'cu124', 'cu126', 'cu128', 'cu130', 'cu132'] as const;

export function isAtLeast(version: string, floor: string): boolean {
  const [have, need] = [version, floor].map((text) => text.split('.').map(Number)) as [number[], number[]];
  for (const [index, needed] of need.entries()) {
    const difference = (have[index] ?? 0) - needed;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Machine code for X.Y runs on a card of the same X whose Y is no smaller. */
function hasKernel(kernels: readonly string[], capability: string): boolean {
  const [major, minor] = capability.split('.').map(Number);
  return kernels.some((kernel) => {
    const [kernelMajor, kernelMinor] = kernel.split('.').map(Number);
    return kernelMajor === major && (kernelMinor ?? 0) <= (minor ?? 0);
  });
}

/** Whether this build has code for the card and runs on this driver. */
export function admits(buildId: string, capability: string, driver: string | null, platform: Platform): boolean {
  const build = builds[buildId];
  if (build === undefined || driver === null) return false;
  if (isAtLeast(capability, '10.0') && !isAtLeast(driver, blackwellFloor[platform])) return false;
  const virtual = build.virtualFrom?.[platform];
  const compiled = virtual !== undefined && isAtLeast(capability, virtual.capability) && isAtLeast(driver, virtual.driver);
  return (compiled || hasKernel(build.kernels[platform], capability)) && isAtLeast(driver, build.floor[platform]);
}

/** The builds a careful person would choose for a machine with only this card, best first; `['cpu']` where none runs. */
export function sensibleBuilds(capability: string, driver: string | null, platform: Platform): readonly string[] {
  const wanted = isAtLeast(capability, '10.0')
    ? ['cu128', 'cu130']
    : isAtLeast(capability, '7.5')
      ? ['cu128', 'cu126']
      : ['cu126', 'cu124', 'cu121'];
  const running = wanted.filter((id) => admits(id, capability, driver, platform));
  if (running.length > 0) return running;
  return admits('cu118', capability, driver, platform) ? ['cu118'] : ['cpu'];
}

/** Why this engine cannot run on this card; null where it can, or where nothing public says. */
export function whyNotOn({ engine, precision, env }: Placement, gpu: Gpu, { driver, os }: HardwareReport): string | null {
  const capability = gpu.computeCapability;
  if (capability === null) return 'its compute capability is unknown';
  if (driver === null) return 'there is no driver';
  const has = { cuda12: isAtLeast(driver.version, cuda12[os.platform]), old: !isAtLeast(capability, '7.0') };
  if (engine === 'whisper') {
    if (!has.cuda12) return `CTranslate2 needs CUDA 12, which driver ${driver.version} does not run`;
    if (!isAtLeast(capability, '5.2')) return 'CTranslate2 has no code for compute capability 5.0 and below';
    if (has.old && (precision ?? '').includes('float16')) return 'CTranslate2 refuses float16 below compute capability 7.0';
  }
  // Kokoro runs on a card by ONNX Runtime or by torch, whose builds are judged by themselves.
  if (engine === 'kokoro' && env?.startsWith('torch') !== true) {
    if (!has.cuda12) return `ONNX Runtime needs CUDA 12, which driver ${driver.version} does not run`;
    const kernels = os.platform === 'linux' ? ['6.0', '7.0', '7.5', '8.0', '8.6', '9.0'] : ['5.2', '6.1', '7.5', '8.6', '9.0'];
    if (!hasKernel(kernels, capability)) return `ONNX Runtime has no code for compute capability ${capability} on ${os.platform}`;
  }
  if (engine === 'ollama') {
    if (!isAtLeast(capability, '5.0')) return 'Ollama needs compute capability 5.0';
    const floor = isAtLeast(capability, '7.0') ? '550' : '570';
    if (!isAtLeast(driver.version, floor)) return `Ollama needs driver ${floor} for this card`;
  }
  return null;
}

import { compareVersions } from '../platform/versions.ts';

/** How a build's programs run on a card: as they were compiled, after the driver has translated them, or not at all. */
export type KernelFit = 'native' | 'translated' | 'none';

/**
 * Capabilities of Jetson boards. Their programs are their own: a desktop card's run on none of them, nor theirs on a
 * desktop card, though the numbers would allow it (torch/cuda/__init__.py, DEVICE_REQUIREMENT).
 */
const jetsonCapabilities: readonly string[] = ['5.3', '6.2', '7.2', '8.7', '10.1', '11.0'];

/** 10.1 is the number that 11.0 had before CUDA 13. */
export function isJetson(capability: string): boolean {
  return jetsonCapabilities.includes(capability);
}

/**
 * The compatibility rule of CUDA: code compiled for X.Y runs on cards X.Z with Z ≥ Y, and portable code ("+PTX") runs on
 * every later card as well, because the driver translates it (docs.nvidia.com/cuda, "Binary Compatibility").
 */
export function kernelFit(kernels: readonly string[], capability: string): KernelFit {
  if (kernels.some((kernel) => runsAsCompiled(kernel.replace('+PTX', ''), capability))) return 'native';
  return kernels.some((kernel) => kernel.endsWith('+PTX') && compareVersions(capability, kernel) >= 0) ? 'translated' : 'none';
}

function runsAsCompiled(target: string, capability: string): boolean {
  if (target === capability) return true;
  if (isJetson(target) || isJetson(capability)) return false;
  return Number.parseInt(target, 10) === Number.parseInt(capability, 10) && compareVersions(capability, target) >= 0;
}

const generations: readonly { readonly from: string; readonly name: string }[] = [
  { from: '13.0', name: 'later than Blackwell' },
  { from: '10.0', name: 'Blackwell' },
  { from: '9.0', name: 'Hopper' },
  { from: '8.9', name: 'Ada' },
  { from: '8.0', name: 'Ampere' },
  { from: '7.5', name: 'Turing' },
  { from: '7.0', name: 'Volta' },
  { from: '6.0', name: 'Pascal' },
  { from: '5.0', name: 'Maxwell' },
  { from: '3.0', name: 'Kepler' },
];

/** The name people know a card's generation by: "6.1" → "Pascal". */
export function generationOf(capability: string): string {
  return generations.find((generation) => compareVersions(capability, generation.from) >= 0)?.name ?? 'early';
}

/**
 * Below 7.5 are Maxwell, Pascal and Volta: CUDA 13 dropped them, cuDNN 9.11 dropped them, and driver series 580 is their
 * last (NVIDIA's Unix driver deprecation schedule). Whatever is current is made for 7.5 and later.
 */
export function isLegacy(capability: string): boolean {
  return compareVersions(capability, '7.5') < 0;
}

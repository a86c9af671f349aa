import type { Gpu, HardwareReport } from '../hardware/model.ts';
import { compareVersions } from '../platform/versions.ts';
import { isArm } from './build-judgement.ts';
import type { Catalogue, Component } from './catalogue.ts';
import { cardName, driverFloorFor, driverHere, driverVersion } from './driver.ts';
import { generationOf, isJetson, kernelFit } from './kernels.ts';
import { chooseTorchBuild } from './torch-build.ts';

export type Fit = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Whether a component runs on this card with this driver, and computes there in `precision`; null: any precision. */
export function componentFits(componentId: string, precision: string | null, gpu: Gpu, hardware: HardwareReport, catalogue: Catalogue): Fit {
  const component = catalogue.components.find((entry) => entry.id === componentId);
  if (component === undefined) return { ok: false, reason: `The catalogue has no component "${componentId}".` };
  const capability = gpu.computeCapability;
  if (capability === null) return { ok: false, reason: `The generation of the ${cardName(gpu)} is not known.` };
  const reason =
    cardProblem(component, capability, gpu, hardware) ??
    precisionProblem(component, precision, capability, gpu) ??
    driverProblem(component, capability, gpu, hardware) ??
    torchProblem(component, gpu, hardware, catalogue);
  return reason === null ? { ok: true } : { ok: false, reason };
}

/** The oldest driver with which the component would run on this card; null when no driver would do, or none is missing. */
export function driverWanted(component: Component, gpu: Gpu, hardware: HardwareReport): string | null {
  const capability = gpu.computeCapability;
  if (capability === null || cardProblem(component, capability, gpu, hardware) !== null) return null;
  const floor = driverFloorFor(component, capability, hardware);
  const driver = driverVersion(hardware);
  return floor === null || (driver !== null && compareVersions(driver, floor) >= 0) ? null : floor;
}

function cardProblem(component: Component, capability: string, gpu: Gpu, { os }: HardwareReport): string | null {
  const card = `the ${cardName(gpu)} (${generationOf(capability)})`;
  if (compareVersions(capability, component.minimumCapability) < 0) return `${component.title} no longer has programs for ${card}.`;
  if (component.maximumCapability !== null && compareVersions(capability, component.maximumCapability) > 0) return `${component.title} has no programs yet for ${card}.`;
  const platform = os.platform === 'win32' ? 'windows' : 'linux';
  if (!component.processors[platform].some((processor) => processor === processorOf(os))) return `${component.title} has no programs for graphics cards beside this kind of processor (${os.arch}).`;
  // Which boards a torch build was compiled for, its list of programs says itself.
  if (!component.usesTorch && isJetson(capability)) return `${component.title} has no programs for ${card}.`;
  const kernels = component.kernels?.[platform] ?? null;
  return kernels !== null && kernelFit(kernels, capability) === 'none' ? `${component.title} has no programs for ${card}.` : null;
}

/** An unknown processor is taken for the usual one, as a description without one is. */
function processorOf({ arch }: HardwareReport['os']): 'x64' | 'arm64' {
  return isArm(arch) ? 'arm64' : 'x64';
}

/** "int8_float16" asks for both its halves. Names of other kinds, such as a language model's "Q4_K_M", ask for nothing. */
function precisionProblem(component: Component, precision: string | null, capability: string, gpu: Gpu): string | null {
  const floors: Readonly<Record<string, string | null>> = { float16: component.float16From, bfloat16: component.bfloat16From, int8: component.int8From };
  const lacking = (precision ?? '').split('_').find((part) => {
    const from = floors[part] ?? null;
    return from !== null && compareVersions(capability, from) < 0;
  });
  return lacking === undefined ? null : `The ${cardName(gpu)} (${generationOf(capability)}) does not compute in ${lacking} at speed.`;
}

function driverProblem(component: Component, capability: string, gpu: Gpu, hardware: HardwareReport): string | null {
  const floor = driverFloorFor(component, capability, hardware);
  const driver = driverVersion(hardware);
  if (floor === null || (driver !== null && compareVersions(driver, floor) >= 0)) return null;
  return driver === null
    ? `${component.title} needs the NVIDIA driver ${floor} or newer for the ${cardName(gpu)}, and no working driver was found.`
    : `${component.title} needs the NVIDIA driver ${floor} or newer for the ${cardName(gpu)}; ${driverHere(driver, hardware)}.`;
}

function torchProblem(component: Component, gpu: Gpu, hardware: HardwareReport, catalogue: Catalogue): string | null {
  if (!component.usesTorch) return null;
  const limits = component.maximumTorch === null ? {} : { maximumTorch: component.maximumTorch };
  const build = chooseTorchBuild([gpu], hardware, catalogue, limits);
  return build.id === 'cpu' ? `${component.title} cannot run there. ${build.reason}` : null;
}

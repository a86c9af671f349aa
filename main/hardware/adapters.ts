import * as z from 'zod';
import { capabilityOf } from './capability.ts';
import { isVirtualAdapter, vendorOf } from './vendor.ts';
import type { PciCard } from './pci.ts';
import type { Gpu } from './model.ts';

/** A graphics adapter that the system knows, whatever its driver says of it. */
export interface Adapter {
  /** Where it sits; a name of the system's own on Windows. */
  readonly busId: string;
  readonly pciId: string | null;
  readonly name: string | null;
  readonly powerState: string | null;
  readonly kernelDriver: string | null;
}

export function adapterOfPci(card: PciCard): Adapter {
  return { busId: card.address, pciId: card.pciId, name: card.name, powerState: card.powerState, kernelDriver: card.kernelDriver };
}

const windowsAdapter = z.object({ Name: z.string().nullish(), PNPDeviceID: z.string().nullish() });

/** One row of Windows' Win32_VideoController; null when it is none. */
export function adapterOfWindows(row: unknown): Adapter | null {
  const parsed = windowsAdapter.safeParse(row);
  if (!parsed.success) return null;
  const path = parsed.data.PNPDeviceID ?? '';
  const [, vendor, device] = /VEN_([0-9A-F]{4})&DEV_([0-9A-F]{4})/i.exec(path) ?? [];
  return {
    busId: path.toLowerCase().replaceAll(/[^0-9a-z]+/g, '-'),
    pciId: vendor === undefined || device === undefined ? null : `${vendor}:${device}`.toLowerCase(),
    name: parsed.data.Name ?? null,
    powerState: null,
    kernelDriver: null,
  };
}

/** An adapter as a card of the report: what only its driver knows stays unknown. */
export function gpuOfAdapter(adapter: Adapter, index: number): Gpu {
  const vendor = vendorOf(adapter.pciId, adapter.name ?? '');
  const name = adapter.name ?? `${vendor} graphics (${adapter.pciId ?? 'unknown'})`;
  return {
    uuid: `pci-${adapter.busId}`,
    index,
    busId: adapter.busId,
    vendor,
    name: vendor === 'unknown' || name.includes(vendor) ? name : `${vendor} ${name}`,
    computeCapability: vendor === 'NVIDIA' ? capabilityOf(name, adapter.pciId) : null,
    memoryMiB: null,
    freeMiB: null,
    virtual: isVirtualAdapter(adapter.pciId, name),
    mig: false,
    deviceNode: null,
    powerState: adapter.powerState,
    pciId: adapter.pciId,
    accessible: null,
  };
}

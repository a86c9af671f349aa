import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.ts';

/** A folder in the place of "/": paths and their texts; a text that begins with "→ " is a link. */
export function plantTree(entries: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  for (const [path, text] of Object.entries(entries)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (text.startsWith('→ ')) symlinkSync(text.slice(2), join(root, path));
    else writeFileSync(join(root, path), text);
  }
  return root;
}

/** One card on the planted PCI bus. */
export function pciEntry(address: string, pciId: string, more: { readonly class?: string; readonly state?: string; readonly driver?: string } = {}): Record<string, string> {
  const [vendor, device] = pciId.split(':');
  const folder = `sys/bus/pci/devices/${address}`;
  return {
    [`${folder}/vendor`]: `0x${vendor ?? ''}\n`,
    [`${folder}/device`]: `0x${device ?? ''}\n`,
    [`${folder}/class`]: `${more.class ?? '0x030000'}\n`,
    ...(more.state === undefined ? {} : { [`${folder}/power/runtime_status`]: `${more.state}\n` }),
    ...(more.driver === undefined ? {} : { [`${folder}/driver`]: `→ ../../../../bus/pci/drivers/${more.driver}` }),
  };
}

/** What the NVIDIA kernel module says of a card. */
export function kernelEntry(address: string, name: string, uuid: string, minor: number): Record<string, string> {
  return {
    [`proc/driver/nvidia/gpus/${address}/information`]: `Model: \t\t ${name}\nIRQ:   \t\t 55\nGPU UUID: \t ${uuid}\nBus Type: \t PCIe\nBus Location: \t ${address}\nDevice Minor: \t ${minor}\nGPU Excluded:\t No\n`,
  };
}

/** One display or 3D controller of the PCI bus, as the system lists it without touching the card. */
export interface PciCard {
  /** "0000:01:00.0" */
  readonly address: string;
  /** "10de:25a2" */
  readonly pciId: string;
  /** "active", "suspended" or null when the system does not say. */
  readonly powerState: string | null;
  /** The kernel's driver of it, such as "nvidia", "nouveau" or "vfio-pci"; null for none. */
  readonly kernelDriver: string | null;
  /** From the system's list of PCI ids, where it has one. */
  readonly name: string | null;
}

/** What the NVIDIA kernel module tells of a card under /proc/driver/nvidia/gpus. */
export interface KernelCard {
  readonly address: string;
  readonly name: string | null;
  /** null while the card has not been used since the start. */
  readonly uuid: string | null;
  /** N of /dev/nvidiaN. */
  readonly minor: number | null;
}

/** Makes addresses comparable: nvidia-smi writes "00000000:01:00.0", the kernel "0000:01:00.0". Other texts stay as they are. */
export function busKey(address: string): string {
  const parts = /^(?:([0-9a-f]+):)?([0-9a-f]{1,2}):([0-9a-f]{1,2})\.([0-7])$/i.exec(address.trim());
  if (parts === null) return address.trim().toLowerCase();
  const [, domain = '0', bus = '', device = '', part = ''] = parts;
  return [domain, bus, device].map((digits) => Number.parseInt(digits, 16).toString(16)).join(':') + `.${part}`;
}

/** Reads one `information` file of /proc/driver/nvidia/gpus. */
export function parseKernelCard(text: string, folder: string): KernelCard {
  const fields = new Map(
    text.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
  const minor = fields.get('Device Minor') ?? '';
  const uuid = fields.get('GPU UUID') ?? '';
  const name = fields.get('Model') ?? '';
  return {
    address: fields.get('Bus Location') ?? folder,
    name: name === '' || name === 'Unknown' ? null : name,
    // "GPU-????????-????-…" stands there until something has used the card.
    uuid: /^GPU-[0-9a-f-]+$/i.test(uuid) ? uuid : null,
    minor: /^\d+$/.test(minor) ? Number(minor) : null,
  };
}

/** Vendor and device of nvidia-smi's `pci.device_id` ("0x25A210DE"), as the kernel writes them. */
export function pciIdOfNvidiaSmi(cell: string | null): string | null {
  const [, device, vendor] = /^0x([0-9a-f]{4})([0-9a-f]{4})$/i.exec(cell ?? '') ?? [];
  return device === undefined || vendor === undefined ? null : `${vendor}:${device}`.toLowerCase();
}

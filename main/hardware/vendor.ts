/** Makers of graphics cards by their PCI id. */
const vendors: Readonly<Record<string, string>> = {
  '10de': 'NVIDIA',
  '1002': 'AMD',
  '8086': 'Intel',
  '1414': 'Microsoft',
  '15ad': 'VMware',
  '1af4': 'Red Hat',
  '1b36': 'Red Hat',
  '1234': 'QEMU',
  '1013': 'Cirrus Logic',
  '80ee': 'VirtualBox',
  '5853': 'Citrix',
  '1ab8': 'Parallels',
  '1a03': 'ASPEED',
  '102b': 'Matrox',
};

/** These make no card that one could hold in the hand (Cirrus: the one that QEMU imitates). */
const virtualVendors = new Set(['1414', '15ad', '1af4', '1b36', '1234', '1013', '80ee', '5853', '1ab8']);

/** Screens without a card behind them, by the names under which Windows lists them. */
const virtualNames =
  /hyper-?v|parsec|remote ?(fx|display|desktop)|\brdp|microsoft basic|vmware|\bqxl\b|virtio|bochs|virtualbox|citrix|parallels|displaylink|indirect display|\bidd\b|virtual (display|desktop|monitor)|spacedesk|teamviewer|anydesk|mirage driver|cirrus/i;

export function vendorOf(pciId: string | null, name = ''): string {
  const byId = vendors[(pciId ?? '').slice(0, 4)];
  if (byId !== undefined) return byId;
  if (/nvidia|geforce|quadro|tesla/i.test(name)) return 'NVIDIA';
  if (/\bamd\b|radeon|\bati\b/i.test(name)) return 'AMD';
  return /intel/i.test(name) ? 'Intel' : 'unknown';
}

/** Whether a graphics adapter exists in software only: no model can run on it. */
export function isVirtualAdapter(pciId: string | null, name: string): boolean {
  return virtualVendors.has((pciId ?? '').slice(0, 4)) || virtualNames.test(name);
}

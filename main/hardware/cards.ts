import { gpuOfAdapter, type Adapter } from './adapters.ts';
import { capabilityOf } from './capability.ts';
import { busKey, type KernelCard } from './pci.ts';
import type { MigPart } from './mig.ts';
import type { Gpu } from './model.ts';

export interface CardSources {
  /** Cards that nvidia-smi told, now or when it was last asked. */
  readonly told: readonly Gpu[];
  readonly kernelCards: readonly KernelCard[];
  readonly adapters: readonly Adapter[];
  /** Version of the NVIDIA driver that runs, null for none. */
  readonly driverVersion: string | null;
  readonly container: boolean;
  /** Numbers of the /dev/nvidiaN that are there. */
  readonly nodeNumbers: ReadonlySet<number>;
  readonly parts: readonly MigPart[];
}

/** Every graphics card once, from all who know of it; nvidia-smi's word counts most, as it has asked the card itself. */
export function combineCards(sources: CardSources): { readonly gpus: readonly Gpu[]; readonly warnings: readonly string[] } {
  const told = sources.told.length > 0 ? sources.told : kernelGpus(sources);
  const rest = [...sources.adapters];
  const known = told.map((gpu): Gpu => {
    const place = rest.findIndex((adapter) => isSameCard(gpu, adapter));
    const adapter = place < 0 ? undefined : rest.splice(place, 1)[0];
    const pciId = gpu.pciId ?? adapter?.pciId ?? null;
    const name = gpu.name === 'NVIDIA GPU' ? (adapter?.name ?? gpu.name) : gpu.name;
    return { ...gpu, name, pciId, powerState: gpu.powerState ?? adapter?.powerState ?? null, computeCapability: gpu.computeCapability ?? capabilityOf(name, pciId) };
  });
  // A container sees every card of its host on the bus; those it was not given are none of its business.
  const hasItsOwn = sources.container && (known.length > 0 || sources.nodeNumbers.size > 0);
  const silent = rest.filter((adapter) => !(hasItsOwn && isNvidia(adapter)));
  const next = Math.max(-1, ...known.map((gpu) => gpu.index)) + 1;
  const found = silent.map((adapter, position) => gpuOfAdapter(adapter, next + position));
  return {
    gpus: [...known, ...found],
    warnings: [
      ...silent.flatMap((adapter, position) => (isNvidia(adapter) ? [whySilent(found[position]?.name ?? '', adapter, sources)] : [])),
      ...known.filter((gpu) => gpu.mig).map((gpu) => divided(gpu, sources.parts)),
    ],
  };
}

/** Cards that the kernel module names, for when nvidia-smi says nothing: their memory stays unknown. */
function kernelGpus({ kernelCards, adapters, container, nodeNumbers }: CardSources): readonly Gpu[] {
  return kernelCards
    .filter((card) => !container || card.minor === null || nodeNumbers.has(card.minor))
    .map((card, position) => {
      const adapter = adapters.find((candidate) => busKey(candidate.busId) === busKey(card.address));
      const pciId = adapter?.pciId ?? null;
      const gpu = gpuOfAdapter({ busId: card.address, pciId: pciId ?? '10de:', name: card.name ?? adapter?.name ?? 'NVIDIA GPU', powerState: null, kernelDriver: 'nvidia' }, position);
      return { ...gpu, uuid: card.uuid ?? gpu.uuid, pciId };
    });
}

function isSameCard(gpu: Gpu, adapter: Adapter): boolean {
  if (!isNvidia(adapter)) return false;
  if (/^[0-9a-f:]+\.[0-7]$/i.test(adapter.busId)) return busKey(gpu.busId) === busKey(adapter.busId);
  // Windows does not say where a card sits: the same kind of card is taken for the same card, each once.
  return gpu.pciId === null ? gpu.name === adapter.name : gpu.pciId === adapter.pciId;
}

function isNvidia(adapter: Adapter): boolean {
  return adapter.pciId?.startsWith('10de:') === true;
}

function whySilent(name: string, adapter: Adapter, { driverVersion, container }: CardSources): string {
  if (container) return `${name} is in this machine, but this container was not given it: start the container with its graphics cards (“--gpus all”).`;
  if (adapter.kernelDriver === 'vfio-pci') return `${name} is set aside for a virtual machine (vfio-pci), so Earshot cannot use it.`;
  if (adapter.kernelDriver === 'nouveau' || adapter.kernelDriver === 'nova_core') {
    return `${name} runs with the free driver ${adapter.kernelDriver}, which cannot compute: with NVIDIA’s own driver Earshot could use the card.`;
  }
  if (driverVersion !== null) return `${name} is in this machine, but NVIDIA’s driver ${driverVersion} does not tell of it, so Earshot cannot use it.`;
  return `${name} is in this machine, but no NVIDIA driver is running: with one installed, Earshot could use the card.`;
}

function divided(gpu: Gpu, parts: readonly MigPart[]): string {
  const own = parts.filter((part) => part.card === gpu.uuid).map((part) => `${part.profile} (${part.uuid})`);
  const into = own.length === 0 ? 'parts (MIG), and nvidia-smi names none of them' : `${own.length === 1 ? 'one part' : `${own.length} parts`} (MIG): ${own.join(', ')}`;
  return `${gpu.name} (GPU ${gpu.index}) is divided into ${into}. This version of Earshot does not use parts of a card yet.`;
}

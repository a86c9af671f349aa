import { busKey, type KernelCard } from './pci.ts';
import type { Gpu } from './model.ts';

/** Device files of the NVIDIA driver: whether this user may open each. null for one that is not there. */
export interface DeviceNodes {
  /** N of /dev/nvidiaN. */
  readonly cards: ReadonlyMap<number, boolean>;
  readonly control: boolean | null;
  /** CUDA's memory needs it; nvidia-smi does not, so a card that answers may still be no use. */
  readonly memory: boolean | null;
  /** /dev/dxg, through which WSL 2 reaches the card. */
  readonly wsl: boolean | null;
}

export interface NodeContext {
  readonly nodes: DeviceNodes;
  readonly kernelCards: readonly KernelCard[];
  readonly container: boolean;
}

/**
 * Gives each NVIDIA card the device file that is really its own. The kernel's "Device Minor" says which; nvidia-smi's index
 * does not: in a rented container the only one may be /dev/nvidia8 while nvidia-smi calls the card 0.
 */
export function withDeviceNodes(gpus: readonly Gpu[], context: NodeContext): { readonly gpus: readonly Gpu[]; readonly warnings: readonly string[] } {
  const { nodes } = context;
  const warnings: string[] = [];
  const nvidia = gpus.filter((gpu) => gpu.vendor === 'NVIDIA');
  const placed = gpus.map((gpu): Gpu => {
    if (gpu.vendor !== 'NVIDIA') return gpu;
    if (nodes.wsl !== null) return { ...gpu, accessible: nodes.wsl };
    const minor = minorOf(gpu, nvidia.length === 1, context);
    if (minor === null) return gpu;
    const openable = nodes.cards.get(minor);
    if (openable === undefined) {
      warnings.push(missingNode(gpu, minor, context.container));
      return gpu;
    }
    if (minor !== gpu.index) {
      warnings.push(
        `${gpu.name} is number ${gpu.index} to nvidia-smi but its device file is /dev/nvidia${minor}. That is usual in rented containers; Earshot tells cards apart by their UUID, so nothing needs to be done.`,
      );
    }
    return { ...gpu, deviceNode: `/dev/nvidia${minor}`, accessible: openable && nodes.control !== false && nodes.memory !== false };
  });
  return { gpus: placed, warnings: [...warnings, ...sharedNodeWarnings(placed, context)] };
}

function minorOf(gpu: Gpu, isOnly: boolean, { kernelCards, nodes }: NodeContext): number | null {
  const kernelCard = kernelCards.find((card) => (gpu.busId !== '' && busKey(card.address) === busKey(gpu.busId)) || card.uuid === gpu.uuid);
  if (kernelCard?.minor !== undefined && kernelCard.minor !== null) return kernelCard.minor;
  if (nodes.cards.has(gpu.index)) return gpu.index;
  const [only, ...others] = nodes.cards.keys();
  return isOnly && only !== undefined && others.length === 0 ? only : null;
}

function missingNode(gpu: Gpu, minor: number, container: boolean): string {
  const what = `${gpu.name} has no device file (/dev/nvidia${minor}), so no program can use it.`;
  return container ? `${what} This container was not given the card.` : `${what} Restarting the computer, or “nvidia-modprobe -c ${minor} -u” as an administrator, makes one.`;
}

function sharedNodeWarnings(gpus: readonly Gpu[], { nodes, container }: NodeContext): readonly string[] {
  const withNode = gpus.filter((gpu) => gpu.deviceNode !== null);
  if (nodes.wsl === false) return ['This user may not open /dev/dxg, through which Linux on Windows reaches the graphics card.'];
  if (withNode.length === 0) return [];
  const closed = [
    ...withNode.flatMap((gpu) => (nodes.cards.get(Number(gpu.deviceNode?.slice('/dev/nvidia'.length))) === false ? [gpu.deviceNode ?? ''] : [])),
    ...(nodes.control === false ? ['/dev/nvidiactl'] : []),
    ...(nodes.memory === false ? ['/dev/nvidia-uvm'] : []),
  ];
  return [
    ...(closed.length > 0 ? [`This user may not open ${closed.join(', ')}, so the graphics card cannot be used: adding the user to the group of that file (often “video” or “render”) and logging in again allows it.`] : []),
    // Outside of a container the first CUDA program makes it, by the driver's own nvidia-modprobe.
    ...(nodes.memory === null && container ? ['This container was not given /dev/nvidia-uvm, without which CUDA ends with “unknown error”.'] : []),
  ];
}

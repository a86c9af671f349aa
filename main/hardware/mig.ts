/** One part of a card that is divided with MIG. */
export interface MigPart {
  /** UUID of the card. */
  readonly card: string;
  readonly uuid: string;
  /** "1g.10gb": how much of the card's computing and of its memory. */
  readonly profile: string;
}

/**
 * Parts in what `nvidia-smi -L` prints, each indented below its card:
 * "GPU 0: NVIDIA A100 (UUID: GPU-7fda…)", "  MIG 1g.10gb     Device  0: (UUID: MIG-feb8…)".
 */
export function parseParts(list: string): readonly MigPart[] {
  const parts: MigPart[] = [];
  let card: string | null = null;
  for (const line of list.split('\n')) {
    card = /^GPU \d+:.*\(UUID: (GPU-[^)\s]+)\)/.exec(line)?.[1] ?? card;
    const [, profile, uuid] = /^\s+MIG (\S+)\s+Device\s+\d+:\s*\(UUID: (MIG-[^)\s]+)\)/.exec(line) ?? [];
    if (card !== null && profile !== undefined && uuid !== undefined) parts.push({ card, uuid, profile });
  }
  return parts;
}

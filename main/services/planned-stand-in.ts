import type { Catalogue } from '../plan/catalogue.ts';
import type { Placement, PlannedService } from '../plan/model.ts';

export interface StandInFacts {
  readonly catalogue: Catalogue;
  /** Whether an engine can be started there at once: its environment and its model are on disk. */
  readonly isInstalled: (placement: Placement) => boolean;
}

/**
 * What a plan has take a service's place when its device fails: the first of its fallbacks that is there and runs
 * elsewhere, for a card that has failed is no use to a smaller model either. A server of somebody else has its own way
 * round a card, and nothing of ours could answer at its address.
 */
export function plannedStandIn(planned: PlannedService, facts: StandInFacts, failed: ReadonlySet<string> = new Set()): PlannedService | null {
  if (planned.server !== null) return null;
  const useless = new Set([...failed, planned.device]);
  for (let link = planned.fallback; link !== null; link = link.fallback) {
    if (useless.has(link.device) || !facts.isInstalled(link)) continue;
    // The context stays: the conversation fills as much of it as it was told at its start.
    return { ...planned, ...link, windowSeconds: windowSecondsOf(link, facts.catalogue) };
  }
  return null;
}

/** How far back a streaming recogniser looks by itself; null for any other engine. */
function windowSecondsOf({ engine, model }: Placement, { candidates }: Catalogue): number | null {
  return candidates.find((candidate) => candidate.engine === engine && (candidate.model ?? candidate.id) === model)?.windowSeconds ?? null;
}

import type { HardwareReport } from '../hardware/model.ts';
import type { Catalogue } from '../plan/catalogue.ts';
import { plan } from '../plan/plan.ts';
import { withinReach } from '../plan/within-reach.ts';
import { wholeReach } from '../services/reach.ts';
import type { Overrides } from '../settings/overrides.ts';
import type { Settings } from '../settings/schema.ts';
import type { RemedyFacts } from './model.ts';

/** What a remedy is decided from, here and now; everything that can be set up counts as there. */
export function remedyFacts(hardware: HardwareReport, catalogue: Catalogue, settings: Settings, before: Overrides | null = null): RemedyFacts {
  return {
    hardware,
    catalogue,
    settings,
    before,
    now: new Date(),
    planFor: (wished) => withinReach(plan(hardware, catalogue, wished), catalogue, wholeReach(wished.overrides), hardware),
  };
}

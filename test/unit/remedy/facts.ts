import type { HardwareReport } from '../../../main/hardware/model.ts';
import { catalogue } from '../../../main/plan/catalogue.ts';
import { plan } from '../../../main/plan/plan.ts';
import { withinReach } from '../../../main/plan/within-reach.ts';
import type { RemedyFacts } from '../../../main/remedy/model.ts';
import type { Overrides } from '../../../main/settings/overrides.ts';
import { settingsSchema } from '../../../main/settings/schema.ts';

export const now = new Date('2026-11-21T20:00:00.000Z');

/** What a remedy is decided from on `hardware` with `settings`, where `voice` and every torch environment can be made. */
export function factsOf(hardware: HardwareReport, settings: unknown = {}, before: Overrides | null = null): RemedyFacts {
  return {
    hardware,
    catalogue,
    settings: settingsSchema.parse(settings),
    before,
    now,
    planFor: (wanted) =>
      withinReach(plan(hardware, catalogue, wanted), catalogue, { environments: (id) => id === 'voice' || id.startsWith('torch-'), models: () => true, overrides: wanted.overrides }, hardware),
  };
}

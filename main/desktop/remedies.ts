import type { RemedyArguments } from '../platform/finding.ts';
import type { Folders } from '../platform/folders.ts';
import type { HardwareReport } from '../hardware/model.ts';
import { loadCatalogue } from '../plan/io/catalogue-file.ts';
import type { Plan } from '../plan/model.ts';
import { remedyFacts } from '../remedy/facts.ts';
import { readLastRemedy, writeLastRemedy } from '../remedy/io/last-remedy.ts';
import { findRemedy } from '../remedy/remedies.ts';
import { changeSettings, loadSettings } from '../settings/store.ts';

export interface RemedyMeans {
  readonly folders: Folders;
  /** null before the machine was looked at. */
  readonly hardware: HardwareReport | null;
  /** Removes what this plan has no use for. */
  readonly freeSpace: (plan: Plan) => Promise<unknown>;
}

/** Writes what a remedy decides into the settings; settles with why it cannot, as a sentence, or null. What carries it out is the reconciler. */
export async function applyRemedy(id: string, given: RemedyArguments, { folders, hardware, freeSpace }: RemedyMeans): Promise<string | null> {
  const remedy = findRemedy(id, given);
  if ('sentence' in remedy) return remedy.sentence;
  if (hardware === null) return 'Earshot does not know this computer yet. Try it again when it says that it is ready.';
  const { settings } = await loadSettings(folders, new Date());
  const { catalogue } = await loadCatalogue(folders);
  const last = await readLastRemedy(folders);
  const facts = remedyFacts(hardware, catalogue, settings, last?.before ?? null);
  const decision = remedy.change(given, facts);
  switch (decision.kind) {
    case 'problem':
      return decision.sentence;
    case 'reconcile':
      return null;
    case 'free-space':
      await freeSpace(facts.planFor(settings));
      return null;
    case 'change':
      await writeLastRemedy(folders, { remedy: id, since: facts.now.toISOString(), before: settings.overrides });
      await changeSettings(folders, decision.change);
      return null;
  }
}

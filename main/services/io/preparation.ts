import { install } from '../../environment/io/install.ts';
import type { Installation, Report } from '../../environment/model.ts';
import { probe } from '../../hardware/io/probe.ts';
import { catalogue } from '../../plan/catalogue.ts';
import type { Plan } from '../../plan/model.ts';
import { plan } from '../../plan/plan.ts';
import type { Folders } from '../../platform/folders.ts';
import type { Settings } from '../../settings/schema.ts';

export interface Prepared {
  readonly plan: Plan;
  readonly installation: Installation;
}

export interface PreparationOptions {
  readonly settings: Settings;
  readonly folders: Folders;
  readonly root: string;
  /** Hash every model file again instead of trusting what was verified before. */
  readonly rehash: boolean;
  /** What the plan wants said. */
  readonly note: (line: string) => void;
  readonly report: Report;
}

/** Probe, plan and install: the loop up to the point where something can be started. */
export async function prepareStack(options: PreparationOptions): Promise<Prepared> {
  const { settings, folders, root, rehash, report } = options;
  const chosen = plan(await probe({}, process.env), catalogue, settings);
  for (const line of chosen.notes) options.note(line);
  return { plan: chosen, installation: await install({ plan: chosen, catalogue, settings, folders, root, rehash, report }) };
}

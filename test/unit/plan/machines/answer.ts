import type { HardwareReport } from '../../../../main/hardware/model.ts';
import { readHardwareReport } from '../../../../main/hardware/read-report.ts';
import { catalogue } from '../../../../main/plan/catalogue.ts';
import type { Plan } from '../../../../main/plan/model.ts';
import { plan } from '../../../../main/plan/plan.ts';
import { settingsSchema, type Settings } from '../../../../main/settings/schema.ts';
import type { Machine } from './machine.ts';

export interface Answer {
  readonly hardware: HardwareReport;
  readonly settings: Settings;
  readonly plan: Plan;
  /** The plan as it comes out of `--json`. */
  readonly printed: unknown;
}

const answers = new WeakMap<Machine, Answer>();

/** What `earshot plan --hardware FILE --settings FILE --json` answers for a machine. */
export function answerFor(machine: Machine): Answer {
  const answer = answers.get(machine) ?? ask(machine);
  answers.set(machine, answer);
  return answer;
}

function ask(machine: Machine): Answer {
  const read = readHardwareReport(JSON.stringify(machine.hardware));
  if ('problem' in read) throw new Error(read.problem);
  const settings = settingsSchema.parse(machine.settings ?? {});
  const planned = plan(read.report, catalogue, settings);
  return { hardware: read.report, settings, plan: planned, printed: JSON.parse(JSON.stringify(planned)) };
}

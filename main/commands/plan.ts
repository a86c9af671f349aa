import { probe } from '../hardware/io/probe.ts';
import type { HardwareReport } from '../hardware/model.ts';
import { readHardwareReport } from '../hardware/read-report.ts';
import { planDifference, planText } from '../plan/explain.ts';
import { loadCatalogue } from '../plan/io/catalogue-file.ts';
import type { Plan } from '../plan/model.ts';
import { plan } from '../plan/plan.ts';
import { withinReach } from '../plan/within-reach.ts';
import { describeFault, FaultError } from '../platform/fault.ts';
import { rememberedCards, type Folders } from '../platform/folders.ts';
import { wholeReach } from '../services/reach.ts';
import type { Settings } from '../settings/schema.ts';
import { loadSettingsFile, lookAtSettings } from '../settings/store.ts';
import { readInput } from './input.ts';
import type { Output } from './output.ts';

export interface PlanArguments {
  /** A machine description as `earshot probe --json` prints it, instead of this computer; "-" is standard input. */
  readonly hardware: string | undefined;
  readonly settings: string | undefined;
}

/** `earshot plan`: what would run where, and why. Starts, installs and changes nothing. */
export async function runPlan(output: Output, folders: Folders, files: PlanArguments): Promise<number> {
  const hardware = files.hardware === undefined ? await probe({ rememberedPath: rememberedCards(folders) }, process.env) : await describedHardware(files.hardware);
  const { catalogue, notices } = await loadCatalogue(folders);
  const own = await lookAtSettings(folders);
  for (const notice of [...notices, ...own.notices]) output.say(notice);
  const named = files.settings === undefined ? null : await namedSettings(files.settings);
  if (named !== null && 'problem' in named) output.say(`${named.problem}\n`);

  const before = plan(hardware, catalogue, own.settings);
  const decided = named !== null && 'settings' in named ? named.settings : own.settings;
  const chosen = decided === own.settings ? before : plan(hardware, catalogue, decided);
  const problems = [...notices, ...own.notices, ...(named !== null && 'problem' in named ? [named.problem] : [])].map(sentence);
  // What is wanted is the plan; that this version runs something else of it for now is said beside it.
  const runnable = withinReach(chosen, catalogue, wholeReach(decided.overrides), hardware);
  const result = withNotes(chosen, [...runnable.remarks, ...problems, ...hardware.warnings]);
  output.result(withoutTokens(result), [planText(result, hardware), ...(chosen === before ? [] : [differenceText(before, chosen)])].join('\n\n'));
  return named !== null && 'problem' in named ? 1 : 0;
}

async function describedHardware(path: string): Promise<HardwareReport> {
  const input = await readInput(path);
  const read = 'text' in input ? readHardwareReport(input.text) : input;
  if ('report' in read) return read.report;
  throw new FaultError({
    id: 'hardware-invalid',
    title: path === '-' ? 'The machine description on standard input cannot be used.' : `The machine description ${path} cannot be used.`,
    detail: read.problem,
    cure: 'Make one with "earshot probe --json", or leave out --hardware to look at this computer.',
  });
}

/** The settings a person asks about. Where they cannot be used there is a plan all the same: that of the person's own. */
async function namedSettings(path: string): Promise<{ readonly settings: Settings } | { readonly problem: string }> {
  try {
    return { settings: await loadSettingsFile(path) };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return { problem: describeFault({ ...error.fault, cure: 'This is the plan of your own settings. Mend the file to see its plan.' }) };
  }
}

function withNotes(chosen: Plan, notes: readonly string[]): Plan {
  return { ...chosen, notes: [...chosen.notes, ...notes.filter((note) => !chosen.notes.includes(note))] };
}

/** A plan is shown to others and attached to reports; whoever installs or judges it needs no key to anybody's server. */
function withoutTokens(chosen: Plan): Plan {
  return { ...chosen, services: chosen.services.map((service) => (service.server === null ? service : { ...service, server: { ...service.server, token: '' } })) };
}

/** A notice of several lines as the one line that a note is. */
function sentence(notice: string): string {
  return notice
    .split('\n')
    .map((line) => (/[.!?]$/.test(line) ? line : `${line}.`))
    .join(' ');
}

function differenceText(before: Plan, after: Plan): string {
  const lines = planDifference(before, after);
  return ['What changes against your own settings', ...(lines.length === 0 ? ['Nothing: the plan is the same.'] : lines).map((line) => `  ${line}`)].join('\n');
}

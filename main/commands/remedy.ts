import { freeDiskSpace, whatCouldGo } from '../environment/io/free-space.ts';
import { probe } from '../hardware/io/probe.ts';
import type { Plan } from '../plan/model.ts';
import type { RemedyArguments } from '../platform/finding.ts';
import { rememberedCards } from '../platform/folders.ts';
import { remedyFacts } from '../remedy/facts.ts';
import { readLastRemedy } from '../remedy/io/last-remedy.ts';
import { perform, type Reconciled } from '../remedy/io/perform.ts';
import type { Problem, RemedyFacts } from '../remedy/model.ts';
import { findRemedy, placeholders, remedies } from '../remedy/remedies.ts';
import { prepareStack } from '../services/io/preparation.ts';
import { formatBytes } from '../platform/text.ts';
import type { Settings } from '../settings/schema.ts';
import type { Context } from './context.ts';
import { progressLines, reportFault, type Output } from './output.ts';
import { documentOf, textOf } from './remedy-document.ts';

export interface RemedyCommand {
  /** Left out, all of them are listed. */
  readonly id: string | undefined;
  readonly given: RemedyArguments;
  readonly dryRun: boolean;
}

/** What the command leaves to others; tests take their place. */
export interface RemedyMeans {
  readonly probe: () => Promise<RemedyFacts['hardware']>;
  readonly reconcile: (settings: Settings) => Promise<Reconciled>;
  /** Removes what a plan does not use; the names of what went. */
  readonly freeSpace: (plan: Plan) => Promise<readonly string[]>;
  /** What that would be. */
  readonly couldGo: (plan: Plan) => Promise<readonly string[]>;
}

/** The machine itself. */
export function machineMeans(context: Context): RemedyMeans {
  const { output, folders } = context;
  return {
    probe: () => probe({ rememberedPath: rememberedCards(folders) }, process.env),
    // Not `prepare`, which ends the process at once when told to stop: what was written has to go back first.
    reconcile: (settings) => prepareStack({ ...context, settings, rehash: false, scope: 'everything', note: output.say, report: progressLines(output) }),
    freeSpace: async (wanted) => {
      const { removed, bytes } = await freeDiskSpace(folders, wanted);
      output.say(`The disk has about ${formatBytes(bytes)} more than before.`);
      return removed;
    },
    couldGo: (wanted) => whatCouldGo(folders, wanted),
  };
}

/** `earshot remedy`: writes an override and reconciles. Exit 2 when it is asked for in a wrong way, 1 when this computer cannot. */
export async function runRemedy(context: Context, command: RemedyCommand, means: RemedyMeans = machineMeans(context)): Promise<number> {
  const { output, folders } = context;
  if (command.id === undefined) return list(output);
  const remedy = findRemedy(command.id, command.given);
  if ('kind' in remedy) return report(output, remedy);
  const facts = remedyFacts(await means.probe(), context.catalogue, context.settings, (await readLastRemedy(folders))?.before ?? null);
  const performed = await perform(remedy, command.given, { ...means, facts, folders, signal: context.signal, dryRun: command.dryRun });
  if (performed.kind === 'problem') return report(output, performed);
  const done = await documentOf(remedy, performed, context, command.dryRun);
  output.result(done, textOf(done));
  return performed.kind === 'failed' ? 1 : 0;
}

function list(output: Output): number {
  const rows = remedies.map(({ id, title, options }) => ({ id, title, options }));
  const lines = rows.map(({ id, title, options }) => `  ${[id, ...options.map((option) => `--${option} ${placeholders[option]}`)].join(' ').padEnd(52)} ${title}`);
  output.result({ remedies: rows }, ['earshot remedy ID [--dry-run]', '', ...lines].join('\n'));
  return 0;
}

function report(output: Output, problem: Problem): number {
  reportFault(output, { id: problem.of === 'usage' ? 'usage' : 'remedy-refused', title: problem.sentence });
  return problem.of === 'usage' ? 2 : 1;
}

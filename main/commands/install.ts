import type { Installation } from '../environment/model.ts';
import type { Catalogue } from '../plan/catalogue.ts';
import type { Plan } from '../plan/model.ts';
import { readPlan } from '../plan/plan-file.ts';
import { FaultError } from '../platform/fault.ts';
import { formatDuration } from '../platform/text.ts';
import { installPlan } from '../services/io/preparation.ts';
import { isInstallable } from '../services/reach.ts';
import type { Context } from './context.ts';
import { readInput } from './input.ts';
import { progressLines } from './output.ts';
import { prepare, stoppable } from './stack.ts';

/** `earshot install`: makes the disk hold what the plan needs and hashes every model file again. */
export async function runInstall(context: Context, planFile: string | undefined): Promise<number> {
  const installation = planFile === undefined ? (await prepare(context, { rehash: true, scope: 'everything' })).installation : await installSaved(context, planFile);
  const words = { present: 'present', done: 'done   ', failed: 'failed ' } as const;
  const lines = installation.steps.map((step) => `${words[step.outcome]}  ${step.title}${step.outcome === 'present' ? '' : ` (${formatDuration(step.durationMs)})`}`);
  const { steps, fingerprint, environments, findings } = installation;
  context.output.result(
    {
      steps: steps.map((step) => ({ ...step, durationMs: Math.round(step.durationMs) })),
      environments: Object.values(environments).map(({ id, fingerprint: own, torch }) => ({ id, fingerprint: own, torch })),
      findings,
      fingerprint,
    },
    [...lines, `Environment ${fingerprint}`].join('\n'),
  );
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}

/** What a saved plan names, without a look at this computer: who saved it has decided. */
async function installSaved(context: Context, planFile: string): Promise<Installation> {
  const plan = await savedPlan(context, planFile);
  for (const line of [...plan.remarks, ...notInstallable(plan, context.catalogue)]) context.output.say(line);
  return stoppable(context, () => installPlan({ ...context, plan, report: progressLines(context.output) }));
}

/** What the plan wants beyond what this version can make. */
function notInstallable(plan: Plan, catalogue: Catalogue): readonly string[] {
  const unpinned = plan.services.filter(({ env, model, server }) => server === null && env !== null && isInstallable(env) && !catalogue.models.some(({ id }) => id === model));
  return [
    ...plan.environments.filter(({ id }) => !isInstallable(id)).map(({ id }) => `This plan also wants the environment "${id}", which this version of Earshot cannot install yet. It is left out.`),
    ...unpinned.map(({ model }) => `This plan also wants the model ${model}, which this version of Earshot cannot install yet. It is left out.`),
  ];
}

async function savedPlan({ catalogue }: Context, path: string): Promise<Plan> {
  const input = await readInput(path);
  const read = 'text' in input ? readPlan(input.text, catalogue) : input;
  if ('plan' in read) return read.plan;
  throw new FaultError({
    id: 'plan-invalid',
    title: `The plan ${path} cannot be used.`,
    detail: read.problem,
    cure: 'Make it anew with "earshot plan --json", or leave out --plan to install what this computer needs.',
  });
}

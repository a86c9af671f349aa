import { availableOnDisk } from '../environment/io/available.ts';
import { packageCache } from '../environment/io/free-space.ts';
import { installedEnvironments } from '../environment/io/slots.ts';
import type { InstalledEnvironment } from '../environment/model.ts';
import { planDifference } from '../plan/explain.ts';
import type { Plan } from '../plan/model.ts';
import { describeFinding } from '../platform/finding.ts';
import { formatDuration } from '../platform/text.ts';
import type { Performed } from '../remedy/io/perform.ts';
import type { Problem, Remedy } from '../remedy/model.ts';
import type { Context } from './context.ts';

interface Step {
  readonly id: string;
  readonly title: string;
  readonly outcome: 'present' | 'planned' | 'done' | 'failed';
  readonly durationMs: number;
}

type Place = Pick<Context, 'folders' | 'catalogue'>;
type Done = Exclude<Performed, Problem>;
type RemedyDocument = Awaited<ReturnType<typeof documentOf>>;

/** What `earshot remedy --json` prints. */
export async function documentOf({ id, title }: Remedy, { override, before, after, reconciled, freed, findings }: Done, context: Place, dryRun: boolean) {
  const environments = reconciled?.installation.environments ?? (await current(context));
  const steps: readonly Step[] = dryRun ? await rehearsed(after, context) : (reconciled?.installation.steps ?? []);
  return {
    remedy: id,
    title,
    dryRun,
    override,
    before: shortPlan(before),
    after: shortPlan(after),
    difference: planDifference(before, after),
    steps: steps.map((step) => ({ ...step, durationMs: Math.round(step.durationMs) })),
    freed,
    environments: Object.values(environments).map((one) => ({ id: one.id, fingerprint: one.fingerprint, torch: one.torch })),
    fingerprint: reconciled?.installation.fingerprint ?? environments['voice']?.fingerprint ?? null,
    findings,
  };
}

async function current({ folders }: Place): Promise<Readonly<Record<string, InstalledEnvironment>>> {
  const states = await installedEnvironments(folders);
  return Object.fromEntries(Object.entries(states).map(([id, state]) => [id, state.current]));
}

/** What would have to be made and fetched, and what is there already. */
async function rehearsed(wanted: Plan, { folders, catalogue }: Place): Promise<readonly Step[]> {
  const available = await availableOnDisk(folders, catalogue);
  function step(id: string, title: string, isThere: boolean): Step {
    return { id, title, outcome: isThere ? 'present' : 'planned', durationMs: 0 };
  }
  return [
    ...wanted.environments.map(({ id, torch }) => step(id === 'voice' ? 'environment' : `environment:${id}`, torch === null ? `Environment ${id}` : `Environment ${id} with PyTorch ${torch}`, available.environments.has(id))),
    ...wanted.models.map((id) => step(`model:${id}`, catalogue.models.find((model) => model.id === id)?.title ?? id, available.models.has(id))),
    ...wanted.pulls.map((name) => step(`ollama:${name}`, `${name}, fetched by Ollama`, false)),
  ];
}

function shortPlan({ torchBuild, environments, services, predictedVoiceToVoiceMs }: Plan) {
  return {
    torchBuild: torchBuild.id,
    environments: environments.map(({ id }) => id),
    services: services.map(({ id, engine, model, device, env }) => ({ id, engine, model, device, env })),
    predictedVoiceToVoiceMs,
  };
}

const outcomes = { present: 'present', planned: 'to do  ', done: 'done   ', failed: 'failed ' } as const;

/** What a plan would change, said after it was changed. */
function asItIs(sentence: string): string {
  return sentence
    .replace(' would no longer be ', ' is no longer ')
    .replace(' would be ', ' is ')
    .replace('Answers would begin', 'Answers begin')
    .replace(/ would (\w+)/, ' is to $1');
}

/** The same for people. */
export function textOf({ title, dryRun, override, difference, steps, freed, environments, findings }: RemedyDocument): string {
  const stepLines = steps.map((step) => `${outcomes[step.outcome]}  ${step.title}${step.outcome === 'done' ? ` (${formatDuration(step.durationMs)})` : ''}`);
  const have = environments.map(({ id, fingerprint, torch }) => `Environment ${id} ${fingerprint}${torch === null ? '' : `, PyTorch ${torch.version}`}`);
  const failed = findings.some(({ severity }) => severity === 'error');
  const isNothing = override !== null && Object.keys(override).length === 0;
  return [
    dryRun ? `${title}: nothing was changed. This is what would be done.` : `${title}: ${failed ? 'not done.' : 'done.'}`,
    ...(isNothing ? ['There was nothing to change.'] : []),
    ...(override === null || isNothing ? [] : [`${dryRun ? 'Would be written' : failed ? 'Asked for' : 'Written'} in your settings: overrides ${JSON.stringify(override)}`]),
    ...(dryRun ? difference : difference.map(asItIs)),
    ...stepLines,
    ...freed.map((name) => `${dryRun ? 'would go' : 'removed '} ${name}`),
    ...(freed.includes(packageCache) ? [`A build that is asked for again ${dryRun ? 'would then be' : 'is'} fetched anew.`] : []),
    ...(dryRun ? [] : have),
    ...findings.map((finding) => `\n${describeFinding(finding)}`),
  ].join('\n');
}

import { formatDuration } from '../platform/text.ts';
import type { Context } from './context.ts';
import { prepare } from './stack.ts';

/** `earshot install`: makes the disk hold what the plan needs and hashes every model file again. */
export async function runInstall(context: Context): Promise<number> {
  const { installation } = await prepare(context, { rehash: true });
  const lines = installation.steps.map(
    (step) => `${step.outcome === 'present' ? 'present' : 'done   '}  ${step.title}${step.outcome === 'done' ? ` (${formatDuration(step.durationMs)})` : ''}`,
  );
  context.output.result(
    { steps: installation.steps.map((step) => ({ ...step, durationMs: Math.round(step.durationMs) })), fingerprint: installation.fingerprint },
    [...lines, `Environment ${installation.fingerprint}`].join('\n'),
  );
  return 0;
}

import type { ExecaReturnValue } from 'execa';
import * as z from 'zod';
import { childEnvironment, type Surroundings } from '../child-environment.ts';
import { firstStep, nextStep, preflightPolicy, type PreflightAnswer, type PreflightPolicy } from '../preflight.ts';
import { describeExit } from '../exit-story.ts';
import { startChild } from './launch.ts';

/** How one card fared. */
export interface CheckedCard {
  readonly uuid: string;
  readonly attempts: number;
  /** The answer it failed with; null when a kernel ran on it. */
  readonly failure: PreflightAnswer | null;
}

export interface CheckOptions {
  /** Runs a kernel on the card with this uuid, in a process of its own. */
  readonly ask: (uuid: string) => Promise<PreflightAnswer>;
  readonly sleep: (ms: number) => Promise<void>;
  readonly policy?: PreflightPolicy;
  /** It is not ready and is asked again in a while; said once. */
  readonly onWait?: () => void;
}

/** Asks until a card passes or is given up. */
export async function checkCard(uuid: string, options: CheckOptions): Promise<CheckedCard> {
  const policy = options.policy ?? preflightPolicy;
  let { state, effect } = firstStep;
  while (effect !== null) {
    if (effect.kind === 'wait' && state.attempt === 1) options.onWait?.();
    const event =
      effect.kind === 'run'
        ? ({ kind: 'answered', answer: await options.ask(uuid) } as const)
        : await options.sleep(effect.ms).then(() => ({ kind: 'waited' }) as const);
    ({ state, effect } = nextStep(state, event, uuid, policy));
  }
  return { uuid, attempts: state.attempt, failure: state.kind === 'failed' ? state.answer : null };
}

export interface AskOptions {
  readonly root: string;
  readonly python: string;
  readonly surroundings: Surroundings;
  /** After this the check ends itself. Generous: on a machine that has just started, the first call waits for the driver. */
  readonly timeLimitMs?: number;
}

const answerLine = z.object({
  ok: z.boolean(),
  uuid: z.string().nullable(),
  name: z.string().nullable(),
  step: z.string(),
  code: z.int().nullable(),
  error: z.string().nullable(),
});

/** What a check that does not end itself is given on top: two interpreters have to start, perhaps from a cold disk. */
const graceMs = 5_000;

/**
 * Really runs a kernel on one card: in a child, because a CUDA context that has faulted is dead until its process ends,
 * and with the environment a service on that card gets.
 */
export async function askCard(uuid: string, options: AskOptions): Promise<PreflightAnswer> {
  const { root, python, surroundings, timeLimitMs = 30_000 } = options;
  const run = { python, module: 'earshot.preflight', environment: childEnvironment({ device: uuid, threads: 1 }, surroundings) };
  const child = startChild({ root, run, args: [String(timeLimitMs / 1000)], buffer: true });
  const { stdin } = child;
  // A child that dies before it has read its line closes the pipe; its exit tells the story, not this error.
  stdin?.on('error', () => undefined);
  // The shim hands its first line on and takes the end of stdin for our own end.
  stdin?.write('\n');

  // A process that hangs inside the driver may outlive SIGKILL, so its end is not waited for.
  let overdue: NodeJS.Timeout | undefined;
  const late = new Promise<PreflightAnswer>((resolve) => {
    overdue = setTimeout(() => {
      stdin?.destroy();
      resolve({ kind: 'silent', reason: `no answer within ${timeLimitMs / 1000} s`, timedOut: true });
    }, timeLimitMs + graceMs);
  });
  try {
    return await Promise.race([child.then(parseAnswer), late]);
  } finally {
    clearTimeout(overdue);
  }
}

function parseAnswer(result: ExecaReturnValue): PreflightAnswer {
  const { stdout, stderr } = result as Partial<typeof result>;
  try {
    const parsed = answerLine.safeParse(JSON.parse(stdout ?? ''));
    if (parsed.success) return { kind: 'answer', ...parsed.data };
  } catch {
    // Nothing of ours on stdout: what it said on stderr is the better story.
  }
  const said = stderr?.trim().split('\n').at(-1) ?? '';
  const how = describeExit(result, []);
  return { kind: 'silent', reason: said === '' ? how : `${said} (${how})`, timedOut: false };
}

import { join } from 'node:path';
import * as z from 'zod';
import type { InstalledEnvironment, Proof, ProofMeans } from '../../environment/model.ts';
import type { Plan, PlannedService } from '../../plan/model.ts';
import type { Fault, FaultId } from '../../platform/fault.ts';
import { childEnvironment, isGpu, type Surroundings } from '../child-environment.ts';
import { serviceTitle } from '../names.ts';
import type { Endpoint, ServiceId } from '../service.ts';
import { conversationModule, conversationSection, engineLaunch, type EngineLaunch, type StackInput } from '../stack.ts';
import { describeExit } from '../exit-story.ts';
import { startChild } from './launch.ts';
import { surroundingsOf } from './library-folders.ts';

/** What an engine is tried with. */
export interface EngineToTry extends EngineLaunch {
  readonly id: string;
}

export interface VerificationOptions extends ProofMeans {
  readonly root: string;
  /** A recording with speech. */
  readonly question: string;
  /** The devices its engines are planned on: each is tried in a process of its own. */
  readonly devices: readonly string[];
  readonly engines: readonly EngineToTry[];
  readonly surroundings: Surroundings;
}

/** What a candidate is to be used for. */
export interface ProofInput extends Pick<StackInput, 'plan' | 'settings' | 'catalogue' | 'root'> {
  readonly hardware: { readonly os: Surroundings['os'] };
}

/** Proves an environment with the engines that a plan starts from it, on the devices where it starts them. */
export async function proofFor(candidate: InstalledEnvironment, means: ProofMeans, input: ProofInput): Promise<Proof> {
  const { plan, root, hardware } = input;
  const { [candidate.id]: surroundings } = await surroundingsOf({ [candidate.id]: candidate }, hardware.os);
  if (surroundings === undefined) throw new Error(`${candidate.id} has no surroundings`);
  const stack: StackInput = {
    ...input,
    installation: { fingerprint: '', python: candidate.python, environments: { [candidate.id]: candidate }, modelFolders: means.modelFolders, steps: [], findings: [], missing: new Map() },
    surroundings: { [candidate.id]: surroundings },
  };
  const own = plan.services.filter(({ env, server, id, model }) => env === candidate.id && server === null && id !== 'turn' && means.modelFolders[model] !== undefined);
  const engines: readonly EngineToTry[] = [
    ...own.flatMap((planned) => (planned.id === 'turn' ? [] : [{ id: serviceTitle[planned.id], ...engineLaunch(planned, stack) }])),
    ...(candidate.id === 'voice' ? [{ id: serviceTitle.conversation, module: conversationModule, section: conversationSection(stack, nowhere) }] : []),
  ];
  return verifyEnvironment(candidate, { ...means, root, surroundings, engines, devices: devicesOf(candidate, own, plan), question: join(root, 'assets', 'questions', 'capital-of-france.wav') });
}

/** Where its engines are planned; for a torch build that none runs in yet, the cards it was chosen for. */
function devicesOf({ id }: InstalledEnvironment, services: readonly PlannedService[], { torchBuild, gpus }: Plan): readonly string[] {
  const planned = [...new Set(services.map(({ device }) => device))];
  if (planned.length > 0) return planned;
  const cards = id === `torch-${torchBuild.id}` && torchBuild.id !== 'cpu' ? gpus.filter(({ use }) => use).map(({ uuid }) => uuid) : [];
  return cards.length === 0 ? ['cpu'] : cards;
}

/** The conversation is tried without the others: it only has to load what it hears with. */
const nowhere: ReadonlyMap<ServiceId, Endpoint> = new Map((['stt', 'llm', 'tts'] as const).map((id) => [id, { origin: 'http://127.0.0.1:9', token: '' }]));

const answerSchema = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ id: z.string(), ok: z.boolean(), ms: z.number(), fault: z.string().nullish(), detail: z.string(), evidence: z.record(z.string(), z.unknown()).default({}) })),
  versions: z.object({ torch: z.string().nullish(), cuda: z.string().nullish() }),
});
type Answer = z.infer<typeof answerSchema>;

/** A cold disk, two busy cores and every module compiled for the first time. */
const timeLimitMs = 300_000;

/** Loads each engine of an environment in a process of its own and lets it work once, on each device it is planned on. */
export async function verifyEnvironment(candidate: InstalledEnvironment, options: VerificationOptions): Promise<Proof> {
  let torch: InstalledEnvironment['torch'] = null;
  for (const device of options.devices) {
    let answer = await askEnvironment(candidate, device, options);
    if (!('fault' in answer) && answer.checks.some((check) => !check.ok && check.fault === 'gpu-out-of-memory' && check.id.startsWith('engine:'))) {
      // What runs now still holds the card's memory, and gives it back when the new one takes its place.
      options.onLine('The card has no room for it beside what runs now, so a small model is tried in its place');
      answer = await askEnvironment(candidate, device, { ...options, engines: [] });
    }
    if ('fault' in answer) return { ok: false, fault: answer.fault };
    for (const check of answer.checks) options.onLine(`${check.ok ? '✓' : '✗'} ${check.detail} (${Math.round(check.ms)} ms)`);
    const failed = answer.checks.find(({ ok }) => !ok);
    if (failed !== undefined) return { ok: false, fault: failedCheck(candidate, failed) };
    if (answer.versions.torch != null) torch = { version: answer.versions.torch, cuda: answer.versions.cuda ?? null };
  }
  return { ok: true, torch };
}

async function askEnvironment(candidate: InstalledEnvironment, device: string, options: VerificationOptions): Promise<Answer | { readonly fault: Fault }> {
  const { root, surroundings, signal } = options;
  const environment = {
    ...childEnvironment({ device, threads: 2 }, surroundings),
    // What is compiled now is read at every start, and it is only what the engines really use.
    PYTHONDONTWRITEBYTECODE: '',
  };
  const child = startChild({ root, run: { python: candidate.python, module: 'earshot.verification', environment }, buffer: true });
  const { stdin } = child;
  stdin?.on('error', () => undefined);
  stdin?.write(`${JSON.stringify(questionFor(candidate, device, options))}\n`);
  const overdue = new AbortController();
  function end(): void {
    // Closing the lifeline makes the shim kill its whole group.
    stdin?.destroy();
  }
  const limit = setTimeout(() => {
    overdue.abort();
    end();
  }, timeLimitMs);
  signal?.addEventListener('abort', end);
  try {
    const result = await child;
    signal?.throwIfAborted();
    const parsed = parseAnswer(result.stdout);
    if (parsed !== null) return parsed;
    const lines = result.stderr.trim().split('\n').slice(-12);
    return { fault: crashed(candidate, overdue.signal.aborted ? `it took longer than ${timeLimitMs / 60_000} minutes` : describeExit(result, lines), lines) };
  } finally {
    clearTimeout(limit);
    signal?.removeEventListener('abort', end);
  }
}

function questionFor({ id }: InstalledEnvironment, device: string, { torch, packages, question, engines }: VerificationOptions): unknown {
  return { environment: id, torch, question, cards: isGpu(device) ? [device] : [], engines: engines.filter(({ section }) => section['device'] === device || section['device'] === undefined), packages };
}

function parseAnswer(text: string): Answer | null {
  try {
    const parsed = answerSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function failedCheck(candidate: InstalledEnvironment, check: Answer['checks'][number]): Fault {
  return {
    id: (check.fault ?? 'verification-failed') as FaultId,
    title: `${titleOf(candidate)} was installed, but it does not work on this computer, so it is not used: ${check.detail}`,
    detail: Object.entries(check.evidence).map(([name, value]) => `  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`).join('\n'),
    cure: 'Nothing else has changed. Try again, or choose another build.',
  };
}

function crashed(candidate: InstalledEnvironment, how: string, lines: readonly string[]): Fault {
  return {
    id: 'verification-failed',
    title: `${titleOf(candidate)} was installed, but trying it out ended badly (${how}), so it is not used.`,
    detail: lines.join('\n'),
    cure: 'Nothing else has changed. Try again, or choose another build.',
  };
}

function titleOf({ id }: InstalledEnvironment): string {
  return id === 'voice' ? 'The new version of the voice engines' : `PyTorch (${id.replace(/^torch-/, '')})`;
}

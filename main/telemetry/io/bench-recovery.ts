import { cpus } from 'node:os';
import { bundledQuestions, type Question } from '../../conversation/io/questions.ts';
import { readRecording } from '../../conversation/io/recording.ts';
import { talk } from '../../conversation/io/talk.ts';
import type { Talk } from '../../conversation/talk.ts';
import { restartPolicy, type RestartPolicy } from '../../services/back-off.ts';
import { snapshotOf, waitUntilReady } from '../../services/io/readiness.ts';
import { createSupervisor, type Supervisor } from '../../services/io/supervisor.ts';
import type { Service, ServiceId } from '../../services/service.ts';
import type { SupervisorEvent } from '../../services/supervisor-event.ts';
import { recoveryFigures, type Recovery } from '../recovery.ts';
import type { BenchReport } from './bench-voice.ts';

export interface RecoveryOptions {
  readonly services: readonly Service[];
  readonly root: string;
  readonly python: string;
  /** Kills of each engine. */
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Killing pauses the count of crashes: each one counts as the first. */
const pausedCount: RestartPolicy = { ...restartPolicy, resetAfterMs: 0, giveUpAfter: Number.POSITIVE_INFINITY };
const victims: readonly ServiceId[] = ['stt', 'llm', 'tts', 'conversation'];

interface Exchange {
  readonly heard: Talk;
  /** From its first sound to the end of its answer. */
  readonly tookMs: number;
}

interface Told {
  readonly atMs: number;
  readonly event: SupervisorEvent;
}

/** Kills each engine of ours in the middle of answers, and shows what that costs beside the same exchange without a kill. */
export async function benchRecovery(options: RecoveryOptions): Promise<BenchReport> {
  const { services, root, rounds, signal, say } = options;
  const told: Told[] = [];
  const supervisor = createSupervisor({
    services,
    root,
    policy: pausedCount,
    onLine: () => undefined,
    onEvent: (event) => {
      told.push({ atMs: performance.now(), event });
    },
  });
  supervisor.start();
  try {
    await waitUntilReady(supervisor, signal);
    const ours = victims.filter((id) => snapshotOf(supervisor, id).service.run.kind === 'process');
    const questions = await bundledQuestions(root);
    const recoveries: Recovery[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const question = questions[round % questions.length];
      if (question === undefined) throw new Error('there are no questions');
      const undisturbed = await exchange(supervisor, question, options);
      for (const id of ours) {
        const recovery = await recover(supervisor, told, id, question, undisturbed, options);
        recoveries.push(recovery);
        say(`${question.text}  ${id} killed, answered ${Math.round(recovery.addedMs)} ms later`);
      }
    }
    const [processor] = cpus();
    return { machine: { cpu: processor?.model ?? 'unknown', cores: cpus().length }, figures: recoveryFigures(recoveries, ours, rounds) };
  } finally {
    await supervisor.stop();
  }
}

async function exchange(supervisor: Supervisor, question: Question, { python, root, signal }: RecoveryOptions): Promise<Exchange> {
  const recording = await readRecording(question.path, python, root);
  const startedMs = performance.now();
  let endedMs = startedMs;
  const heard = await talk({
    supervisor,
    recording,
    pace: 'realtime',
    signal,
    onTurn: () => {
      endedMs = performance.now();
    },
  });
  return { heard, tookMs: endedMs - startedMs };
}

/** The same exchange with the engine killed in it, and what the supervisor made of that. */
async function recover(supervisor: Supervisor, told: readonly Told[], id: ServiceId, question: Question, undisturbed: Exchange, options: RecoveryOptions): Promise<Recovery> {
  const pid = snapshotOf(supervisor, id).health?.pid ?? null;
  if (pid === null) throw new Error(`${id} does not run`);
  let killedMs = Number.NaN;
  const timer = setTimeout(() => {
    killedMs = performance.now();
    process.kill(pid, 'SIGKILL');
  }, momentOf(id, question, undisturbed));
  try {
    const { heard, tookMs } = await exchange(supervisor, question, options);
    await waitUntilReady(supervisor, options.signal);
    const after = told.filter(({ atMs, event }) => atMs >= killedMs && 'service' in event && event.service === id);
    const load = after.find(({ event }) => event.kind === 'ready')?.event;
    return {
      id,
      shownMs: timeTo(after, killedMs, (event) => event.kind === 'crashed'),
      respawnedMs: timeTo(after, killedMs, (event) => event.kind === 'spawned'),
      readyMs: timeTo(after, killedMs, (event) => event.kind === 'ready'),
      loadMs: load?.kind === 'ready' ? load.loadMs : Number.NaN,
      addedMs: tookMs - undisturbed.tookMs,
      reply: heard.turns.map(({ reply }) => reply).join(' '),
      turns: heard.turns.length,
      isSpoken: heard.fault === null && heard.turns.every(({ interrupted, latency }) => !interrupted && latency !== null),
    };
  } finally {
    clearTimeout(timer);
  }
}

/** When the engine is killed, counted from the start of the exchange: recognition as speech ends, all others while they work on the answer. */
function momentOf(id: ServiceId, { speechEndMs }: Question, { heard }: Exchange): number {
  const answerAfterMs = heard.turns.at(-1)?.heardAfterMs ?? 1_000;
  const share = { stt: 0.05, llm: 0.6, tts: 0.9, conversation: 0.75 }[id];
  return speechEndMs + share * answerAfterMs;
}

function timeTo(told: readonly Told[], fromMs: number, matches: (event: SupervisorEvent) => boolean): number {
  const found = told.find(({ event }) => matches(event));
  return found === undefined ? Number.NaN : found.atMs - fromMs;
}

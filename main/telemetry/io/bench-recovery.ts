import { cpus } from 'node:os';
import { bundledQuestions, type Question } from '../../conversation/io/questions.ts';
import { readRecording } from '../../conversation/io/recording.ts';
import { talk } from '../../conversation/io/talk.ts';
import { replyOf, type Talk } from '../../conversation/talk.ts';
import { snapshotOf, waitUntilReady } from '../../services/io/readiness.ts';
import { createSupervisor, type Supervisor } from '../../services/io/supervisor.ts';
import type { Service, ServiceId } from '../../services/service.ts';
import type { SupervisorEvent } from '../../services/supervisor-event.ts';
import { isWhole, pausedCount, recoveryFigures, type Recovery } from '../recovery.ts';
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

const victims: readonly ServiceId[] = ['stt', 'llm', 'tts', 'conversation'];

/** Where between question and end of answer an engine is at work for sure: the language model has its words early. */
const shares: Readonly<Record<ServiceId, number>> = { stt: 0, llm: 0.1, tts: 0.5, conversation: 0.5 };

interface Exchange {
  readonly heard: Talk;
  /** From its first sound to the end of its answer, and to the moment in which the question was complete. */
  readonly tookMs: number;
  readonly askedAfterMs: number;
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
    async function killAll(): Promise<void> {
      for (let round = 0; round < rounds; round += 1) {
        const question = questions[round % questions.length];
        if (question === undefined) throw new Error('there are no questions');
        const undisturbed = await exchange(supervisor, question, options);
        for (const id of ours) {
          const recovery = await recover(supervisor, told, id, question, undisturbed, options);
          recoveries.push(recovery);
          say(`${question.text}  ${id} killed: ${isWhole(recovery) ? 'the whole answer' : 'NOT the whole answer'}, ${Math.round(recovery.addedMs)} ms later than undisturbed`);
        }
      }
    }
    // Stopped in the middle, it still tells what was measured until then.
    await killAll().catch((error: unknown) => {
      if (!signal.aborted || recoveries.length === 0) throw error;
      say(`Stopped after ${recoveries.length} of ${rounds * ours.length} kills. What was measured until then:`);
    });
    const [processor] = cpus();
    return { machine: { cpu: processor?.model ?? 'unknown', cores: cpus().length }, figures: recoveryFigures(recoveries, ours, rounds) };
  } finally {
    await supervisor.stop();
  }
}

async function exchange(supervisor: Supervisor, question: Question, { python, root, signal }: RecoveryOptions, onAsked: () => void = () => undefined): Promise<Exchange> {
  const recording = await readRecording(question.path, python, root);
  const startedMs = performance.now();
  let askedMs = startedMs;
  let endedMs = startedMs;
  const heard = await talk({
    supervisor,
    recording,
    pace: 'realtime',
    signal,
    onTurn: () => {
      endedMs = performance.now();
    },
    onTurnEvent: ({ kind }) => {
      if (kind !== 'asked') return;
      askedMs = performance.now();
      onAsked();
    },
  });
  return { heard, tookMs: endedMs - startedMs, askedAfterMs: askedMs - startedMs };
}

/** The same exchange with the engine killed in it, and what the supervisor made of that. */
async function recover(supervisor: Supervisor, told: readonly Told[], id: ServiceId, question: Question, undisturbed: Exchange, options: RecoveryOptions): Promise<Recovery> {
  const victim = snapshotOf(supervisor, id).health?.pid;
  if (victim == null) throw new Error(`${id} does not run`);
  let killedMs = Number.NaN;
  const timers: NodeJS.Timeout[] = [];
  function killAfter(ms: number, pid: number): void {
    // Once: a question that is put again is answered in peace.
    if (timers.length > 0) return;
    timers.push(
      setTimeout(() => {
        killedMs = performance.now();
        process.kill(pid, 'SIGKILL');
      }, ms),
    );
  }
  // Recognition as speech ends, all others on the way from the question to the end of its answer.
  if (id === 'stt') killAfter(question.speechEndMs, victim);
  try {
    const { heard, tookMs } = await exchange(supervisor, question, options, () => {
      killAfter((undisturbed.tookMs - undisturbed.askedAfterMs) * shares[id], victim);
    });
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
      reply: replyOf(heard),
      undisturbedReply: replyOf(undisturbed.heard),
      turns: heard.turns.length,
      isSpoken: heard.fault === null && heard.turns.every(({ interrupted, latency }) => !interrupted && latency !== null),
    };
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

function timeTo(told: readonly Told[], fromMs: number, matches: (event: SupervisorEvent) => boolean): number {
  const found = told.find(({ event }) => matches(event));
  return found === undefined ? Number.NaN : found.atMs - fromMs;
}

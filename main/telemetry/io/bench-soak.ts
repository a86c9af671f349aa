import { cpus } from 'node:os';
import { bundledQuestions } from '../../conversation/io/questions.ts';
import { bytesPerMs, readRecording } from '../../conversation/io/recording.ts';
import { talk } from '../../conversation/io/talk.ts';
import type { Talk, Turn } from '../../conversation/talk.ts';
import type { Fault } from '../../platform/fault.ts';
import type { Supervisor } from '../../services/io/supervisor.ts';
import type { Settings } from '../../settings/schema.ts';
import { complete, informative, type Figure } from '../figures.ts';
import { soakFigures, type SoakLook } from '../soak.ts';
import type { BenchReport } from './bench-voice.ts';
import { processLoads } from './process-loads.ts';

export interface SoakOptions {
  readonly supervisor: Supervisor;
  readonly root: string;
  readonly python: string;
  readonly turns: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** What a soak asks: what is said quickly. */
const longestQuestionMs = 2_400;
/** Longer than the silence that ends any turn (3 s), so that two questions are never taken as one. In lockstep it costs next to nothing. */
const silenceMs = 3_500;
/** A thousand long answers show no more than short ones: the voice, which costs most of a turn, says a few words. */
const soakReplyTokens = 8;

/** Settings under which a soak asks for its answers. */
export function soakSettings(settings: Settings): Settings {
  return { ...settings, systemPrompt: 'Answer with one or two words only.', conversation: { ...settings.conversation, longestReplyTokens: soakReplyTokens } };
}

export interface Soaked {
  readonly answered: number;
  readonly looks: readonly SoakLook[];
  /** Conversations that came to their end: their questions, what was heard and spoken in them, and the time they took. */
  readonly whole: { readonly asked: number; readonly soundMs: number; readonly tookMs: number };
  readonly fault: Fault | null;
}

/**
 * So many turns through the real stack, as fast as the engines answer, with a look at every process after each of them.
 * One that is told to stop says what it has measured so far, and that turns are missing: it may have gone on for an hour.
 */
export async function benchSoak(options: SoakOptions): Promise<BenchReport> {
  if (process.platform !== 'linux') throw new Error('a soak is measured on Linux only: elsewhere nobody tells what each process holds');
  const soaked = await soak(options, await shortQuestions(options));
  if (soaked.fault !== null) options.say(`${soaked.fault.title} ${soaked.fault.detail ?? ''}`);
  const [processor] = cpus();
  return { machine: { cpu: processor?.model ?? 'unknown', cores: cpus().length }, figures: soakedFigures(soaked, options.turns) };
}

/** Asks these questions, each with the silence after it, again and again. */
export async function soak(options: Omit<SoakOptions, 'root' | 'python'>, questions: readonly Buffer[]): Promise<Soaked> {
  const { supervisor, turns, signal, say } = options;
  const looks: SoakLook[] = [];
  const startedMs = performance.now();
  let answered = 0;
  let whole: Soaked['whole'] = { asked: 0, soundMs: 0, tookMs: 0 };
  let fault: Fault | null = null;
  while (whole.asked < turns && fault === null) {
    // One connection for each time through them: how a conversation begins and ends is soaked as well.
    const some = questions.slice(0, turns - whole.asked);
    const recording = Buffer.concat(some);
    let unanswered = some.length;
    const heard = await orNullWhenStopped(
      signal,
      talk({
        supervisor,
        recording,
        pace: 'lockstep',
        signal,
        onTurn: (turn) => {
          looks.push({ turn: looks.length + 1, processes: processLoads(supervisor) });
          if (!isAnswered(turn) || unanswered === 0) return;
          unanswered -= 1;
          answered += 1;
        },
      }),
    );
    if (heard === null) {
      say(`Stopped after ${answered} of ${turns} answers. What was measured until then:`);
      break;
    }
    const soundMs = recording.length / bytesPerMs + heard.replyPcm.length / 2 / (heard.replyRateHz / 1000);
    whole = { asked: whole.asked + some.length, soundMs: whole.soundMs + soundMs, tookMs: performance.now() - startedMs };
    fault = heard.fault;
    say(`${answered} of ${whole.asked} questions answered, ${(whole.tookMs / whole.asked / 1000).toFixed(1)} s each`);
  }
  return { answered, looks, whole, fault };
}

/** What a talk came to; null when it was cut off because the person had enough. */
async function orNullWhenStopped(signal: AbortSignal, talking: Promise<Talk>): Promise<Talk | null> {
  try {
    return await talking;
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

export function soakedFigures({ answered, looks, whole }: Soaked, turns: number): readonly Figure[] {
  return [complete('turns answered', answered, turns), ...soakFigures(looks), ...(whole.asked === 0 ? [] : speedFigures(whole))];
}

function speedFigures({ asked, soundMs, tookMs }: Soaked['whole']): readonly Figure[] {
  return [
    informative('time of a turn', tookMs / asked, 'ms'),
    { ...informative('sound heard and spoken, against the time it took', soundMs / 1000, 's'), baseline: Number((tookMs / 1000).toFixed(1)), ratio: Number((soundMs / tookMs).toFixed(2)) },
  ];
}

/** Short questions, each with the silence after it. */
async function shortQuestions({ root, python }: SoakOptions): Promise<readonly Buffer[]> {
  const chosen = (await bundledQuestions(root)).filter(({ speechEndMs }) => speechEndMs <= longestQuestionMs);
  return Promise.all(chosen.map(async ({ path }) => Buffer.concat([await readRecording(path, python, root), Buffer.alloc(silenceMs * bytesPerMs)])));
}

function isAnswered({ reply, latency }: Turn): boolean {
  return reply !== '' && latency !== null;
}

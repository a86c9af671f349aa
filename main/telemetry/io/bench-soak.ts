import { cpus } from 'node:os';
import { bundledQuestions } from '../../conversation/io/questions.ts';
import { bytesPerMs, readRecording } from '../../conversation/io/recording.ts';
import { talk } from '../../conversation/io/talk.ts';
import type { Turn } from '../../conversation/talk.ts';
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

interface Soaked {
  readonly answered: number;
  readonly looks: readonly SoakLook[];
  /** Sound that was heard and spoken. */
  readonly soundMs: number;
  readonly tookMs: number;
  readonly fault: Fault | null;
}

/** So many turns through the real stack, as fast as the engines answer, with a look at every process after each of them. */
export async function benchSoak(options: SoakOptions): Promise<BenchReport> {
  if (process.platform !== 'linux') throw new Error('a soak is measured on Linux only: elsewhere nobody tells what each process holds');
  const soaked = await soak(options, await shortQuestions(options));
  if (soaked.fault !== null) options.say(`${soaked.fault.title} ${soaked.fault.detail ?? ''}`);
  const [processor] = cpus();
  return { machine: { cpu: processor?.model ?? 'unknown', cores: cpus().length }, figures: figuresOf(soaked, options.turns) };
}

async function soak(options: SoakOptions, questions: readonly Buffer[]): Promise<Soaked> {
  const { supervisor, turns, signal, say } = options;
  const looks: SoakLook[] = [];
  const startedMs = performance.now();
  let asked = 0;
  let answered = 0;
  let soundMs = 0;
  let fault: Fault | null = null;
  while (asked < turns && fault === null) {
    // One connection for each time through them: how a conversation begins and ends is soaked as well.
    const some = questions.slice(0, turns - asked);
    const recording = Buffer.concat(some);
    asked += some.length;
    const heard = await talk({
      supervisor,
      recording,
      pace: 'lockstep',
      signal,
      onTurn: () => {
        looks.push({ turn: looks.length + 1, processes: processLoads(supervisor) });
      },
    });
    answered += Math.min(some.length, heard.turns.filter(isAnswered).length);
    soundMs += recording.length / bytesPerMs + heard.replyPcm.length / 2 / (heard.replyRateHz / 1000);
    fault = heard.fault;
    say(`${answered} of ${asked} questions answered, ${((performance.now() - startedMs) / asked / 1000).toFixed(1)} s each`);
  }
  return { answered, looks, soundMs, tookMs: performance.now() - startedMs, fault };
}

function figuresOf({ answered, looks, soundMs, tookMs }: Soaked, turns: number): readonly Figure[] {
  return [
    complete('turns answered', answered, turns),
    ...soakFigures(looks),
    informative('time of a turn', tookMs / turns, 'ms'),
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

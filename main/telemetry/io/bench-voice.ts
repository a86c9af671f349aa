import { cpus } from 'node:os';
import { bundledQuestions, type Question } from '../../conversation/io/questions.ts';
import { bytesPerMs, hearingRateHz, readRecording } from '../../conversation/io/recording.ts';
import { talk } from '../../conversation/io/talk.ts';
import { wavFile } from '../../conversation/wav.ts';
import { snapshotOf } from '../../services/io/readiness.ts';
import type { Supervisor } from '../../services/io/supervisor.ts';
import type { Endpoint } from '../../services/service.ts';
import { informative, predictedFigure, quantile, ratioFigure, type Figure } from '../figures.ts';
import { firstSentenceAlone, judgeTurnAlone, speakAlone, transcribeAlone, type LanguageModelCall } from './engines-alone.ts';

export interface VoiceBenchOptions {
  readonly supervisor: Supervisor;
  readonly root: string;
  readonly python: string;
  readonly systemPrompt: string;
  readonly voice: string;
  /** What the plan expects from end of speech to first sound. */
  readonly predictedVoiceToVoiceMs: number;
  /** OpenAI base URL of the language model, its token and model, and how it is asked. */
  readonly llm: Pick<LanguageModelCall, 'url' | 'token' | 'model' | 'longestReplyTokens'>;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface BenchReport {
  readonly machine: { readonly cpu: string; readonly cores: number };
  readonly figures: readonly Figure[];
}

/** How long the voice detector waits before it calls a silence a pause. */
const vadWaitMs = 200;
const goal = 1.25;

interface Measured {
  readonly turnMs: number;
  readonly sttMs: number;
  readonly llmMs: number;
  readonly ttsMs: number;
  readonly voiceToVoiceMs: number | null;
  readonly oneTurn: boolean;
}

/**
 * Voice-to-voice latency over the bundled questions, paced by the clock, against the sum of its stages each measured
 * alone in the same run: question by question, so that a noisy neighbour slows both.
 */
export async function benchVoice(options: VoiceBenchOptions): Promise<BenchReport> {
  const measured: Measured[] = [];
  for (const question of await bundledQuestions(options.root)) {
    const result = await measure(question, options);
    measured.push(result);
    const sum = sumOf(result);
    const voice = result.voiceToVoiceMs === null ? 'not answered' : `${Math.round(result.voiceToVoiceMs)} ms`;
    options.say(`${question.text}  ${voice}; its stages alone ${Math.round(sum)} ms`);
  }
  const [processor] = cpus();
  return { machine: { cpu: processor?.model ?? 'unknown', cores: cpus().length }, figures: figuresOf(measured, options.predictedVoiceToVoiceMs) };
}

async function measure(question: Question, options: VoiceBenchOptions): Promise<Measured> {
  const { supervisor, root, python } = options;
  const recording = await readRecording(question.path, python, root);
  const stt = endpoint(supervisor, 'stt');
  const tts = endpoint(supervisor, 'tts');
  const conversation = endpoint(supervisor, 'conversation');
  const spoken = recording.subarray(0, Math.round(question.speechEndMs + vadWaitMs) * bytesPerMs);

  const turn = await judgeTurnAlone(conversation, spoken);
  const words = await transcribeAlone(stt, wavFile(spoken, hearingRateHz));
  const sentence = await firstSentenceAlone({ ...options.llm, systemPrompt: options.systemPrompt, question: words.result });
  const model = snapshotOf(supervisor, 'tts').service.model;
  const speech = await speakAlone(tts, model, options.voice, sentence.result);
  // Another conversation in between, so that the turn does not find its own question already read.
  await firstSentenceAlone({ ...options.llm, systemPrompt: 'You count.', question: 'Count to three.' });

  const heard = await talk({ supervisor, recording, pace: 'realtime', signal: options.signal, onTurn: () => undefined });
  const last = heard.turns.at(-1);
  const fromSpeechEnd = last?.heardAfterMs == null ? null : last.heardAfterMs + last.speechEndMs - question.speechEndMs;
  return {
    turnMs: turn.ms,
    sttMs: words.ms,
    llmMs: sentence.ms,
    ttsMs: speech.ms,
    voiceToVoiceMs: fromSpeechEnd,
    oneTurn: heard.turns.length === 1,
  };
}

function figuresOf(measured: readonly Measured[], predictedMs: number): Figure[] {
  const answered = measured.flatMap((one) => (one.voiceToVoiceMs === null ? [] : [{ ...one, voiceToVoiceMs: one.voiceToVoiceMs }]));
  const voice = answered.map((one) => one.voiceToVoiceMs);
  const alone = answered.map(sumOf);
  return [
    ratioFigure('voice-to-voice p50 against its stages alone', quantile(voice, 0.5), quantile(alone, 0.5), 'ms', goal),
    predictedFigure('voice-to-voice as the plan predicts it against the measured p50', predictedMs, quantile(voice, 0.5), 'ms'),
    informative('voice-to-voice p90', quantile(voice, 0.9), 'ms'),
    informative('voice detector wait', vadWaitMs, 'ms'),
    informative('turn model alone p50', quantile(measured.map((one) => one.turnMs), 0.5), 'ms'),
    informative('speech recognition alone p50', quantile(measured.map((one) => one.sttMs), 0.5), 'ms'),
    informative('language model to first sentence alone p50', quantile(measured.map((one) => one.llmMs), 0.5), 'ms'),
    informative('voice to first sound alone p50', quantile(measured.map((one) => one.ttsMs), 0.5), 'ms'),
    { ...informative('questions answered', answered.length, ''), baseline: measured.length, ok: answered.length === measured.length },
    { ...informative('questions taken as one turn', measured.filter((one) => one.oneTurn).length, ''), baseline: measured.length },
  ];
}

function sumOf(one: Measured): number {
  return vadWaitMs + one.turnMs + one.sttMs + one.llmMs + one.ttsMs;
}

function endpoint(supervisor: Supervisor, id: 'stt' | 'tts' | 'conversation'): Endpoint {
  const { endpoint: found } = snapshotOf(supervisor, id);
  if (found === null) throw new Error(`${id} has no address`);
  return found;
}

import type { Latency } from '../../main/conversation/latency.ts';
import type { Exchange } from '../../preload/contract.ts';

type Stage = Exclude<keyof Latency, 'voiceToVoiceMs'> | 'speakerMs';

/** One stage of an answer: where its bar starts and how far it reaches, as shares of the whole. */
export interface WaterfallBar {
  readonly stage: Stage;
  readonly title: string;
  readonly durationMs: number;
  readonly startShare: number;
  readonly share: number;
  /** The stage to look at first when answers are slow. */
  readonly longest: boolean;
}

const titles: readonly (readonly [Stage, string])[] = [
  ['vadMs', 'Pause'],
  ['turnMs', 'Turn'],
  ['sttMs', 'Recognition'],
  ['llmMs', 'Answer'],
  ['ttsMs', 'Voice'],
  ['speakerMs', 'Speaker'],
];

/** Stages that only a spoken question goes through. */
const hearing: readonly Stage[] = ['vadMs', 'turnMs', 'sttMs'];

/** The stages of one answer in the order they were spent; the way to the ear last, where it is known. */
export function layOutWaterfall(latency: Latency, heardAfterMs: number | null, asked: Exchange['asked']): readonly WaterfallBar[] {
  const speakerMs = heardAfterMs === null ? 0 : heardAfterMs - latency.voiceToVoiceMs;
  const durations: Readonly<Record<Stage, number>> = { ...latency, speakerMs };
  const shown = titles.filter(([stage]) => (stage === 'speakerMs' ? speakerMs > 0 : asked === 'spoken' || !hearing.includes(stage)));
  const wholeMs = shown.reduce((sum, [stage]) => sum + length(durations[stage]), 0);
  const longestMs = Math.max(...shown.map(([stage]) => durations[stage]));
  let startMs = 0;
  return shown.map(([stage, title]) => {
    const durationMs = durations[stage];
    const startShare = wholeMs === 0 ? 0 : startMs / wholeMs;
    const share = wholeMs === 0 ? 0 : length(durationMs) / wholeMs;
    startMs += length(durationMs);
    return { stage, title, durationMs, startShare, share, longest: durationMs > 0 && durationMs === longestMs };
  });
}

/** Speculation may finish a stage before the one it follows: then it took no time of its own. */
function length(durationMs: number): number {
  return Math.max(0, durationMs);
}

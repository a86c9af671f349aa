import { describe, expect, test } from 'vitest';
import type { TurnEvent } from '../../../main/conversation/turn-event.ts';
import { nextTraces, type OpenTurns, type TurnTrace } from '../../../main/telemetry/turn-trace.ts';

const latency = { vadMs: 200, turnMs: 50, sttMs: 300, llmMs: 400, ttsMs: 150, voiceToVoiceMs: 1_100 };

/** The traces of these events at these times, and the turns that are left open. */
function traced(events: readonly (readonly [number, TurnEvent])[]): { readonly traces: readonly TurnTrace[]; readonly open: number } {
  let open: OpenTurns = new Map();
  const traces: TurnTrace[] = [];
  for (const [nowMs, event] of events) {
    const step = nextTraces(open, event, nowMs);
    open = step.open;
    if (step.trace !== null) traces.push(step.trace);
  }
  return { traces, open: open.size };
}

describe('the trace of a turn', () => {
  test('has its stages one after the other from the end of speech', () => {
    expect(
      traced([
        [10_550, { kind: 'asked', turnId: '1.1', asked: 'spoken' }],
        [13_000, { kind: 'answered', turnId: '1.1', asked: 'spoken', latency, heardAfterMs: 1_180 }],
        [13_000, { kind: 'ended', turnId: '1.1' }],
      ]),
    ).toEqual({
      open: 0,
      traces: [
        {
          turn: { name: 'voice turn', startMs: 10_000, endMs: 13_000 },
          outcome: 'answered',
          attributes: { 'earshot.turn': '1.1', 'earshot.outcome': 'answered', 'earshot.asked': 'spoken', 'earshot.voice_to_voice_ms': 1_100, 'earshot.heard_after_ms': 1_180 },
          stages: [
            { name: 'vad', startMs: 10_000, endMs: 10_200 },
            { name: 'turn', startMs: 10_200, endMs: 10_250 },
            { name: 'stt', startMs: 10_250, endMs: 10_550 },
            { name: 'llm', startMs: 10_550, endMs: 10_950 },
            { name: 'tts', startMs: 10_950, endMs: 11_100 },
          ],
        },
      ],
    });
  });

  test('of a typed question begins with it', () => {
    const { traces } = traced([
      [10_000, { kind: 'asked', turnId: '1.1', asked: 'typed' }],
      [11_000, { kind: 'interrupted', turnId: '1.1', latency: { ...latency, vadMs: 0, turnMs: 0, sttMs: 0, voiceToVoiceMs: 550 } }],
    ]);
    expect(traces.map(({ turn, outcome, stages }) => ({ turn, outcome, llm: stages.find(({ name }) => name === 'llm') }))).toEqual([
      { turn: { name: 'voice turn', startMs: 10_000, endMs: 11_000 }, outcome: 'interrupted', llm: { name: 'llm', startMs: 10_000, endMs: 10_400 } },
    ]);
  });

  test('shows each wait for a service that was lost', () => {
    const { traces } = traced([
      [10_000, { kind: 'asked', turnId: '1.1', asked: 'spoken' }],
      [10_100, { kind: 'engine-lost', turnId: '1.1', service: 'llm' }],
      [12_100, { kind: 'engine-back', turnId: '1.1', service: 'llm', waitedMs: 2_000 }],
      [12_500, { kind: 'engine-lost', turnId: '1.1', service: 'tts' }],
      [20_000, { kind: 'failed', turnId: '1.1', service: 'tts', reason: 'my neighbour is a spy' }],
    ]);
    expect(traces).toEqual([
      {
        turn: { name: 'voice turn', startMs: 10_000, endMs: 20_000 },
        outcome: 'failed',
        attributes: { 'earshot.turn': '1.1', 'earshot.outcome': 'failed', 'earshot.asked': 'spoken', 'earshot.service': 'tts' },
        stages: [
          { name: 'wait for llm', startMs: 10_100, endMs: 12_100 },
          { name: 'wait for tts', startMs: 12_500, endMs: 20_000 },
        ],
      },
    ]);
  });

  test('begins before its question was complete when recognition was lost in it', () => {
    const { traces } = traced([
      [5_000, { kind: 'engine-lost', turnId: '1.1', service: 'stt' }],
      [9_000, { kind: 'engine-back', turnId: '1.1', service: 'stt', waitedMs: 4_000 }],
      [9_500, { kind: 'asked', turnId: '1.1', asked: 'spoken' }],
      [12_000, { kind: 'answered', turnId: '1.1', latency: { ...latency, sttMs: 4_700, voiceToVoiceMs: 5_500 } }],
    ]);
    expect(traces.map(({ turn, stages }) => [turn.startMs, stages[0]?.startMs, stages[2]?.endMs])).toEqual([[4_550, 4_550, 9_500]]);
  });

  test('ends with its turn: nothing is kept of a thousand', () => {
    const events = Array.from({ length: 1_000 }, (_, index): readonly (readonly [number, TurnEvent])[] => [
      [index, { kind: 'asked', turnId: `1.${index}` }],
      [index, { kind: index % 2 === 0 ? 'failed' : 'asked-again', turnId: `1.${index}` }],
      [index, { kind: 'ended', turnId: `1.${index}` }],
    ]);
    const { traces, open } = traced(events.flat());
    expect([traces.length, open]).toEqual([1_000, 0]);
  });
});

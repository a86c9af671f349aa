import { describe, expect, it } from 'vitest';
import { layOutWaterfall } from '../../../renderer/panel/waterfall-layout.ts';

const latency = { vadMs: 200, turnMs: 50, sttMs: 150, llmMs: 400, ttsMs: 200, voiceToVoiceMs: 1000 };

describe('the waterfall', () => {
  it('puts each stage where the one before it ends', () => {
    const bars = layOutWaterfall(latency, null, 'spoken').map(({ stage, startShare, share }) => [stage, startShare, share]);
    expect(bars).toEqual([
      ['vadMs', 0, 0.2],
      ['turnMs', 0.2, 0.05],
      ['sttMs', 0.25, 0.15],
      ['llmMs', 0.4, 0.4],
      ['ttsMs', 0.8, 0.2],
    ]);
  });

  it('adds the way to the ear where it is known', () => {
    const bars = layOutWaterfall(latency, 1250, 'spoken');
    expect(bars.at(-1)).toEqual({ stage: 'speakerMs', title: 'Speaker', durationMs: 250, startShare: 0.8, share: 0.2, longest: false });
  });

  it('has no bar for a speaker that was not slower than the voice', () => {
    expect(layOutWaterfall(latency, 1000, 'spoken')).toHaveLength(5);
    expect(layOutWaterfall(latency, 990, 'spoken')).toHaveLength(5);
  });

  it('leaves out what only a spoken question goes through', () => {
    const bars = layOutWaterfall({ ...latency, vadMs: 0, turnMs: 0, sttMs: 0, voiceToVoiceMs: 600 }, 800, 'typed');
    expect(bars.map(({ stage, startShare }) => [stage, startShare])).toEqual([
      ['llmMs', 0],
      ['ttsMs', 0.5],
      ['speakerMs', 0.75],
    ]);
  });

  it('marks the longest stage', () => {
    expect(layOutWaterfall(latency, 1250, 'spoken').filter(({ longest }) => longest).map(({ stage }) => stage)).toEqual(['llmMs']);
  });

  it('draws nothing of a turn without time', () => {
    const bars = layOutWaterfall({ vadMs: 0, turnMs: 0, sttMs: 0, llmMs: 0, ttsMs: 0, voiceToVoiceMs: 0 }, null, 'spoken');
    expect(bars.every(({ share, startShare, longest }) => share === 0 && startShare === 0 && !longest)).toBe(true);
  });

  it('keeps a figure below zero out of the drawing, but not out of the list', () => {
    const [pause, turn] = layOutWaterfall({ ...latency, vadMs: -5 }, null, 'spoken');
    expect([pause?.durationMs, pause?.share, turn?.startShare]).toEqual([-5, 0, 0]);
  });
});

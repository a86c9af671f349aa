import { describe, expect, test } from 'vitest';
import type { GpuProcess } from '../../../main/hardware/model.ts';
import type { Plan, PlannedService, ServiceId } from '../../../main/plan/model.ts';
import { changeOfOthers, isChange, othersOnCards, othersText, replanDecision, type Other } from '../../../main/plan/replan.ts';
import { card as cardOf } from './cards.ts';
import { emptyPlan } from './empty-plan.ts';

const card = cardOf('GeForce RTX 3090', '8.6', { uuid: 'GPU-1', memoryMiB: 24_576, freeMiB: 24_000 });
const server: Other = { pid: 4711, uuid: 'GPU-1', name: 'vllm', usedMiB: 18_000 };
const browser: Other = { pid: 12, uuid: 'GPU-1', name: 'firefox', usedMiB: 300 };

function processOf(other: Other, ours = false): GpuProcess {
  return { ...other, ours };
}

describe('who else computes on the cards:', () => {
  test('every program there that is not ours', () => {
    const elsewhere = { ...server, uuid: 'GPU-unknown' };
    expect(othersOnCards({ gpus: [card], processes: [processOf(server), processOf({ ...browser, pid: 99 }, true), processOf(elsewhere), processOf(browser)] })).toEqual([server, browser]);
  });

  test.each<[string, readonly Other[], readonly Other[], string[]]>([
    ['nobody comes or goes', [server], [server], []],
    ['a program comes', [], [server], ['vllm (process 4711) now uses 18000 MiB of the NVIDIA GeForce RTX 3090.']],
    ['a program goes', [server, browser], [browser], ['vllm (process 4711) has left the NVIDIA GeForce RTX 3090, which has 18000 MiB more to give.']],
    ['a program of unknown size comes', [], [{ ...server, usedMiB: null }], ['vllm (process 4711) now uses memory of the NVIDIA GeForce RTX 3090.']],
    ['a program of unknown size goes', [{ ...server, usedMiB: null }], [], ['vllm (process 4711) has left the NVIDIA GeForce RTX 3090.']],
    ['a program without a name comes', [], [{ ...server, name: '' }], ['A program whose name the driver does not tell (process 4711) now uses 18000 MiB of the NVIDIA GeForce RTX 3090.']],
    ['a program takes 499 MiB', [browser], [{ ...browser, usedMiB: 799 }], []],
    ['a program takes 500 MiB', [browser], [{ ...browser, usedMiB: 800 }], ['firefox (process 12) took 500 MiB of the NVIDIA GeForce RTX 3090.']],
    ['a program gives 499 MiB back', [server], [{ ...server, usedMiB: 17_501 }], []],
    ['a program gives 500 MiB back', [server], [{ ...server, usedMiB: 17_500 }], ['vllm (process 4711) gave back 500 MiB of the NVIDIA GeForce RTX 3090.']],
    ['its size becomes known', [{ ...server, usedMiB: null }], [server], []],
    ['its size is not told any more', [server], [{ ...server, usedMiB: null }], []],
    [
      'another program has the number of the old one',
      [browser],
      [{ ...browser, name: 'blender' }],
      ['blender (process 12) now uses 300 MiB of the NVIDIA GeForce RTX 3090.', 'firefox (process 12) has left the NVIDIA GeForce RTX 3090, which has 300 MiB more to give.'],
    ],
  ])('%s', (_what, before, after, text) => {
    const change = changeOfOthers(before, after);
    expect({ text: othersText(change, [card]), isChange: isChange(change) }).toEqual({ text, isChange: text.length > 0 });
  });

  test('a program that creeps is told of once its steps add up to 500 MiB, and then from there', () => {
    const told: string[] = [];
    let known: readonly Other[] = [browser];
    for (let usedMiB = 400; usedMiB <= 1_500; usedMiB += 100) {
      const change = changeOfOthers(known, [{ ...browser, usedMiB }]);
      known = change.known;
      if (isChange(change)) told.push(`at ${usedMiB}`);
    }
    expect(told).toEqual(['at 800', 'at 1300']);
  });

  test('a size that becomes known is where growth is counted from', () => {
    const { known } = changeOfOthers([{ ...server, usedMiB: null }], [server]);
    expect(changeOfOthers(known, [{ ...server, usedMiB: 19_000 }]).grew).toEqual([{ other: { ...server, usedMiB: 19_000 }, byMiB: 1_000 }]);
  });
});

const onProcessor = { engine: 'whisper', model: 'whisper-base', precision: 'int8', device: 'cpu', build: 'none', env: 'voice', estimatedVramMiB: 0 } as const;
const onCard = { ...onProcessor, model: 'whisper-turbo', precision: 'float16', device: 'GPU-1', env: 'whisper-cuda12', estimatedVramMiB: 2_500 } as const;

function planWith(changes: Readonly<Partial<Record<ServiceId, Partial<PlannedService>>>>, voiceToVoiceMs = 1_100): Plan {
  const services = (['stt', 'llm', 'tts', 'turn'] as const).map((id): PlannedService => ({
    id,
    ...onProcessor,
    threads: 2,
    server: null,
    contextTokens: null,
    windowSeconds: null,
    fallback: null,
    ...changes[id],
  }));
  return {
    ...emptyPlan,
    gpus: [{ uuid: 'GPU-1', name: 'NVIDIA GeForce RTX 3090', use: false, reason: '' }],
    services,
    predictedVoiceToVoiceMs: voiceToVoiceMs,
  };
}

describe('a plan in force', () => {
  const busy = { idle: false, consent: false };
  const better = planWith({ stt: onCard }, 800);

  test.each<[string, Partial<Plan>, Partial<PlannedService>]>([
    ['the notes', { notes: ['Another program came.'] }, {}],
    ['a card that nothing runs on', { gpus: [], vram: [{ uuid: 'GPU-1', budgetMiB: 1, plannedMiB: 0 }] }, {}],
    ['the torch build that nothing uses', { torchBuild: { id: 'cu128', torch: '2.9.1', reason: '' } }, {}],
    ['what is predicted', { predictedVoiceToVoiceMs: 900 }, {}],
    ['how far the language model looks back', {}, { contextTokens: 8_192 }],
    ['how far the recognition looks back', {}, { windowSeconds: 5 }],
    ['how many threads there are', {}, { threads: 7 }],
    ['what would take its place', {}, { fallback: { ...onProcessor, model: 'whisper-tiny', fallback: null } }],
  ])('stays where only %s would change, even with consent', (_what, plan, stt) => {
    expect(replanDecision(planWith({}), { ...planWith({ stt }), ...plan }, { idle: true, consent: true })).toEqual({ kind: 'keep' });
  });

  test('stays where a server of somebody else would only compute elsewhere: it is not ours to restart', () => {
    const ollama = { engine: 'ollama', model: 'llama3.2:3b', precision: null, env: null, server: { url: 'http://127.0.0.1:11434/v1', token: '' } };
    const [onGpu, onCpu] = [planWith({ llm: { ...ollama, device: 'GPU-1' } }, 800), planWith({ llm: { ...ollama, device: 'cpu' } })];
    const other = planWith({ llm: { ...ollama, model: 'qwen2.5:7b', device: 'GPU-1' } });
    const decisions = [[onGpu, onCpu], [onCpu, onGpu], [onGpu, other]].map(([now = onGpu, then = onGpu]) => replanDecision(now, then, { idle: true, consent: true }).kind);
    expect(decisions).toEqual(['keep', 'keep', 'apply']);
  });

  test.each([
    ['once nobody is there to mind', { idle: true, consent: false }, 'apply'],
    ['with consent, even in the middle of a conversation', { idle: false, consent: true }, 'apply'],
    ['with both', { idle: true, consent: true }, 'apply'],
    ['not without either: it asks', busy, 'ask'],
  ])('gives way %s', (_when, situation, kind) => {
    expect(replanDecision(planWith({}), better, situation).kind).toBe(kind);
  });

  const end = 'Earshot makes the change when you agree, or once nobody has spoken for a while.';
  const same = 'An answer would begin after about 1.1 s, as now.';
  test.each<[string, Plan, Plan, string[]]>([
    [
      'to a card that became free, with a better model',
      planWith({}),
      better,
      [
        'Speech recognition would move from the processor to the NVIDIA GeForce RTX 3090 and use whisper-turbo (float16) instead of whisper-base (int8).',
        'An answer would then begin after about 0.8 s instead of 1.1 s.',
      ],
    ],
    ['off a card that somebody else took', planWith({ tts: { device: 'GPU-1' } }), planWith({}), ['The voice would move from the NVIDIA GeForce RTX 3090 to the processor.', same]],
    [
      'to a server',
      planWith({}),
      planWith({ llm: { engine: 'ollama', model: 'qwen3', precision: null, device: 'external', env: null, server: { url: 'http://127.0.0.1:11434/v1', token: '' } } }),
      ['The language model would move from the processor to the server at http://127.0.0.1:11434/v1 and use qwen3 instead of whisper-base (int8).', same],
    ],
    ['to another environment', planWith({}), planWith({ turn: { env: 'torch-cu128' } }), ['The detection of the end of a question would be started in another way.', same]],
  ])('is asked about in plain sentences: %s', (_what, current, wanted, sentences) => {
    expect(replanDecision(current, wanted, busy)).toEqual({ kind: 'ask', sentences: [...sentences, end] });
  });
});

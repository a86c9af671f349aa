import { describe, expect, test } from 'vitest';
import { snapshotSchema, type Snapshot } from '../../../preload/contract.ts';
import type { DesktopState } from '../../../main/desktop/state.ts';
import { createDesktopStore } from '../../../main/desktop/state.ts';
import { setupOf, type Setup, type Step } from '../../../main/desktop/steps.ts';
import { snapshotOf } from '../../../main/desktop/view.ts';
import { servicesIn } from '../services/snapshots.ts';
import { emptyPlan } from '../plan/empty-plan.ts';
import { finding, machineOf } from './machine-of.ts';
import { conversationSettings, exchangeIn, noOffer, stateWith } from './state-with.ts';

const latency = { vadMs: 200, turnMs: 60, sttMs: 0, llmMs: 300, ttsMs: 150, voiceToVoiceMs: 710 };
const transfer = { receivedBytes: 12, totalBytes: 145, bytesPerSecond: 6, remainingSeconds: 22 };
const step: Step = { id: 'models', title: 'the models', state: 'running', detail: 'fetching', transfer: { ...transfer, samples: { samples: [] } }, durationMs: null };
const first: Setup = { ...setupOf('first'), steps: [step], log: ['fetching'] };
const fault = { id: 'download-failed', title: 'The download failed.' } as const;

/** A question answered after so many milliseconds in each stage. */
function answeredIn(sttMs: number, llmMs: number, ttsMs: number, voiceToVoiceMs: number, asked: 'spoken' | 'typed' = 'spoken') {
  return exchangeIn('done', { asked, latency: { ...latency, sttMs, llmMs, ttsMs, voiceToVoiceMs } });
}

const card = 'GPU-0a1b2c3d-0000-4000-8000-000000000001';

test('a service on a graphics card names the card, and it is explained what runs where', () => {
  const [stt, ...others] = servicesIn({});
  if (stt === undefined) throw new Error('there are services');
  const plan = { ...emptyPlan, gpus: [{ uuid: card, name: 'NVIDIA GeForce RTX 3050', use: true, reason: 'It runs the speech recognition.' }], notes: ['The driver is new enough.'] };
  const { services, explanation } = snapshotOf(
    stateWith({ services: [{ ...stt, service: { ...stt.service, device: card } }, ...others], planned: { hardware: machineOf({}), plan, findings: [], offer: noOffer } }),
  );
  expect(services.map(({ device }) => device)).toEqual(['NVIDIA GeForce RTX 3050', 'cpu', 'cpu', 'cpu']);
  expect(explanation).toContain('The driver is new enough.');
});

function mediansIn(exchanges: DesktopState['exchanges']): readonly (number | null)[] {
  return snapshotOf(stateWith({ exchanges })).services.map(({ p50Ms }) => p50Ms);
}

describe('what the page is sent', () => {
  const states: Readonly<Record<string, DesktopState>> = {
    'at the very start': createDesktopStore('1.2.3').getState(),
    'while all is well': stateWith(),
    'in the middle of everything': stateWith({
      exchanges: [exchangeIn('done', { latency, answer: 'Hi.', heardAfterMs: 812.5 }), exchangeIn('failed', { id: 2, problem: 'No answer.' }), exchangeIn('hearing', { id: 3, turn: null })],
      settings: conversationSettings({ mode: 'press-to-talk' }),
      setup: { ...first, where: 'background' },
      planned: { hardware: machineOf({}), plan: emptyPlan, findings: [finding], offer: { hasCard: true, kyutai: { memoryMiB: 2_500, diskBytes: 9e9, hindrance: null } } },
      change: { to: 'other engines', sentences: [], environments: [], byRemedy: true },
      unfinished: { fault, missing: [], byRemedy: true },
      supervision: { found: { tts: finding }, waking: ['llm'] },
      events: [{ at: '2026-11-21T10:00:00.000Z', kind: 'crashed', severity: 'warning', text: 'The voice stopped unexpectedly.', service: 'tts', detail: 'exit code 1' }],
      remarks: [{ id: 'remark-a', title: 'The settings file could not be used.', detail: null }],
      trayShown: false,
    }),
    'after everything failed': stateWith({ stack: { kind: 'failed', fault }, setup: first, services: servicesIn({ stt: { kind: 'failed', reason: 'it ended' } }), page: 'lost', audio: null }),
  };

  test.each(Object.entries(states))('%s is what the contract promises, and nothing more', (_when, state) => {
    const snapshot = snapshotOf(state);
    expect(snapshotSchema.strict().parse(snapshot)).toEqual(snapshot);
  });

  test('is the state a person can see, whole', () => {
    expect(snapshotOf(stateWith({ exchanges: [exchangeIn('done', { answer: 'Hi.', latency, heardAfterMs: 812 })], shortcut: null }))).toEqual({
      version: '1.2.3',
      status: 'idle',
      headline: 'Ready. Just speak.',
      setup: null,
      services: [
        { id: 'stt', title: 'speech recognition', state: 'ready', detail: null, engine: 'whisper', model: 'stt-model', device: 'cpu', p50Ms: 0 },
        { id: 'llm', title: 'language model', state: 'ready', detail: null, engine: 'llama', model: 'llm-model', device: 'cpu', p50Ms: 300 },
        { id: 'tts', title: 'voice', state: 'ready', detail: null, engine: 'kokoro', model: 'tts-model', device: 'cpu', p50Ms: 150 },
        { id: 'conversation', title: 'conversation', state: 'ready', detail: null, engine: 'pipecat', model: 'conversation-model', device: 'cpu', p50Ms: 710 },
      ],
      explanation: null,
      engines: null,
      exchanges: [{ id: 1, asked: 'spoken', question: 'Hello?', answer: 'Hi.', state: 'done', problem: null, latency, heardAfterMs: 812 }],
      listening: { mode: 'hands-free', muted: false, pressed: false, shortcut: 'Ctrl+Shift+Space' },
      audio: {
        capture: true,
        microphone: null,
        speaker: null,
        microphones: [{ id: 'm1', label: 'Desk microphone' }],
        speakers: [{ id: 's1', label: 'Headphones' }],
      },
      rest: [
        { service: 'llm', title: 'language model', minutes: 10 },
        { service: 'stt', title: 'speech recognition', minutes: null },
        { service: 'tts', title: 'voice', minutes: null },
      ],
      startsAtLogin: false,
      notices: [],
      events: [],
    } satisfies Snapshot);
  });
});

describe('a service', () => {
  test('has no median before the first answer', () => {
    expect(mediansIn([exchangeIn('thinking')])).toEqual([null, null, null, null]);
  });

  test('has the median of its part of the answers to spoken questions', () => {
    const exchanges = [answeredIn(10, 300, 100, 700), exchangeIn('failed'), answeredIn(30, 100, 900, 900), answeredIn(20, 200, 200, 800), answeredIn(999, 999, 999, 999, 'typed')];
    expect(mediansIn(exchanges)).toEqual([20, 200, 200, 800]);
  });

  test('has the mean of the middle two of an even number of answers', () => {
    expect(mediansIn([answeredIn(10, 300, 100, 700), answeredIn(20, 100, 300, 800)])).toEqual([15, 200, 200, 750]);
  });
});

describe('a set-up', () => {
  const steps = [{ title: 'the models', state: 'running', detail: 'fetching', transfer, durationMs: null }];
  const cases: readonly (readonly [when: string, change: Partial<DesktopState>, setup: unknown])[] = [
    ['while the first one goes on', { stack: { kind: 'preparing' }, setup: first }, { where: 'first', state: 'running', steps, log: ['fetching'] }],
    ['after it failed', { stack: { kind: 'failed', fault }, setup: { ...first, state: 'ended' } }, { where: 'first', state: 'ended', steps, log: ['fetching'] }],
    ['beside a conversation', { setup: { ...first, where: 'background' } }, { where: 'background', state: 'running', steps, log: ['fetching'] }],
    ['not before its first step', { stack: { kind: 'preparing' }, setup: setupOf('first') }, null],
    ['not when there is none', {}, null],
  ];

  test.each(cases)('is shown %s', (_when, change, setup) => {
    expect(snapshotOf(stateWith(change)).setup).toEqual(setup);
  });

  test('beside a conversation leaves the headline to the conversation', () => {
    expect(snapshotOf(stateWith({ setup: { ...first, where: 'background' } })).headline).toBe('Ready. Just speak.');
  });
});

test('the page learns which microphone and speaker were chosen', () => {
  const [microphone, speaker] = [{ id: 'm1', label: 'Desk microphone' }, { id: 's1', label: 'Headphones' }];
  const { audio } = snapshotOf(stateWith({ settings: { ...stateWith().settings, audio: { microphone, speaker } } }));
  expect({ microphone: audio.microphone, speaker: audio.speaker }).toEqual({ microphone, speaker });
});

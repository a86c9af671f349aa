import { describe, expect, test } from 'vitest';
import { statuses, type Status } from '../../../preload/contract.ts';
import type { DesktopState } from '../../../main/desktop/state.ts';
import { hasSpeaker, headlineOf, statusOf, wantsMicrophone } from '../../../main/desktop/status.ts';
import { awaitedServer, servicesIn } from '../services/snapshots.ts';
import { setupOf, type Step } from '../../../main/desktop/steps.ts';
import { conversationSettings, exchangeIn, stateWith, workingAudio } from './state-with.ts';

const fault = { id: 'download-failed', title: 'The download failed.' } as const;
const restarting = { kind: 'backing-off', untilMs: 0, reason: 'it ended' } as const;
const slow = { kind: 'degraded', sinceMs: 0, reason: 'it is late' } as const;
const resting = { kind: 'stopped', because: 'idle' } as const;
const loading = { kind: 'warming', sinceMs: 0 } as const;
const waking: DesktopState['supervision'] = { found: {}, waking: ['llm'] };
const step: Step = { id: 'models', title: 'the models', state: 'running', detail: null, transfer: null, durationMs: null };
const pressToTalk = conversationSettings({ mode: 'press-to-talk' });

const rows: readonly (readonly [what: string, change: Partial<DesktopState>, status: Status, headline: string])[] = [
  ['the set-up failed', { stack: { kind: 'failed', fault }, wasReady: false }, 'failed', 'The download failed.'],
  ['a service was given up', { services: servicesIn({ llm: { kind: 'failed', reason: 'it ended' } }) }, 'failed', 'The language model does not run'],
  ['the window is lost', { page: 'lost' }, 'failed', 'The window crashed; choose “Open Earshot” to load it again'],
  ['nothing is known yet', { stack: { kind: 'preparing' }, services: [], wasReady: false }, 'starting', 'Starting…'],
  ['it is being set up', { stack: { kind: 'preparing' }, services: [], wasReady: false, setup: { ...setupOf('first'), steps: [{ ...step, state: 'done' }, { ...step, title: 'the voice' }] } }, 'starting', 'Setting up: the voice'],
  ['its set-up is being stopped', { stack: { kind: 'preparing' }, services: [], wasReady: false, setup: { ...setupOf('first'), state: 'stopping', steps: [step] } }, 'starting', 'Stopping…'],
  ['something is set up beside the conversation', { setup: { ...setupOf('background'), steps: [step] } }, 'idle', 'Ready. Just speak.'],
  ['services start', { services: servicesIn({ stt: { kind: 'warming', sinceMs: 0 }, tts: { kind: 'stopped', because: 'not-started' } }), wasReady: false }, 'starting', 'Starting speech recognition, voice…'],
  ['an answer is spoken', { exchanges: [exchangeIn('speaking')] }, 'speaking', 'Speaking'],
  ['an answer still sounds', { exchanges: [exchangeIn('done')], playing: true }, 'speaking', 'Speaking'],
  ['an answer is shown without a speaker', { exchanges: [exchangeIn('speaking')], audio: { ...workingAudio, speaker: 'missing' } }, 'speaking', 'Speaking'],
  ['a question is thought about', { exchanges: [exchangeIn('thinking')] }, 'thinking', 'Thinking…'],
  ['somebody speaks', { exchanges: [exchangeIn('hearing')] }, 'listening', 'Listening…'],
  ['press to talk was pressed', { settings: pressToTalk, pressed: true }, 'listening', 'Listening…'],
  ['a server of somebody else does not answer yet', { wasReady: false, services: awaitedServer() }, 'failed', 'The server for the language model does not answer'],
  ['a service restarts', { services: servicesIn({ tts: restarting }) }, 'degraded', 'Restarting the voice…'],
  ['a service does not react any more and is being ended', { services: servicesIn({ stt: { kind: 'stopping', then: { kind: 'crash', reason: 'no beat', sinceMs: 0 } } }) }, 'degraded', 'Restarting the speech recognition…'],
  ['a service is slow', { services: servicesIn({ tts: slow }) }, 'degraded', 'The voice is slow to answer…'],
  ['one service is slow and another restarts', { services: servicesIn({ stt: slow, tts: restarting }) }, 'degraded', 'Restarting the voice…'],
  ['a service rests', { services: servicesIn({ llm: resting }) }, 'idle', 'Ready. Just speak.'],
  ['a service goes to rest', { services: servicesIn({ llm: { kind: 'stopping', then: { kind: 'rest' } } }) }, 'idle', 'Ready. Just speak.'],
  ['a service that rested loads again', { services: servicesIn({ llm: loading }), supervision: waking }, 'idle', 'Ready. Just speak.'],
  ['a question waits for a service that rested', { services: servicesIn({ llm: loading }), supervision: waking, exchanges: [exchangeIn('thinking')] }, 'thinking', 'Loading the language model…'],
  ['a service fails while a question is thought about', { services: servicesIn({ llm: restarting }), exchanges: [exchangeIn('thinking')] }, 'thinking', 'Restarting the language model… your question is kept'],
  ['the voice fails in the middle of an answer', { services: servicesIn({ tts: restarting }), exchanges: [exchangeIn('speaking')] }, 'speaking', 'Restarting the voice… your question is kept'],
  ['the voice fails while what it said still sounds', { services: servicesIn({ tts: restarting }), exchanges: [exchangeIn('speaking')], playing: true }, 'speaking', 'Speaking'],
  ['a service fails while somebody speaks', { services: servicesIn({ stt: restarting }), exchanges: [exchangeIn('hearing')] }, 'listening', 'Listening…'],
  ['the microphone is not allowed', { audio: { ...workingAudio, microphone: 'denied' } }, 'degraded', 'The microphone is not allowed; you can type'],
  ['there is no microphone', { audio: { ...workingAudio, microphone: 'missing' } }, 'degraded', 'No microphone; you can type'],
  ['the microphone does not work', { audio: { ...workingAudio, microphone: 'failed' } }, 'degraded', 'The microphone does not work; you can type'],
  ['the speaker does not work', { audio: { ...workingAudio, speaker: 'failed' } }, 'degraded', 'No speaker; answers are shown here'],
  ['the microphone is muted', { settings: conversationSettings({ muted: true }) }, 'muted', 'The microphone is muted'],
  ['it is muted, but a key opens it', { settings: conversationSettings({ mode: 'press-to-talk', muted: true }), shortcut: 'Alt+Space' }, 'idle', 'Ready. Press Alt+Space and speak.'],
  ['nothing happens', {}, 'idle', 'Ready. Just speak.'],
  ['the last question is over', { exchanges: [exchangeIn('thinking', { id: 1 }), exchangeIn('done', { id: 2 })] }, 'idle', 'Ready. Just speak.'],
  ['there is no page yet', { audio: null, page: 'loading' }, 'starting', 'Opening the microphone…'],
  ['the microphone is being opened', { audio: { ...workingAudio, microphone: 'opening' } }, 'starting', 'Opening the microphone…'],
  ['the key was pressed and nobody hears yet', { settings: pressToTalk, pressed: true, audio: { ...workingAudio, microphone: 'opening' } }, 'starting', 'Opening the microphone…'],
  ['an answer is spoken while the microphone is opened', { exchanges: [exchangeIn('speaking')], audio: { ...workingAudio, microphone: 'opening' } }, 'speaking', 'Speaking'],
  ['it waits for the key', { settings: pressToTalk, shortcut: 'CommandOrControl+Shift+Space' }, 'idle', 'Ready. Press Ctrl+Shift+Space and speak.'],
  ['it waits for the button', { settings: pressToTalk, shortcut: null }, 'idle', 'Ready. Choose “Press to talk” and speak.'],
];

/** One state that alone would show each status. */
const alone: Readonly<Record<Status, Partial<DesktopState>>> = {
  failed: { page: 'lost' },
  starting: { wasReady: false },
  speaking: { playing: true },
  thinking: { exchanges: [exchangeIn('thinking')] },
  listening: { pressed: true },
  degraded: { services: servicesIn({ tts: restarting }) },
  muted: { settings: conversationSettings({ muted: true }) },
  idle: {},
};

describe('what the tray shows', () => {
  test.each(rows)('when %s', (_what, change, status, headline) => {
    const state = stateWith(change);
    expect({ status: statusOf(state), headline: headlineOf(state) }).toEqual({ status, headline });
  });

  test('is every status in some state', () => {
    expect(new Set(rows.map((row) => row[2]))).toEqual(new Set(statuses));
  });

  test('is the worst of what holds, in the order of the contract', () => {
    const seen = statuses.map((_status, index) => statusOf(stateWith(statuses.slice(index).reduce((change, status) => ({ ...change, ...alone[status] }), {}))));
    expect(seen).toEqual(statuses);
  });
});

describe('the microphone is open', () => {
  const cases: readonly (readonly [what: string, change: Partial<DesktopState>, open: boolean])[] = [
    ['hands-free', {}, true],
    ['while an answer is spoken, so that it can be interrupted', { exchanges: [exchangeIn('speaking')], playing: true }, true],
    ['while a service restarts: what is said is kept', { services: servicesIn({ conversation: restarting }) }, true],
    ['while a service rests: the first sound of speech loads it', { services: servicesIn({ llm: resting }) }, true],
    ['not muted', { settings: conversationSettings({ muted: true }) }, false],
    ['not before everything runs', { wasReady: false }, false],
    ['not after a service was given up', { services: servicesIn({ stt: { kind: 'failed', reason: 'it ended' } }) }, false],
    ['not while it is set up anew', { stack: { kind: 'preparing' } }, false],
    ['not while it rests', { microphoneRests: true }, false],
    ['not before the key is pressed', { settings: pressToTalk }, false],
    ['once the key is pressed', { settings: pressToTalk, pressed: true }, true],
    ['once the key is pressed, even if it was muted hands-free', { settings: conversationSettings({ mode: 'press-to-talk', muted: true }), pressed: true }, true],
  ];

  test.each(cases)('%s', (_what, change, open) => {
    expect(wantsMicrophone(stateWith(change))).toBe(open);
  });
});

describe('an answer can be heard', () => {
  const cases: readonly (readonly [what: string, change: Partial<DesktopState>, heard: boolean])[] = [
    ['with a speaker', {}, true],
    ['not without one', { audio: { ...workingAudio, speaker: 'missing' } }, false],
    ['not when it fails', { audio: { ...workingAudio, speaker: 'failed' } }, false],
    ['soon, while the page is loaded anew', { audio: null, page: 'loading' }, true],
    ['never by a page that is lost', { audio: null, page: 'lost' }, false],
  ];

  test.each(cases)('%s', (_what, change, heard) => {
    expect(hasSpeaker(stateWith(change))).toBe(heard);
  });
});

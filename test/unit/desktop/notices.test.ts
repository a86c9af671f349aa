import { describe, expect, test } from 'vitest';
import { noticesOf } from '../../../main/desktop/notices.ts';
import type { DesktopState } from '../../../main/desktop/state.ts';
import type { Finding } from '../../../main/platform/finding.ts';
import { awaitedServer, servicesIn } from '../services/snapshots.ts';
import { emptyPlan } from '../plan/empty-plan.ts';
import { finding, machineOf } from './machine-of.ts';
import { conversationSettings, noOffer, stateWith, workingAudio } from './state-with.ts';

const fault = { id: 'download-failed', title: 'The download failed.', detail: 'No answer.', cure: 'Check the network.' } as const;
const failedServices = servicesIn({ llm: { kind: 'failed', reason: 'it ended' } });
const hearsSpeaker = { ...workingAudio, echoCancellation: false };

function plannedWith(...findings: readonly Finding[]): DesktopState['planned'] {
  return { hardware: machineOf({}), plan: emptyPlan, findings, offer: noOffer };
}

/** Services of which the recognition runs on what stands in for it. */
function fallenBack(why: Finding): DesktopState['services'] {
  return servicesIn().map((snapshot) => (snapshot.service.id === 'stt' ? { ...snapshot, planned: { ...snapshot.service, device: 'GPU-1' }, onFallback: why } : snapshot));
}

/** Every remark with a state in which it holds. */
const remarks: Readonly<Record<string, Partial<DesktopState>>> = {
  'setup-failed': { stack: { kind: 'failed', fault } },
  'service-failed': { services: failedServices },
  'server-awaited': { services: awaitedServer() },
  'finding-0-launch-failure': { planned: plannedWith(finding) },
  'plan-offered': { offeredPlan: { because: 'cards', sentences: ['A game took 3000 MiB of the RTX 3060.'] } },
  'set-up-unfinished': { unfinished: { fault, missing: [], byRemedy: false } },
  changed: { change: { to: 'PyTorch 2.5.1 for CUDA 12.4', sentences: [], environments: ['torch-cu124'], byRemedy: false } },
  'fallback-stt': { services: fallenBack(finding) },
  'found-tts-launch-failure': { supervision: { found: { tts: finding }, waking: [] } },
  'page-lost': { page: 'lost' },
  'microphone-denied': { audio: { ...workingAudio, microphone: 'denied' } },
  'microphone-missing': { audio: { ...workingAudio, microphone: 'missing' } },
  'microphone-failed': { audio: { ...workingAudio, microphone: 'failed', problem: 'NotReadableError' } },
  'speaker-missing': { audio: { ...workingAudio, speaker: 'missing' } },
  'self-interruption': { audio: hearsSpeaker },
  'shortcut-taken': { settings: conversationSettings({ mode: 'press-to-talk' }), shortcut: null },
  'no-tray': { trayShown: false },
};

function idsIn(change: Partial<DesktopState>): readonly string[] {
  return noticesOf(stateWith(change)).map(({ id }) => id);
}

/** The state of `change` in which the person has dismissed `told`. */
function dismissing(change: Partial<DesktopState>, told: readonly string[]): Partial<DesktopState> {
  return { ...change, settings: { ...stateWith(change).settings, told: [...told] } };
}

describe('a remark', () => {
  test('is not made while all is well', () => {
    expect(noticesOf(stateWith())).toEqual([]);
  });

  test.each(Object.entries(remarks))('%s is made when it holds, alone', (id, change) => {
    expect(idsIn(change)).toEqual([id]);
  });

  test.each(Object.entries(remarks))('%s says what happened and what to do', (_id, change) => {
    expect(noticesOf(stateWith(change)).filter(({ title, detail }) => !title.endsWith('.') || detail === null || detail === '')).toEqual([]);
  });

  test.each(Object.entries(remarks))('%s stays away once it was dismissed, if it can be', (id, change) => {
    const [shown] = noticesOf(stateWith(change));
    const dismissable = shown?.actions.some(({ command }) => command === 'dismiss-notice') === true;
    expect({ dismissable, after: idsIn(dismissing(change, [id])) }).toEqual({ dismissable, after: dismissable ? [] : [id] });
  });

  test('is not silenced by another one that was dismissed', () => {
    expect(idsIn(dismissing({ trayShown: false, audio: hearsSpeaker }, ['no-tray']))).toEqual(['self-interruption']);
  });
});

describe('no remark is made', () => {
  const quiet: readonly (readonly [when: string, change: Partial<DesktopState>])[] = [
    ['about devices before there is a page', { audio: null }],
    ['about echo while press to talk is on', { audio: hearsSpeaker, settings: conversationSettings({ mode: 'press-to-talk' }), shortcut: 'Alt+Space' }],
    ['about echo of a closed microphone', { audio: { ...hearsSpeaker, microphone: 'off' } }],
    ['about echo that is not known', { audio: { ...workingAudio, echoCancellation: null } }],
    ['about the key while nobody wants it', { shortcut: null }],
    ['about the tray before it is known', { trayShown: null }],
    ['about a microphone that is off or opens', { audio: { ...workingAudio, microphone: 'opening', echoCancellation: null } }],
    ['about a page that loads', { page: 'loading' }],
    ['about a service that rests', { services: servicesIn({ llm: { kind: 'stopped', because: 'idle' } }) }],
    ['about a service that is slow', { services: servicesIn({ tts: { kind: 'degraded', sinceMs: 0, reason: 'it is late' } }) }],
    ['about a service that restarts', { services: servicesIn({ tts: { kind: 'backing-off', untilMs: 0, reason: 'it ended' } }) }],
  ];

  test.each(quiet)('%s', (_when, change) => {
    expect(idsIn(change)).toEqual([]);
  });
});

describe('what the remarks say', () => {
  test('of a failed set-up: all the fault says, with a way to try again and the logs', () => {
    expect(noticesOf(stateWith({ stack: { kind: 'failed', fault }, services: failedServices }))).toEqual([
      {
        id: 'setup-failed',
        severity: 'error',
        title: 'The download failed.',
        detail: 'No answer.\nCheck the network.',
        actions: [{ title: 'Try again', command: 'try-again' }, { title: 'Show the logs', command: 'open-logs' }],
      },
    ]);
  });

  test('of every finding: each on its own, with a button for what Earshot can do and a line for what only a person can', () => {
    const torch: Finding = {
      fault: 'no-matching-wheel',
      severity: 'warning',
      title: 'PyTorch could not be set up.',
      detail: 'Speech is recognised by Whisper meanwhile.',
      evidence: [],
      remedies: [
        { id: 'use-torch-build', title: 'Use the build for CUDA 12.1', kind: 'click', arguments: { build: 'cu121' } },
        { id: 'update-driver', title: 'Update the driver of the graphics card', kind: 'guide' },
      ],
    };
    const notices = noticesOf(stateWith({ planned: plannedWith(finding, torch) }));
    expect(notices.map(({ id }) => id)).toEqual(['finding-0-launch-failure', 'finding-1-no-matching-wheel']);
    expect(notices[1]).toEqual({
      id: 'finding-1-no-matching-wheel',
      severity: 'warning',
      title: 'PyTorch could not be set up.',
      detail: 'Speech is recognised by Whisper meanwhile.\n→ Update the driver of the graphics card',
      actions: [
        { title: 'Use the build for CUDA 12.1', command: 'remedy', id: 'use-torch-build', arguments: { build: 'cu121' } },
        { title: 'Try again', command: 'try-again' },
      ],
    });
  });

  test('of a finding whose remedy is to try again: one button for it', () => {
    const remedies: Finding['remedies'] = [{ id: 'try-again', title: 'Try again', kind: 'click' }];
    expect(noticesOf(stateWith({ planned: plannedWith({ ...finding, remedies }) }))[0]?.actions.map(({ title }) => title)).toEqual(['Try again', 'Show the logs']);
  });

  test('of a service whose card failed: what was done, what to press, and a way to try the card at once', () => {
    const failed: Finding = {
      ...finding,
      title: 'The graphics card failed, so the speech recognition now runs on the processor.',
      detail: 'Earshot goes back to it by itself.',
      remedies: [
        { id: 'exclude-gpu', title: 'Leave this graphics card alone.', kind: 'click', arguments: { gpu: 'GPU-1' } },
        { id: 'restart-computer', title: 'Restart the computer.', kind: 'guide' },
      ],
    };
    expect(noticesOf(stateWith({ services: fallenBack(failed) }))).toEqual([
      {
        id: 'fallback-stt',
        severity: 'warning',
        title: failed.title,
        detail: 'Earshot goes back to it by itself.\n→ Restart the computer.',
        actions: [
          { title: 'Leave this graphics card alone.', command: 'remedy', id: 'exclude-gpu', arguments: { gpu: 'GPU-1' } },
          { title: 'Try again', command: 'try-again' },
        ],
      },
    ]);
  });

  test('of a set-up that was stopped: that the conversation goes on, what is missing, and how to go on', () => {
    const [notice] = noticesOf(stateWith({ unfinished: { fault: null, missing: ['Kyutai speech recognition is not there yet.'], byRemedy: true } }));
    expect({ title: notice?.title, first: notice?.detail?.split('\n')[0], actions: notice?.actions.map(({ title }) => title) }).toEqual({
      title: 'Setting up was stopped; the conversation goes on.',
      first: 'Kyutai speech recognition is not there yet.',
      actions: ['Go on', 'Leave it as it was'],
    });
  });

  test('of the first set-up that a person stopped: one way on, before what else is missing', () => {
    const stopped = noticesOf(stateWith({ stack: { kind: 'failed', fault: { id: 'stopped', title: 'Setting up was stopped.', cure: 'What has arrived is kept.' } } }));
    expect(stopped.map(({ severity, actions }) => [severity, actions])).toEqual([['warning', [{ title: 'Go on', command: 'try-again' }]]]);
  });

  test('of a change: what it runs on now, with a way back and a way to keep it', () => {
    const [notice] = noticesOf(stateWith(remarks['changed']));
    expect({ title: notice?.title, actions: notice?.actions }).toEqual({
      title: 'Earshot now runs on PyTorch 2.5.1 for CUDA 12.4.',
      actions: [{ title: 'Go back', command: 'go-back' }, { title: 'Keep it', command: 'keep-change' }],
    });
  });

  test('of a plan that waits: whether others came to the card or something was set up', () => {
    const titles = (['cards', 'set-up'] as const).map((because) => noticesOf(stateWith({ offeredPlan: { because, sentences: ['X would move.'] } }))[0]?.actions[0]?.title);
    expect(titles).toEqual(['Move them now', 'Change over now']);
  });

  test('of a microphone that fails: what the browser said, too', () => {
    expect(noticesOf(stateWith(remarks['microphone-failed']))[0]?.detail).toBe(
      'Another program may be using it. Close that program, or choose another microphone in the settings (top right). You can type meanwhile.\nNotReadableError',
    );
  });

  test('of a speaker: whether it is missing or fails', () => {
    const titles = (['missing', 'failed'] as const).map((speaker) => noticesOf(stateWith({ audio: { ...workingAudio, speaker } }))[0]?.title);
    expect(titles).toEqual(['No speaker is connected.', 'The speaker cannot be opened.']);
  });

  test('of a taken key: which one, as its label reads', () => {
    const settings = conversationSettings({ mode: 'press-to-talk', shortcut: 'CommandOrControl+Alt+T' });
    expect(noticesOf(stateWith({ settings, shortcut: null }))[0]?.title).toBe('Earshot did not get the key Ctrl+Alt+T.');
  });

  test('of the settings file: each sentence, before all others, each dismissed on its own', () => {
    expect(noticesOf(stateWith({ remarks: [{ id: 'remark-a', title: 'First.', detail: null }, { id: 'remark-b', title: 'Second.', detail: null }], trayShown: false })).map(({ id, title, actions }) => [id, title, actions.map(({ command }) => command)])).toEqual([
      ['remark-a', 'First.', ['dismiss-notice']],
      ['remark-b', 'Second.', ['dismiss-notice']],
      ['no-tray', 'Your desktop shows no tray icons.', ['dismiss-notice']],
    ]);
  });
});

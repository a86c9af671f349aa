import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AudioReport, Command } from '../../../preload/contract.ts';
import { createCommands } from '../../../main/desktop/commands.ts';
import { createDesktopStore } from '../../../main/desktop/state.ts';
import type { Live } from '../../../main/conversation/io/live.ts';
import { emptyPlan } from '../plan/empty-plan.ts';
import { finding, machineOf } from './machine-of.ts';
import { workingAudio } from './state-with.ts';

function stand(running = true) {
  const store = createDesktopStore('0');
  const said: string[] = [];
  function says(what: string): () => void {
    return () => said.push(what);
  }
  const live: Live = {
    hear: says('hear'),
    endQuestion: says('end question'),
    ask: (text) => said.push(`ask ${text}`),
    stopSpeaking: says('stop speaking'),
    startOver: says('start over'),
    playhead: says('playhead'),
    discardReply: says('discard reply'),
    unplayed: () => [],
    close: says('close'),
  };
  const perform = createCommands({
    store,
    voice: {
      live: () => (running ? live : null),
      restart: () => {
        said.push('restart');
        return Promise.resolve();
      },
      planAnew: () => {
        said.push('plan anew');
        return Promise.resolve();
      },
    },
    pressToTalk: { press: says('press'), release: says('release'), followMode: says('follow mode') },
    preferences: { change: (change) => said.push(JSON.stringify(change)) },
    hide: says('hide'),
    quit: says('quit'),
    openLogs: says('open logs'),
    log: says('log'),
  });
  return { store, said, perform };
}

function reported(report: Partial<AudioReport>): Command {
  return { kind: 'report-audio', report: { ...workingAudio, ...report } };
}

describe('a command', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each<[Command, readonly string[]]>([
    [{ kind: 'set-mode', mode: 'press-to-talk' }, ['{"conversation":{"mode":"press-to-talk"}}', 'follow mode']],
    [{ kind: 'set-muted', muted: true }, ['{"conversation":{"muted":true}}']],
    [{ kind: 'press-to-talk' }, ['press']],
    [{ kind: 'release-to-talk' }, ['release']],
    [{ kind: 'ask', text: 'Why?' }, ['ask Why?']],
    [{ kind: 'stop-speaking' }, ['stop speaking']],
    [{ kind: 'start-over' }, ['start over']],
    [{ kind: 'choose-microphone', device: null }, ['{"audio":{"microphone":null}}']],
    [{ kind: 'choose-speaker', device: { id: 'a', label: 'A' } }, ['{"audio":{"speaker":{"id":"a","label":"A"}}}']],
    [{ kind: 'dismiss-notice', id: 'no-tray' }, ['{"told":["no-tray"]}']],
    [{ kind: 'plan-anew' }, ['plan anew']],
    [{ kind: 'keep-plan' }, []],
    [{ kind: 'open-logs' }, ['open logs']],
    [{ kind: 'hide' }, ['hide']],
    [{ kind: 'quit' }, ['quit']],
  ])('%j does what it says', (command, expected) => {
    const { said, perform } = stand();
    expect({ refusal: perform(command), said }).toEqual({ refusal: null, said: expected });
  });

  test('to ask is refused in words while nothing runs, so that the question stays where it was typed', () => {
    const settingUp = stand(false);
    const failed = stand(false);
    failed.store.setState({ stack: { kind: 'failed', fault: { id: 'disk-full', title: 'The disk is full.' } } });
    expect([settingUp, failed].map(({ perform, said }) => [perform({ kind: 'ask', text: 'Why?' }), said])).toEqual([
      ['Earshot is still being set up. Ask again when it says that it is ready.', []],
      ['Earshot does not run. Choose “Try again” above first.', []],
    ]);
  });

  test('of a microphone that closes ends the question, once its last sounds have come', () => {
    const { said, perform } = stand();
    perform(reported({ microphone: 'live' }));
    perform(reported({ microphone: 'off' }));
    expect(said).toEqual([]);
    vi.advanceTimersByTime(150);
    perform(reported({ microphone: 'missing' }));
    vi.advanceTimersByTime(150);
    expect(said).toEqual(['end question']);
  });

  test('of a speaker that is gone lets go of the reply', () => {
    const { said, perform } = stand();
    perform(reported({ speaker: 'missing' }));
    expect(said).toEqual(['discard reply']);
  });

  test('to try again starts what failed anew, and otherwise only opens the microphone again', () => {
    const failed = stand(false);
    failed.store.setState({ stack: { kind: 'failed', fault: { id: 'disk-full', title: 'The disk is full.' } } });
    failed.perform({ kind: 'try-again' });
    const cardFailed = stand();
    cardFailed.store.setState({ planned: { hardware: machineOf({}), plan: emptyPlan, findings: [finding] } });
    cardFailed.perform({ kind: 'try-again' });
    const running = stand();
    running.perform({ kind: 'try-again' });
    const rests = running.store.getState().microphoneRests;
    vi.advanceTimersByTime(300);
    expect({ failed: failed.said, cardFailed: cardFailed.said, running: running.said, rests, after: running.store.getState().microphoneRests }).toEqual({ failed: ['restart'], cardFailed: ['plan anew'], running: [], rests: true, after: false });
  });

  test('to keep the plan takes the offer back', () => {
    const { store, perform } = stand();
    store.setState({ offeredPlan: ['A game took 3000 MiB of the RTX 3060.'] });
    perform({ kind: 'keep-plan' });
    expect(store.getState().offeredPlan).toBeNull();
  });

  test('to put a remark away takes that one and no other', () => {
    const { store, perform, said } = stand();
    store.setState({ remarks: [{ id: 'remark-a', title: 'A', detail: null }, { id: 'remark-b', title: 'B', detail: null }] });
    perform({ kind: 'dismiss-notice', id: 'remark-a' });
    perform({ kind: 'dismiss-notice', id: 'remark-a' });
    expect({ left: store.getState().remarks.map(({ id }) => id), said }).toEqual({ left: ['remark-b'], said: [] });
  });
});

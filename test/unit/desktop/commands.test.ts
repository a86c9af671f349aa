import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AudioReport, Command } from '../../../preload/contract.ts';
import { createCommands } from '../../../main/desktop/commands.ts';
import { createDesktopStore } from '../../../main/desktop/state.ts';
import { setupOf } from '../../../main/desktop/steps.ts';
import type { Live } from '../../../main/conversation/io/live.ts';
import { emptyPlan } from '../plan/empty-plan.ts';
import { finding, machineOf } from './machine-of.ts';
import { noOffer, workingAudio } from './state-with.ts';

function stand(running = true, remedyProblem: string | null = null, loginProblem: string | null = null) {
  const store = createDesktopStore('0');
  const said: string[] = [];
  function says(what: string): () => void {
    return () => said.push(what);
  }
  function behind(what: string): () => Promise<void> {
    return () => {
      said.push(what);
      return Promise.resolve();
    };
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
    turnInFlight: () => null,
    close: says('close'),
  };
  const perform = createCommands({
    store,
    voice: {
      live: () => (running ? live : null),
      restart: behind('restart'),
      planAnew: behind('plan anew'),
      applyChoice: (byRemedy) => behind(`apply the choice${byRemedy ? ' of a remedy' : ''}`)(),
      rollBack: behind('roll back'),
      keepChange: behind('keep the change'),
      cancelSetup: says('cancel the set-up'),
    },
    pressToTalk: { press: says('press'), release: says('release'), followMode: says('follow mode') },
    preferences: { change: (change) => said.push(JSON.stringify(change)), written: behind('written') },
    applyRemedy: (id, given) => {
      said.push(`remedy ${id} ${JSON.stringify(given)}`);
      return Promise.resolve(remedyProblem);
    },
    startAtLogin: (on) => {
      said.push(`start at login: ${on}`);
      return Promise.resolve(loginProblem);
    },
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
    [{ kind: 'cancel-setup' }, ['cancel the set-up']],
    [{ kind: 'keep-change' }, ['keep the change']],
    [{ kind: 'remedy', id: 'use-torch-build', arguments: { build: 'cu121' } }, ['remedy use-torch-build {"build":"cu121"}', 'apply the choice of a remedy']],
    [{ kind: 'choose-recognition', engine: 'kyutai' }, ['remedy use-kyutai {}', 'apply the choice of a remedy']],
    [{ kind: 'choose-recognition', engine: 'whisper' }, ['remedy use-whisper {}', 'apply the choice of a remedy']],
    [{ kind: 'choose-end-of-turn', endOfTurn: 'semantic' }, ['{"conversation":{"endOfTurn":"semantic"}}', 'written', 'apply the choice']],
    [{ kind: 'use-processor-only', on: true }, ['remedy cpu-only {}', 'apply the choice of a remedy']],
    [{ kind: 'use-processor-only', on: false }, ['{"overrides":{"services":{}}}', 'written', 'apply the choice']],
    [{ kind: 'set-rest', service: 'llm', minutes: 30 }, ['{"rest":{"llmMinutes":30}}']],
    [{ kind: 'set-rest', service: 'tts', minutes: null }, ['{"rest":{"ttsMinutes":null}}']],
    [{ kind: 'set-start-at-login', on: true }, ['start at login: true', '{"startAtLogin":true}']],
    [{ kind: 'open-logs' }, ['open logs']],
    [{ kind: 'hide' }, ['hide']],
    [{ kind: 'quit' }, ['quit']],
  ])('%j does what it says', async (command, expected) => {
    const { said, perform } = stand();
    expect({ refusal: await perform(command), said }).toEqual({ refusal: null, said: expected });
  });

  test('to ask is refused in words while nothing runs, so that the question stays where it was typed', async () => {
    const starting = stand(false);
    const settingUp = stand(false);
    settingUp.store.setState({ setup: setupOf('first') });
    const failed = stand(false);
    failed.store.setState({ stack: { kind: 'failed', fault: { id: 'disk-full', title: 'The disk is full.' } } });
    expect(await Promise.all([starting, settingUp, failed].map(async ({ perform, said }) => [await perform({ kind: 'ask', text: 'Why?' }), said]))).toEqual([
      ['Earshot is still being started. Ask again when it says that it is ready.', []],
      ['Earshot is still being set up. Ask again when it says that it is ready.', []],
      ['Earshot does not run. Choose “Try again” above first.', []],
    ]);
  });

  test('of a microphone that closes ends the question, once its last sounds have come', () => {
    const { said, perform } = stand();
    void perform(reported({ microphone: 'live' }));
    void perform(reported({ microphone: 'off' }));
    expect(said).toEqual([]);
    vi.advanceTimersByTime(150);
    void perform(reported({ microphone: 'missing' }));
    vi.advanceTimersByTime(150);
    expect(said).toEqual(['end question']);
  });

  test('of a speaker that is gone lets go of the reply', () => {
    const { said, perform } = stand();
    void perform(reported({ speaker: 'missing' }));
    expect(said).toEqual(['discard reply']);
  });

  test('to try again starts what failed anew, and otherwise only opens the microphone again', () => {
    const failed = stand(false);
    failed.store.setState({ stack: { kind: 'failed', fault: { id: 'disk-full', title: 'The disk is full.' } } });
    void failed.perform({ kind: 'try-again' });
    const cardFailed = stand();
    cardFailed.store.setState({ planned: { hardware: machineOf({}), plan: emptyPlan, findings: [finding], offer: noOffer } });
    void cardFailed.perform({ kind: 'try-again' });
    const running = stand();
    void running.perform({ kind: 'try-again' });
    const rests = running.store.getState().microphoneRests;
    vi.advanceTimersByTime(300);
    expect({ failed: failed.said, cardFailed: cardFailed.said, running: running.said, rests, after: running.store.getState().microphoneRests }).toEqual({ failed: ['restart'], cardFailed: ['plan anew'], running: [], rests: true, after: false });
  });

  test('to try again goes on with a set-up that was stopped, and hashes nothing for it', () => {
    const first = stand(false);
    first.store.setState({ stack: { kind: 'failed', fault: { id: 'stopped', title: 'Setting up was stopped.' } } });
    void first.perform({ kind: 'try-again' });
    const beside = stand();
    beside.store.setState({ unfinished: { fault: null, missing: [], byRemedy: false } });
    void beside.perform({ kind: 'try-again' });
    expect([first.said, beside.said]).toEqual([['plan anew'], ['plan anew']]);
  });

  test('of a remedy that cannot be had is refused in its words, and nothing is changed', async () => {
    const { perform, said } = stand(true, 'There is no graphics card.');
    expect({ refusal: await perform({ kind: 'remedy', id: 'exclude-gpu', arguments: { gpu: 'x' } }), said }).toEqual({
      refusal: 'There is no graphics card.',
      said: ['remedy exclude-gpu {"gpu":"x"}'],
    });
  });

  test('to try again starts anew what runs otherwise than planned, and opens a microphone that fails beside it', () => {
    const found = stand();
    found.store.setState({ supervision: { found: { tts: finding }, waking: [] } });
    void found.perform({ kind: 'try-again' });
    const rested = found.store.getState().microphoneRests;
    found.store.setState({ audio: { ...workingAudio, microphone: 'failed' } });
    void found.perform({ kind: 'try-again' });
    expect({ said: found.said, rested, alsoDeaf: found.store.getState().microphoneRests }).toEqual({ said: ['plan anew', 'plan anew'], rested: false, alsoDeaf: true });
  });

  test('to start at login that the system does not take is refused in words, and not written down', async () => {
    const { perform, said } = stand(true, null, 'It could not be written.');
    expect({ refusal: await perform({ kind: 'set-start-at-login', on: true }), said }).toEqual({ refusal: 'It could not be written.', said: ['start at login: true'] });
  });

  test('to go back takes a remedy back, else starts the environments from the slot before, and says when there is nothing', async () => {
    const change = { to: 'other engines', sentences: [], environments: ['voice'] };
    const [remedy, slots, unfinished, nothing] = [stand(), stand(), stand(), stand()];
    remedy.store.setState({ change: { ...change, byRemedy: true } });
    slots.store.setState({ change: { ...change, byRemedy: false } });
    unfinished.store.setState({ unfinished: { fault: null, missing: [], byRemedy: true } });
    const refusals = await Promise.all([remedy, slots, unfinished, nothing].map(({ perform }) => perform({ kind: 'go-back' })));
    expect({ refusals, said: [remedy, slots, unfinished, nothing].map(({ said }) => said) }).toEqual({
      refusals: [null, null, null, 'There is nothing to go back to any more.'],
      said: [['remedy go-back {}', 'apply the choice'], ['roll back'], ['remedy go-back {}', 'apply the choice'], []],
    });
  });

  test('to keep the plan takes the offer back', () => {
    const { store, perform } = stand();
    store.setState({ offeredPlan: { because: 'cards', sentences: ['A game took 3000 MiB of the RTX 3060.'] } });
    void perform({ kind: 'keep-plan' });
    expect(store.getState().offeredPlan).toBeNull();
  });

  test('to put a remark away takes that one and no other', () => {
    const { store, perform, said } = stand();
    store.setState({ remarks: [{ id: 'remark-a', title: 'A', detail: null }, { id: 'remark-b', title: 'B', detail: null }] });
    void perform({ kind: 'dismiss-notice', id: 'remark-a' });
    void perform({ kind: 'dismiss-notice', id: 'remark-a' });
    expect({ left: store.getState().remarks.map(({ id }) => id), said }).toEqual({ left: ['remark-b'], said: [] });
  });
});

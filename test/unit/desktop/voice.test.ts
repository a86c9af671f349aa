import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FaultError } from '../../../main/platform/fault.ts';
import { exchangeIn } from './state-with.ts';
import { finding } from './machine-of.ts';
import { environment, until, voiceStand, type VoiceStand } from './voice-stand.ts';

const missing = ['Kyutai speech recognition is not there yet.'];
const diskFull = new FaultError({ id: 'disk-full', title: 'The disk is full.' });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A stack that runs on what was there, while the rest is about to be fetched. */
async function runningWithout(): Promise<VoiceStand> {
  const stand = voiceStand();
  void stand.voice.start();
  (await stand.preparation()).succeed({ incomplete: missing });
  await until(() => stand.voice.live() !== null);
  return stand;
}

async function running(): Promise<VoiceStand> {
  const stand = voiceStand();
  const started = stand.voice.start();
  (await stand.preparation()).succeed();
  await started;
  return stand;
}

describe('the first start', () => {
  test('runs on what is there, and where nothing is missing, nothing more is set up', async () => {
    const { said, store, waiting, voice } = await running();
    expect({ said, stack: store.getState().stack, setup: store.getState().setup, waiting: waiting(), talks: voice.live() !== null }).toEqual({
      said: ['started whisper-base'],
      stack: { kind: 'running' },
      setup: null,
      waiting: 0,
      talks: true,
    });
  });

  test('asks for what can be had at once, and says that nothing answers before', async () => {
    const { voice, store, preparation } = voiceStand();
    void voice.start();
    const { options } = await preparation();
    options.report({ kind: 'step-started', step: 'environment', title: 'Voice engines' });
    expect({ scope: options.scope, where: store.getState().setup?.where, steps: store.getState().setup?.steps.map(({ title }) => title) }).toEqual({ scope: 'at-once', where: 'first', steps: ['Voice engines'] });
  });

  test('that fails shows where it stopped, and why', async () => {
    const { voice, store, preparation } = voiceStand();
    const started = voice.start();
    const pending = await preparation();
    pending.options.report({ kind: 'step-started', step: 'environment', title: 'Voice engines' });
    pending.fail(diskFull);
    await started;
    const { stack, setup } = store.getState();
    expect({ stack, setup: setup?.state, steps: setup?.steps.map(({ state }) => state) }).toEqual({ stack: { kind: 'failed', fault: diskFull.fault }, setup: 'ended', steps: ['failed'] });
  });

  test('that is cancelled says so and goes on where it was when it is asked to', async () => {
    const { voice, store, said, preparation } = voiceStand();
    const started = voice.start();
    await preparation();
    voice.cancelSetup();
    const stopping = store.getState().setup?.state;
    await started;
    const { stack } = store.getState();
    void voice.planAnew();
    (await preparation()).succeed();
    await until(() => voice.live() !== null);
    expect({ stopping, id: stack.kind === 'failed' ? stack.fault.id : null, said }).toEqual({ stopping: 'stopping', id: 'stopped', said: ['at-once was ended', 'started whisper-base'] });
  });
});

describe('beside a conversation', () => {
  test('the rest is set up while the old stack goes on, and takes its place once nobody has spoken for a while', async () => {
    const { voice, store, said, preparation } = await runningWithout();
    const { options, succeed } = await preparation();
    expect({ scope: options.scope, where: store.getState().setup?.where, talks: voice.live() !== null, ready: store.getState().wasReady }).toEqual({ scope: 'everything', where: 'background', talks: true, ready: true });
    store.setState({ exchanges: [exchangeIn('speaking')] });
    succeed({ model: 'kyutai' });
    await until(() => store.getState().offeredPlan !== null);
    await vi.advanceTimersByTimeAsync(60_000);
    expect({ said: [...said], because: store.getState().offeredPlan?.because }).toEqual({ said: ['started whisper-base'], because: 'set-up' });
    store.setState({ exchanges: [exchangeIn('done')] });
    await vi.advanceTimersByTimeAsync(19_000);
    expect(said).not.toContain('started kyutai');
    await vi.advanceTimersByTimeAsync(2_000);
    await until(() => said.includes('started kyutai'));
    expect({ said: said.filter((line) => !line.startsWith('proved')), offered: store.getState().offeredPlan }).toEqual({ said: ['started whisper-base', 'stopped whisper-base', 'started kyutai'], offered: null });
  });

  test('what is ready is taken at once when the person says so', async () => {
    const { voice, store, said, preparation, waiting } = await runningWithout();
    store.setState({ exchanges: [exchangeIn('thinking')] });
    (await preparation()).succeed({ model: 'kyutai' });
    await until(() => store.getState().offeredPlan !== null);
    await voice.planAnew();
    expect({ said, waiting: waiting() }).toEqual({ said: ['started whisper-base', 'stopped whisper-base', 'started kyutai'], waiting: 0 });
  });

  test('what the person leaves is not taken later', async () => {
    const { store, said, preparation } = await runningWithout();
    store.setState({ exchanges: [exchangeIn('thinking')] });
    (await preparation()).succeed({ model: 'kyutai' });
    await until(() => store.getState().offeredPlan !== null);
    store.setState({ offeredPlan: null, exchanges: [exchangeIn('done')] });
    await vi.advanceTimersByTimeAsync(100_000);
    expect(said.filter((line) => line.startsWith('started'))).toEqual(['started whisper-base']);
  });

  test('what changes nothing is not started anew', async () => {
    const { store, said, preparation } = await runningWithout();
    (await preparation()).succeed();
    await until(() => store.getState().setup === null);
    await vi.advanceTimersByTimeAsync(100_000);
    expect({ said, offered: store.getState().offeredPlan }).toEqual({ said: ['started whisper-base'], offered: null });
  });

  test('a set-up that fails leaves the old stack as it is, and says what happened', async () => {
    const { voice, store, said, preparation } = await runningWithout();
    (await preparation()).fail(diskFull);
    await until(() => store.getState().unfinished !== null);
    const { stack, setup, unfinished } = store.getState();
    expect({ said, talks: voice.live() !== null, stack, setup, unfinished }).toEqual({
      said: ['started whisper-base'],
      talks: true,
      stack: { kind: 'running' },
      setup: null,
      unfinished: { fault: diskFull.fault, missing, byRemedy: false },
    });
  });

  test('what could not be had and is not needed is told of, and the conversation goes on', async () => {
    const { store, said, preparation } = await runningWithout();
    (await preparation()).succeed({ findings: [finding, finding] });
    await until(() => (store.getState().planned?.findings.length ?? 0) > 0);
    expect({ said, findings: store.getState().planned?.findings }).toEqual({ said: ['started whisper-base'], findings: [finding] });
  });

  test('a set-up that is cancelled leaves the old stack as it is, says what is missing, and goes on when asked', async () => {
    const { voice, store, said, preparation } = await runningWithout();
    await preparation();
    voice.cancelSetup();
    await until(() => store.getState().unfinished !== null);
    const { unfinished, setup } = store.getState();
    void voice.planAnew();
    (await preparation()).succeed({ incomplete: missing });
    const { options } = await preparation();
    expect({ said, talks: voice.live() !== null, unfinished, setup, again: options.scope, told: store.getState().unfinished }).toEqual({
      said: ['started whisper-base', 'everything was ended'],
      talks: true,
      unfinished: { fault: null, missing, byRemedy: false },
      setup: null,
      again: 'everything',
      told: null,
    });
  });

  test('what cannot be opened costs nothing of what runs', async () => {
    const { voice, store, said, preparation, openFails } = await running();
    openFails(new Error('a model is not installed'));
    void voice.restart();
    (await preparation()).succeed({ model: 'kyutai' });
    await until(() => store.getState().unfinished !== null);
    expect({ said, talks: voice.live() !== null, stack: store.getState().stack }).toEqual({ said: ['started whisper-base'], talks: true, stack: { kind: 'running' } });
  });
});

describe('asked to change', () => {
  test('to try again checks every file with the old stack running, and starts anew even when all is the same', async () => {
    const { voice, said, preparation } = await running();
    const restarted = voice.restart();
    const { options, succeed } = await preparation();
    const before = { rehash: options.rehash, talks: voice.live() !== null, said: [...said] };
    succeed();
    await restarted;
    expect({ before, said }).toEqual({ before: { rehash: true, talks: true, said: ['started whisper-base'] }, said: ['started whisper-base', 'stopped whisper-base', 'started whisper-base'] });
  });

  test('by a choice, it changes once and only when everything for it is there', async () => {
    const { voice, said, preparation } = await running();
    await vi.advanceTimersByTimeAsync(2_000);
    const chosen = voice.applyChoice(true);
    (await preparation()).succeed({ model: 'whisper-small', incomplete: missing });
    (await preparation()).succeed({ model: 'kyutai' });
    await chosen;
    expect(said).toEqual(['started whisper-base', 'stopped whisper-base', 'started kyutai']);
  });

  test('by a choice, it does not cut an answer short, and does not wait longer than for that', async () => {
    const { voice, store, said, preparation } = await running();
    store.setState({ exchanges: [exchangeIn('speaking')] });
    const chosen = voice.applyChoice(true);
    (await preparation()).succeed({ model: 'kyutai' });
    await chosen;
    await vi.advanceTimersByTimeAsync(5_000);
    const meanwhile = [...said];
    store.setState({ exchanges: [exchangeIn('interrupted')] });
    await vi.advanceTimersByTimeAsync(2_000);
    await until(() => said.includes('started kyutai'));
    expect(meanwhile).toEqual(['started whisper-base']);
  });

  test('by a remedy that changes nothing of what runs, it says that it is done', async () => {
    const { voice, store, preparation } = await running();
    const chosen = voice.applyChoice(true);
    (await preparation()).succeed();
    await chosen;
    expect(store.getState().remarks.map(({ title }) => title)).toEqual(['That is done.']);
  });

  test('while something else is set up, it ends that first and forgets nothing that was asked for', async () => {
    const { voice, store, said, preparation } = await runningWithout();
    await preparation();
    await vi.advanceTimersByTimeAsync(2_000);
    void voice.restart();
    const first = await preparation();
    void voice.applyChoice(false);
    const second = await preparation();
    second.succeed({ model: 'kyutai' });
    await until(() => said.includes('started kyutai'));
    expect({ said, rehashed: [first, second].map(({ options }) => options.rehash), unfinished: store.getState().unfinished }).toEqual({
      said: ['started whisper-base', 'everything was ended', 'at-once was ended', 'stopped whisper-base', 'started kyutai'],
      rehashed: [true, true],
      unfinished: null,
    });
  });
});

describe('what it runs on since a change', () => {
  /** A stack in a renewed slot of `voice`, which has answered nothing yet. */
  async function renewed(): Promise<VoiceStand> {
    const stand = await running();
    stand.slots.states = [{ id: 'voice', current: environment('voice', 'voice-2'), previous: 'voice-1', answered: false, refused: null }];
    const restarted = stand.voice.restart();
    (await stand.preparation()).succeed({ voiceSlot: 'voice-2' });
    await restarted;
    stand.said.length = 0;
    return stand;
  }

  test('can be gone back from until it has answered a question, which is written down', async () => {
    const { store, said, shows } = await renewed();
    const change = store.getState().change;
    shows([exchangeIn('speaking')]);
    const speaking = store.getState().change;
    shows([exchangeIn('done')]);
    expect({ change, speaking, after: store.getState().change, said }).toEqual({
      change: { to: 'renewed voice engines', sentences: [], environments: ['voice'], byRemedy: false },
      speaking: change,
      after: null,
      said: ['proved voice'],
    });
  });

  test('is written down after the next answer when it could not be at the first', async () => {
    const { said, shows, slots } = await renewed();
    slots.proves = false;
    shows([exchangeIn('done')]);
    await new Promise((resolve) => setImmediate(resolve));
    slots.proves = true;
    shows([exchangeIn('done'), exchangeIn('done', { id: 2 })]);
    await new Promise((resolve) => setImmediate(resolve));
    shows([exchangeIn('done'), exchangeIn('done', { id: 2 }), exchangeIn('done', { id: 3 })]);
    expect(said).toEqual(['proved voice', 'proved voice']);
  });

  test('is kept when the person says so', async () => {
    const { voice, store, said } = await renewed();
    await voice.keepChange();
    expect({ change: store.getState().change, said }).toEqual({ change: null, said: ['proved voice'] });
  });

  test('gives way to the slot before when the person says so', async () => {
    const { voice, store, said, slots, preparation } = await renewed();
    const back = voice.rollBack();
    slots.states = [{ id: 'voice', current: environment('voice', 'voice-1'), previous: null, answered: true, refused: 'voice-2' }];
    (await preparation()).succeed({ voiceSlot: 'voice-1' });
    await back;
    expect({ said, change: store.getState().change }).toEqual({ said: ['rolled voice back', 'stopped whisper-base', 'started whisper-base'], change: null });
  });
});

test('a quit in the middle of a set-up ends it and what runs, and starts nothing more', async () => {
  const { voice, said, store, preparation } = await runningWithout();
  await preparation();
  await voice.stop();
  await voice.planAnew();
  expect({ said, live: voice.live(), unfinished: store.getState().unfinished }).toEqual({ said: ['started whisper-base', 'everything was ended', 'stopped whisper-base'], live: null, unfinished: null });
});

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { defaultSettings } from '../../../main/settings/schema.ts';
import { finding } from './machine-of.ts';
import { voiceStand, type VoiceStand } from './voice-stand.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function running(): Promise<VoiceStand> {
  const stand = voiceStand();
  const started = stand.voice.start();
  (await stand.preparation()).succeed();
  await started;
  return stand;
}

describe('what happens to the services', () => {
  test('is written down, and what was found of one is kept until another stack runs', async () => {
    const { voice, store, said, happens, preparation } = await running();
    happens({ kind: 'finding', service: 'tts', finding });
    const found = store.getState().supervision.found;
    const restarted = voice.restart();
    (await preparation()).succeed();
    await restarted;
    expect({ found, told: said.filter((line) => line.startsWith('told')), after: store.getState().supervision }).toEqual({ found: { tts: finding }, told: ['told of finding'], after: { found: {}, waking: [] } });
  });

  test('is mended by trying again with a start anew, though the plan is the same', async () => {
    const { voice, said, happens, preparation } = await running();
    happens({ kind: 'finding', service: 'tts', finding });
    const again = voice.planAnew();
    (await preparation()).succeed();
    await again;
    expect(said.filter((line) => !line.startsWith('told'))).toEqual(['started whisper-base', 'stopped whisper-base', 'started whisper-base']);
  });
});

test('another time to rest holds at once: the clocks of what runs begin anew', async () => {
  const { store, said } = await running();
  store.setState({ settings: { ...defaultSettings, voice: 'am_puck' } });
  store.setState({ settings: { ...defaultSettings, rest: { ...defaultSettings.rest, llmMinutes: 30 } } });
  expect(said).toEqual(['started whisper-base', 'woke whisper-base']);
});

describe('a computer that has slept', () => {
  test('lets the services be asked whether they still work; where nothing runs there is nobody to ask', async () => {
    const { voice, said } = await running();
    voice.afterSleep(60_000);
    const none = voiceStand();
    none.voice.afterSleep(60_000);
    expect([said, none.said]).toEqual([['started whisper-base', 'slept 60000'], []]);
  });

  test('has its microphone opened anew, and one that only stood still for a moment keeps it', async () => {
    const { store, happens } = await running();
    happens({ kind: 'resumed', afterMs: 6_000 });
    const short = store.getState().microphoneRests;
    happens({ kind: 'resumed', afterMs: null });
    const rests = store.getState().microphoneRests;
    await vi.advanceTimersByTimeAsync(300);
    expect([short, rests, store.getState().microphoneRests]).toEqual([false, true, false]);
  });
});

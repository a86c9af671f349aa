import { expect, test } from 'vitest';
import { restChange, restChoices, withRestOf } from '../../../main/desktop/rest.ts';
import { createDesktopStore } from '../../../main/desktop/state.ts';
import { defaultSettings } from '../../../main/settings/schema.ts';
import { servicesIn } from '../services/snapshots.ts';
import { stateWith } from './state-with.ts';

test('each engine of ours may rest, and what somebody else runs is theirs', () => {
  const services = servicesIn().map((snapshot) =>
    snapshot.service.id === 'llm'
      ? { ...snapshot, service: { ...snapshot.service, run: { kind: 'external', endpoint: { origin: 'http://127.0.0.1:1', token: '' }, check: { kind: 'request', path: '/', body: {} } } } as const }
      : snapshot,
  );
  expect([restChoices(stateWith()), restChoices(stateWith({ services }))].map((choices) => choices.map(({ service, minutes }) => [service, minutes]))).toEqual([
    [['llm', 10], ['stt', null], ['tts', null]],
    [['stt', null], ['tts', null]],
  ]);
});

test('a choice names the setting of that engine alone', () => {
  expect([restChange('llm', 30), restChange('stt', null), restChange('tts', 5)]).toEqual([{ rest: { llmMinutes: 30 } }, { rest: { sttMinutes: null } }, { rest: { ttsMinutes: 5 } }]);
});

test('what was prepared rests as the settings say now, and is otherwise what it was prepared with', () => {
  const store = createDesktopStore('0');
  const settings = withRestOf({ ...defaultSettings, voice: 'am_puck' }, store);
  const before = settings.rest.llmMinutes;
  store.setState({ settings: { ...defaultSettings, rest: { ...defaultSettings.rest, llmMinutes: 30 } } });
  expect([before, settings.rest.llmMinutes, settings.voice]).toEqual([10, 30, 'am_puck']);
});

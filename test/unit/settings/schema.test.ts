import { expect, test } from 'vitest';
import { defaultSettings, settingsSchema } from '../../../main/settings/schema.ts';

test('an empty settings file means the defaults: our own engines, Ollama when it runs, the public hub', () => {
  expect(settingsSchema.parse({})).toEqual({
    voice: 'af_heart',
    systemPrompt: defaultSettings.systemPrompt,
    services: {},
    languageModel: 'auto',
    profile: 'balanced',
    overrides: { gpus: {}, torchBuild: null, services: {} },
    conversation: { mode: 'hands-free', muted: false, endOfTurn: 'smart-turn', longestReplyTokens: 120, shortcut: 'CommandOrControl+Shift+Space' },
    audio: { microphone: null, speaker: null },
    told: [],
    rest: { llmMinutes: 10, sttMinutes: null, ttsMinutes: null },
    startAtLogin: false,
    telemetry: { metricsPort: null },
    downloads: { hubEndpoint: 'https://huggingface.co', hubToken: '', torchIndex: 'https://download.pytorch.org/whl', diskBudgetGiB: 60 },
  });
});

test('one setting given leaves the others at their defaults', () => {
  const settings = settingsSchema.parse({ downloads: { modelFolder: '/mnt/models' }, services: { llm: { url: 'http://10.0.0.2:8000/v1' } } });
  expect(settings).toEqual({
    ...defaultSettings,
    downloads: { ...defaultSettings.downloads, modelFolder: '/mnt/models' },
    services: { llm: { url: 'http://10.0.0.2:8000/v1', token: '' } },
  });
});

test('a server is an http or https address and nothing else', () => {
  const urls = ['http://127.0.0.1:8000/v1', 'https://speech.example', 'ftp://speech.example', 'file:///etc/passwd', 'speech.example', ''];
  expect(urls.filter((url) => settingsSchema.safeParse({ services: { stt: { url } } }).success)).toEqual([
    'http://127.0.0.1:8000/v1',
    'https://speech.example',
  ]);
});

test('fast, balanced and best are the profiles', () => {
  expect(['fast', 'balanced', 'best', 'quick', '', null].filter((profile) => settingsSchema.safeParse({ profile }).success)).toEqual(['fast', 'balanced', 'best']);
});

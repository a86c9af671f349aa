import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { userFolders, type Folders } from '../../../main/platform/folders.ts';
import { errorMessage } from '../../../main/platform/text.ts';
import { setGpuUse, setServiceOverride, setTorchBuild } from '../../../main/settings/change.ts';
import { defaultSettings } from '../../../main/settings/schema.ts';
import { changeSettings, loadSettings } from '../../../main/settings/store.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Folders of a user whose settings file holds `text`; null for none, and no folder either. */
function userWith(text: string | null): Folders {
  const folders = userFolders({ EARSHOT_HOME: temporaryFolder() });
  if (text === null) return folders;
  mkdirSync(folders.config);
  writeFileSync(join(folders.config, 'settings.json'), text);
  return folders;
}

function fileOf(folders: Folders): string {
  return readFileSync(join(folders.config, 'settings.json'), 'utf8');
}

describe('a changed setting', () => {
  test('is all there is in the first settings file, and ends with a line', async () => {
    const folders = userWith(null);
    await changeSettings(folders, { conversation: { mode: 'press-to-talk' } });
    expect(fileOf(folders)).toBe('{\n  "conversation": {\n    "mode": "press-to-talk"\n  }\n}\n');
  });

  test('leaves what the person wrote, in its order', async () => {
    const folders = userWith('{"told": ["no-tray"], "voice": "am_puck", "conversation": {"shortcut": "Alt+T", "muted": false}}');
    await changeSettings(folders, { conversation: { muted: true } });
    expect(fileOf(folders)).toBe(`${JSON.stringify({ told: ['no-tray'], voice: 'am_puck', conversation: { shortcut: 'Alt+T', muted: true } }, null, 2)}\n`);
  });

  test('is read as it was changed', async () => {
    const folders = userWith('{"voice": "am_puck"}');
    const microphone = { id: 'm1', label: 'Desk microphone' };
    await changeSettings(folders, { conversation: { muted: true }, audio: { microphone }, told: ['no-tray', 'shortcut-taken'] });
    expect(await loadSettings(folders, new Date(0))).toEqual({
      settings: {
        ...defaultSettings,
        voice: 'am_puck',
        conversation: { ...defaultSettings.conversation, muted: true },
        audio: { microphone, speaker: null },
        told: ['no-tray', 'shortcut-taken'],
      },
      notices: [],
    });
  });

  test('does not write down defaults nobody chose', async () => {
    const folders = userWith('{}');
    await changeSettings(folders, { told: [] });
    expect(JSON.parse(fileOf(folders))).toEqual({ told: [] });
  });

  test('can be written into a file that an editor of Windows saved with a byte order mark', async () => {
    const folders = userWith('\uFEFF{"voice": "am_puck"}\r\n');
    await changeSettings(folders, { conversation: { muted: true } });
    expect(JSON.parse(fileOf(folders))).toEqual({ voice: 'am_puck', conversation: { muted: true } });
  });

  test('leaves no other file in the folder of the person', async () => {
    const folders = userWith('{}');
    await changeSettings(folders, { told: ['no-tray'] });
    expect(readdirSync(folders.config)).toEqual(['settings.json']);
  });

  test('is among the last good settings at once', async () => {
    const folders = userWith('{}');
    await changeSettings(folders, { told: ['no-tray'] });
    expect(readFileSync(join(folders.data, 'settings.last-good.json'), 'utf8')).toBe(fileOf(folders));
  });

  test('is written even where no copy of it can be kept', async () => {
    const folders = userWith('{}');
    writeFileSync(folders.data, 'in the way');
    await changeSettings(folders, { told: ['no-tray'] });
    expect(JSON.parse(fileOf(folders))).toEqual({ told: ['no-tray'] });
  });
});

describe('an override', () => {
  const origin = { since: new Date('2026-11-21T08:30:00.000Z'), reason: 'It ran out of memory three times.' };
  const written = { since: '2026-11-21T08:30:00.000Z', reason: 'It ran out of memory three times.' };

  test.each([
    ['that keeps a GPU free', '{}', setGpuUse('GPU-1', false, origin), { gpus: { 'GPU-1': { use: false, ...written } } }],
    ['of one GPU beside that of another', '{"gpus": {"GPU-2": {"use": true}}}', setGpuUse('GPU-1', false, origin), { gpus: { 'GPU-2': { use: true }, 'GPU-1': { use: false, ...written } } }],
    ['of a GPU, taken back', '{"gpus": {"GPU-1": {"use": true}, "GPU-2": {"use": true}}}', setGpuUse('GPU-1', null, origin), { gpus: { 'GPU-2': { use: true } } }],
    ['of the torch build', '{"torchBuild": {"id": "cu128"}}', setTorchBuild('cu126', origin), { torchBuild: { id: 'cu126', ...written } }],
    ['of the torch build, taken back', '{"torchBuild": {"id": "cu128"}}', setTorchBuild(null, origin), { torchBuild: null }],
    ['of a service', '{}', setServiceOverride('stt', { device: 'cpu' }, origin), { services: { stt: { device: 'cpu', ...written } } }],
    [
      'of a service in place of an older one',
      '{"services": {"stt": {"model": "whisper-base", "reason": "I like it."}, "tts": {"device": "cpu"}}}',
      setServiceOverride('stt', { sameDeviceAs: 'tts' }, origin),
      { services: { stt: { sameDeviceAs: 'tts', ...written }, tts: { device: 'cpu' } } },
    ],
    ['of a service, taken back', '{"services": {"stt": {"device": "cpu"}}}', setServiceOverride('stt', null, origin), { services: {} }],
  ] as const)('%s is written with its date and reason, and nothing else changes', async (_what, before, change, overrides) => {
    const folders = userWith(`{"voice": "am_puck", "overrides": ${before}}`);
    await changeSettings(folders, change);
    expect(JSON.parse(fileOf(folders))).toEqual({ voice: 'am_puck', overrides });
  });

  test('that would close a circle is refused with the circle, and the file stays as it was', async () => {
    const text = '{"overrides": {"services": {"tts": {"sameDeviceAs": "stt"}}}}';
    const folders = userWith(text);
    const outcome = await changeSettings(folders, setServiceOverride('stt', { sameDeviceAs: 'tts' }, origin)).then(() => 'written', errorMessage);
    expect({ outcome, file: fileOf(folders) }).toEqual({
      outcome: 'overrides.services.stt.sameDeviceAs: goes round in a circle (stt → tts → stt), so none of them has a device',
      file: text,
    });
  });
});

describe('a setting is not changed', () => {
  test.each([
    ['torn in the middle', '{"voice": "am_'],
    ['empty', ''],
    ['a list', '["voice"]'],
    ['null', 'null'],
    ['a text', '"voice"'],
    ['wrong in a field that the change is not about', '{"voice": 7}'],
    ['full of fields that nobody knows', '{"theme": "dark"}'],
  ])('in a file that is %s: it stays as it was', async (_damage, text) => {
    const folders = userWith(text);
    const outcome = await changeSettings(folders, { conversation: { muted: true } }).then(() => 'written', () => 'refused');
    expect({ outcome, file: fileOf(folders), files: readdirSync(folders.config) }).toEqual({ outcome: 'refused', file: text, files: ['settings.json'] });
  });

  test('in a part that the person wrote in another form', async () => {
    const text = '{"conversation": "hands-free"}';
    const folders = userWith(text);
    const outcome = await changeSettings(folders, { conversation: { muted: true } }).then(() => 'written', () => 'refused');
    expect({ outcome, file: fileOf(folders) }).toEqual({ outcome: 'refused', file: text });
  });

  test('where there is a file in place of the folder', async () => {
    const folders = userFolders({ EARSHOT_HOME: temporaryFolder() });
    writeFileSync(folders.config, 'mine');
    const outcome = await changeSettings(folders, { told: ['x'] }).then(() => 'written', () => 'refused');
    expect({ outcome, file: readFileSync(folders.config, 'utf8') }).toEqual({ outcome: 'refused', file: 'mine' });
  });
});

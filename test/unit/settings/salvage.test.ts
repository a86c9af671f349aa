import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { userFolders, type Folders } from '../../../main/platform/folders.ts';
import { defaultSettings } from '../../../main/settings/schema.ts';
import { loadSettings, lookAtSettings } from '../../../main/settings/store.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const now = new Date('2026-11-21T08:30:00.000Z');
const aside = 'settings.damaged-2026-11-21T08-30-00.000Z.json';
const server = { url: 'http://10.0.0.2:8000/v1', token: 'secret' };

/** A user who has settings from before this version: nothing has been kept as last good yet. */
function userWith(content: unknown): Folders {
  const folders = userFolders({ EARSHOT_HOME: temporaryFolder() });
  mkdirSync(folders.config);
  writeFileSync(join(folders.config, 'settings.json'), textOf(content));
  return folders;
}

function textOf(content: unknown): string {
  return typeof content === 'string' ? content : JSON.stringify(content);
}

function contentOf(folders: Folders): unknown {
  return JSON.parse(readFileSync(join(folders.config, 'settings.json'), 'utf8'));
}

describe('fields that nobody knows, where no good settings are kept yet,', () => {
  test('cost a person nothing else: the rest of the file holds, what was left out is said, and the file is kept aside', async () => {
    const before = { voice: 'bm_george', theme: 'dark', services: { llm: { ...server, timeout: 5 } }, downloads: { mirror: 'x', modelFolder: 'models' } };
    const folders = userWith(before);
    const { settings, notices } = await loadSettings(folders, now);
    expect({ settings, notices, file: contentOf(folders), kept: readFileSync(join(folders.config, aside), 'utf8') }).toEqual({
      settings: { ...defaultSettings, voice: 'bm_george', services: { llm: server }, downloads: { ...defaultSettings.downloads, modelFolder: 'models' } },
      notices: [
        [
          'A part of the settings file could not be used.',
          'services.llm.timeout: there is no field of this name',
          'downloads.mirror: there is no field of this name',
          'theme: there is no field of this name',
          `It was kept as ${join(folders.config, aside)}. Earshot goes on with the rest of the file.`,
        ].join('\n'),
      ],
      file: { voice: 'bm_george', services: { llm: server }, downloads: { modelFolder: 'models' } },
      kept: JSON.stringify(before),
    });
  });

  test('are said once', async () => {
    const folders = userWith({ theme: 'dark', voice: 'bm_george' });
    await loadSettings(folders, now);
    expect(await loadSettings(folders, now)).toEqual({ settings: { ...defaultSettings, voice: 'bm_george' }, notices: [] });
  });

  test.each([
    ['a misspelt field of the conversation', { conversation: { mutd: true } }],
    ['a misspelt conversation', { converstion: { muted: true } }],
    ['a field in the wrong place', { muted: true }],
  ])('close the microphone when they may have been meant to: %s', async (_slip, slip) => {
    const folders = userWith({ voice: 'bm_george', ...slip });
    const { settings, notices } = await loadSettings(folders, now);
    expect({ settings, notices, file: contentOf(folders) }).toEqual({
      settings: { ...defaultSettings, voice: 'bm_george', conversation: { ...defaultSettings.conversation, muted: true } },
      notices: [expect.stringMatching(/Earshot goes on with the rest of the file, and muted, as what was left out may have been meant to close the microphone\.$/)],
      file: { voice: 'bm_george', conversation: { muted: true } },
    });
  });

  test('leave no circle unseen that they stood beside', async () => {
    const circle = { stt: { sameDeviceAs: 'tts', theme: 1 }, tts: { sameDeviceAs: 'stt' } };
    const { settings, notices } = await loadSettings(userWith({ voice: 'bm_george', overrides: { services: circle } }), now);
    expect({ voice: settings.voice, muted: settings.conversation.muted, notices }).toEqual({ voice: defaultSettings.voice, muted: true, notices: [expect.stringContaining('goes on with its defaults, and muted.')] });
  });

  test('give way to the last good settings once there are some', async () => {
    const folders = userWith({ voice: 'am_puck' });
    await loadSettings(folders, now);
    writeFileSync(join(folders.config, 'settings.json'), textOf({ theme: 'dark', voice: 'bm_george' }));
    expect(await loadSettings(folders, now)).toMatchObject({ settings: { voice: 'am_puck' }, notices: [expect.stringContaining('goes on with your last good settings, and muted.')] });
  });
});

describe('a look at the settings changes nothing on the disk', () => {
  function filesOf(folder: string): unknown {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), 'utf8')]);
  }

  test.each([
    ['good settings', { voice: 'bm_george' }, 'bm_george', []],
    ['a field that nobody knows', { voice: 'bm_george', theme: 1 }, 'bm_george', ['A part of the settings file could not be used.\ntheme: there is no field of this name\nThe file stays as it is. Earshot goes by the rest of the file here.']],
    ['a wrong type', { voice: 7 }, 'af_heart', ['The settings file could not be used.\nvoice: should be a text in quotation marks, not 7\nThe file stays as it is. Earshot goes by its defaults here.']],
  ])('with %s', async (_what, content, voice, notices) => {
    const folders = userWith(content);
    const home = join(folders.config, '..');
    const before = filesOf(home);
    const looked = await lookAtSettings(folders);
    expect({ voice: looked.settings.voice, notices: looked.notices, after: filesOf(home) }).toEqual({ voice, notices, after: before });
  });

  test('with a damaged file where good ones were kept', async () => {
    const folders = userWith({ voice: 'bm_george' });
    await loadSettings(folders, now);
    writeFileSync(join(folders.config, 'settings.json'), '{');
    const before = filesOf(join(folders.config, '..'));
    expect({ looked: await lookAtSettings(folders), after: filesOf(join(folders.config, '..')) }).toEqual({
      looked: {
        settings: { ...defaultSettings, voice: 'bm_george', conversation: { ...defaultSettings.conversation, muted: true } },
        notices: [expect.stringMatching(/it is not JSON.*\nThe file stays as it is\. Earshot goes by your last good settings here\.$/)],
      },
      after: before,
    });
  });
});

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { userFolders, type Folders } from '../../../main/platform/folders.ts';
import { defaultSettings } from '../../../main/settings/schema.ts';
import { loadSettings } from '../../../main/settings/store.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const now = new Date('2026-11-21T08:30:00.000Z');
const aside = 'settings.damaged-2026-11-21T08-30-00.000Z.json';
const goodText = '{"voice": "am_puck", "conversation": {"mode": "press-to-talk"}}';
const muted = { ...defaultSettings.conversation, muted: true };

/** Folders of a user whose settings were good once and hold `text` now. */
async function userWhoseGoodFileBecame(text: string): Promise<Folders> {
  const folders = userFolders({ EARSHOT_HOME: temporaryFolder() });
  mkdirSync(folders.config);
  writeFileSync(join(folders.config, 'settings.json'), goodText);
  await loadSettings(folders, now);
  writeFileSync(join(folders.config, 'settings.json'), text);
  return folders;
}

function copyOf(folders: Folders): string {
  return join(folders.data, 'settings.last-good.json');
}

test('good settings are kept as a copy, as the person wrote them', async () => {
  const folders = await userWhoseGoodFileBecame(goodText);
  expect(readFileSync(copyOf(folders), 'utf8')).toBe(goodText);
});

test('a damaged file is replaced by the last good settings, muted, and said', async () => {
  const folders = await userWhoseGoodFileBecame('{"voice": "am_');
  const { settings, notices } = await loadSettings(folders, now);
  expect({ settings, notices, file: JSON.parse(readFileSync(join(folders.config, 'settings.json'), 'utf8')) as unknown, kept: readFileSync(join(folders.config, aside), 'utf8') }).toEqual({
    settings: { ...defaultSettings, voice: 'am_puck', conversation: { ...muted, mode: 'press-to-talk' } },
    notices: [expect.stringContaining(`It was kept as ${join(folders.config, aside)}. Earshot goes on with your last good settings, and muted.`)],
    file: { voice: 'am_puck', conversation: { mode: 'press-to-talk', muted: true } },
    kept: '{"voice": "am_',
  });
});

test('a copy that is damaged as well is said, and the defaults hold, muted', async () => {
  const folders = await userWhoseGoodFileBecame('{');
  writeFileSync(copyOf(folders), '{"voice": 7}');
  const { settings, notices } = await loadSettings(folders, now);
  expect({ settings, notices }).toEqual({
    settings: { ...defaultSettings, conversation: muted },
    notices: [expect.stringContaining(`Earshot goes on with its defaults, and muted.\nThe copy of your last good settings, ${copyOf(folders)}, could not be used either.\nvoice: should be a text in quotation marks, not 7`)],
  });
});

test('who removes the file gets the defaults, and no older choice back later', async () => {
  const folders = await userWhoseGoodFileBecame(goodText);
  rmSync(join(folders.config, 'settings.json'));
  const loaded = await loadSettings(folders, now);
  expect({ loaded, copy: existsSync(copyOf(folders)) }).toEqual({ loaded: { settings: defaultSettings, notices: [] }, copy: false });
});

describe('is never a crash:', () => {
  test('a folder in the place of the file', async () => {
    const folders = await userWhoseGoodFileBecame(goodText);
    const path = join(folders.config, 'settings.json');
    rmSync(path);
    mkdirSync(path);
    const { settings, notices } = await loadSettings(folders, now);
    expect({ voice: settings.voice, muted: settings.conversation.muted, notices, files: readdirSync(folders.config) }).toEqual({
      voice: 'am_puck',
      muted: true,
      notices: [expect.stringMatching(/it cannot be read \(EISDIR.*\nIt stays where it is, .*settings\.json: mend or remove it/)],
      files: ['settings.json'],
    });
  });

  test('a folder in the place of the copy', async () => {
    const folders = await userWhoseGoodFileBecame('{');
    rmSync(copyOf(folders));
    mkdirSync(copyOf(folders));
    expect(await loadSettings(folders, now)).toMatchObject({ settings: { conversation: { muted: true } }, notices: [expect.stringContaining('could not be used either.\nit cannot be read (EISDIR')] });
  });

  test('a copy that cannot be kept: the settings hold, and it is said', async () => {
    const folders = await userWhoseGoodFileBecame(goodText);
    rmSync(folders.data, { recursive: true });
    writeFileSync(folders.data, 'in the way');
    expect(await loadSettings(folders, now)).toMatchObject({
      settings: { voice: 'am_puck', conversation: { muted: false } },
      notices: [expect.stringContaining(`Earshot could not keep a copy of your settings as ${copyOf(folders)}.`)],
    });
  });
});

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { userFolders, type Folders } from '../../../main/platform/folders.ts';
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

  test('leaves what the person wrote, in its order, and keys that nobody knows', async () => {
    const folders = userWith('{"theme": "dark", "voice": "am_puck", "conversation": {"shortcut": "Alt+T", "tone": 1, "muted": false}, "downloads": {"mirror": "x"}, "told": ["no-tray"]}');
    await changeSettings(folders, { conversation: { muted: true } });
    expect(fileOf(folders)).toBe(
      `${JSON.stringify({ theme: 'dark', voice: 'am_puck', conversation: { shortcut: 'Alt+T', tone: 1, muted: true }, downloads: { mirror: 'x' }, told: ['no-tray'] }, null, 2)}\n`,
    );
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

  test('leaves no other file behind', async () => {
    const folders = userWith('{}');
    await changeSettings(folders, { told: ['no-tray'] });
    expect(readdirSync(folders.config)).toEqual(['settings.json']);
  });
});

describe('a setting is not changed', () => {
  test.each([
    ['torn in the middle', '{"voice": "am_'],
    ['empty', ''],
    ['a list', '["voice"]'],
    ['null', 'null'],
    ['a text', '"voice"'],
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

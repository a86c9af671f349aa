import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createPreferences, type Preferences } from '../../../main/desktop/preferences.ts';
import { createDesktopStore, type DesktopStore } from '../../../main/desktop/state.ts';
import { userFolders } from '../../../main/platform/folders.ts';
import { defaultSettings } from '../../../main/settings/schema.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const headphones = { id: 's1', label: 'Headphones' };

interface Desk {
  readonly store: DesktopStore;
  readonly preferences: Preferences;
  readonly path: string;
}

/** A desktop whose settings file holds `text`; null for none. */
function deskWith(text: string | null): Desk {
  const folders = userFolders({ EARSHOT_HOME: temporaryFolder() });
  const path = join(folders.config, 'settings.json');
  mkdirSync(folders.config);
  if (text !== null) writeFileSync(path, text);
  const store = createDesktopStore('1.2.3');
  return { store, preferences: createPreferences(store, folders), path };
}

describe('a choice', () => {
  test('holds at once and is written behind that', async () => {
    const { store, preferences, path } = deskWith(null);
    preferences.change({ conversation: { muted: true } });
    const early = { muted: store.getState().settings.conversation.muted, written: existsSync(path) };
    await preferences.written();
    expect({ early, file: JSON.parse(readFileSync(path, 'utf8')) as unknown }).toEqual({ early: { muted: true, written: false }, file: { conversation: { muted: true } } });
  });

  test('leaves every other choice as it is', () => {
    const { store, preferences } = deskWith(null);
    preferences.change({ audio: { speaker: headphones } });
    preferences.change({ conversation: { mode: 'press-to-talk' } });
    preferences.change({ told: ['no-tray'] });
    const { conversation, audio, told } = store.getState().settings;
    expect({ conversation, audio, told }).toEqual({
      conversation: { ...defaultSettings.conversation, mode: 'press-to-talk' },
      audio: { microphone: null, speaker: headphones },
      told: ['no-tray'],
    });
  });

  test('made right after another one is written after it, and neither is lost', async () => {
    const { preferences, path } = deskWith('{"voice": "am_puck"}');
    preferences.change({ conversation: { muted: true } });
    preferences.change({ conversation: { mode: 'press-to-talk' } });
    preferences.change({ conversation: { muted: false } });
    preferences.change({ audio: { speaker: headphones } });
    await preferences.written();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ voice: 'am_puck', conversation: { muted: false, mode: 'press-to-talk' }, audio: { speaker: headphones } });
  });

  test('of when engines rest and when Earshot starts holds at once, and leaves the other times alone', async () => {
    const { store, preferences, path } = deskWith('{"rest": {"sttMinutes": 60}}');
    preferences.change({ rest: { llmMinutes: null } });
    preferences.change({ startAtLogin: true });
    await preferences.written();
    const { rest, startAtLogin } = store.getState().settings;
    expect({ llm: rest.llmMinutes, startAtLogin, file: JSON.parse(readFileSync(path, 'utf8')) as unknown }).toEqual({
      llm: null,
      startAtLogin: true,
      file: { rest: { sttMinutes: 60, llmMinutes: null }, startAtLogin: true },
    });
  });

  test('back to the system’s default is written as such', async () => {
    const { preferences, path } = deskWith('{"audio": {"speaker": {"id": "s1", "label": "Headphones"}}}');
    preferences.change({ audio: { speaker: null } });
    await preferences.written();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ audio: { speaker: null } });
  });
});

describe('with a damaged settings file', () => {
  test('a choice holds, is said to hold only until the end, and the file stays as it was', async () => {
    const { store, preferences, path } = deskWith('{ "voice": "am_');
    preferences.change({ conversation: { muted: true } });
    await preferences.written();
    const { settings, remarks } = store.getState();
    expect({ muted: settings.conversation.muted, remarks: remarks.map(({ title, detail }) => `${title}\n${detail ?? ''}`), file: readFileSync(path, 'utf8') }).toEqual({
      muted: true,
      remarks: [expect.stringMatching(/^Your choice holds until you quit\.\nIt could not be saved in .*settings\.json; mend or remove that file\. \(.+\)$/s)],
      file: '{ "voice": "am_',
    });
  });

  test('that is said once, however often a person chooses, and beside what was said before', async () => {
    const { store, preferences } = deskWith('{');
    store.setState({ remarks: [{ id: 'other', title: 'Something else.', detail: null }] });
    preferences.change({ conversation: { muted: true } });
    preferences.change({ conversation: { muted: false } });
    await preferences.written();
    expect(store.getState().remarks.map(({ title }) => title)).toEqual(['Something else.', expect.stringContaining('holds until you quit')]);
  });

  test('the next choice is written once the file was mended', async () => {
    const { preferences, path } = deskWith('{');
    preferences.change({ conversation: { muted: true } });
    await preferences.written();
    writeFileSync(path, '{}');
    preferences.change({ conversation: { mode: 'press-to-talk' } });
    await preferences.written();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ conversation: { mode: 'press-to-talk' } });
  });
});

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { userFolders, type Folders } from '../../../main/platform/folders.ts';
import { defaultSettings } from '../../../main/settings/schema.ts';
import { loadSettings, loadSettingsFile } from '../../../main/settings/store.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A slip of the pen must not open a microphone that was closed. */
const mutedSettings = { ...defaultSettings, conversation: { ...defaultSettings.conversation, muted: true } };
const mutedFile = `${JSON.stringify({ conversation: { muted: true } }, null, 2)}\n`;
const now = new Date('2026-11-21T08:30:00.000Z');
const aside = 'settings.damaged-2026-11-21T08-30-00.000Z.json';

/** Folders of a user whose settings file holds `text`. */
function userWith(text: string): Folders {
  const folders = userFolders({ EARSHOT_HOME: temporaryFolder() });
  mkdirSync(folders.config);
  writeFileSync(join(folders.config, 'settings.json'), text);
  return folders;
}

function filesOf(folders: Folders): Record<string, string> {
  return Object.fromEntries(readdirSync(folders.config).map((name) => [name, readFileSync(join(folders.config, name), 'utf8')]));
}

test('a first start has no settings file and needs none', async () => {
  const folders = userFolders({ EARSHOT_HOME: temporaryFolder() });
  expect(await loadSettings(folders, now)).toEqual({ settings: defaultSettings, notices: [] });
});

test('reads what the person chose', async () => {
  const folders = userWith('{"voice": "bm_george", "languageModel": "embedded"}');
  expect(await loadSettings(folders, now)).toEqual({
    settings: { ...defaultSettings, voice: 'bm_george', languageModel: 'embedded' },
    notices: [],
  });
});

test('reads a file that an editor of Windows saved with a byte order mark', async () => {
  const folders = userWith('\uFEFF{"voice": "bm_george"}\r\n');
  expect(await loadSettings(folders, now)).toEqual({ settings: { ...defaultSettings, voice: 'bm_george' }, notices: [] });
});

test.each([
  ['torn in the middle', '{"voice": "bm_geo', /is not JSON/],
  ['empty', '', /is not JSON/],
  ['full of zeros after a power cut', '\0\0\0\0', /is not JSON/],
  ['not an object', '["voice"]', /^the whole file: should be a group of fields in \{ \}, not a list$/m],
  ['null', 'null', /^the whole file: should be a group of fields in \{ \}, not null$/m],
  ['wrong in one type', '{"voice": 7}', /^voice: should be a text in quotation marks, not 7$/m],
  ['wrong in one choice', '{"languageModel": "gpt"}', /^languageModel: should be "auto" or "embedded", not "gpt"$/m],
  ['wrong in one address', '{"services": {"llm": {"url": "nowhere"}}}', /^services\.llm\.url: should be an address that begins with http:\/\/ or https:\/\/, not "nowhere"$/m],
  ['wrong in one type beside a field that nobody knows', '{"theme": "dark", "voice": 7}', /^voice: should be a text in quotation marks, not 7\ntheme: there is no field of this name$/m],
  ['going round in a circle', '{"overrides": {"services": {"stt": {"sameDeviceAs": "tts"}, "tts": {"sameDeviceAs": "stt"}}}}', /^overrides\.services\.stt\.sameDeviceAs: goes round in a circle \(stt → tts → stt\)/m],
])('keeps a settings file that is %s aside, says why and goes on with the defaults, muted', async (_damage, text, reason) => {
  const folders = userWith(text);
  const { settings, notices } = await loadSettings(folders, now);
  expect({ settings, files: filesOf(folders), notices }).toEqual({
    settings: mutedSettings,
    files: { [aside]: text, 'settings.json': mutedFile },
    notices: [expect.stringMatching(reason)],
  });
  expect(notices[0]).toContain(`It was kept as ${join(folders.config, aside)}. Earshot goes on with its defaults, and muted.`);
});

test('keeps every byte of a damaged file, whatever wrote it', async () => {
  const folders = userWith('');
  const bytes = Buffer.from('\uFEFF{"voice": "bm_george"}', 'utf16le');
  writeFileSync(join(folders.config, 'settings.json'), bytes);
  await loadSettings(folders, now);
  expect(readFileSync(join(folders.config, aside))).toEqual(bytes);
});

test('says a damaged file once: the next start finds none', async () => {
  const folders = userWith('{');
  await loadSettings(folders, now);
  expect(await loadSettings(folders, now)).toEqual({ settings: mutedSettings, notices: [] });
});

test('a second damaged file does not replace the first one kept aside', async () => {
  const folders = userWith('{ first');
  await loadSettings(folders, now);
  writeFileSync(join(folders.config, 'settings.json'), '{ second');
  await loadSettings(folders, new Date('2026-11-22T08:30:00.000Z'));
  expect(Object.values(filesOf(folders)).sort()).toEqual([mutedFile, '{ first', '{ second'].sort());
});

test('a file named on the command line is used as it is', async () => {
  const folders = userWith('{"voice": "am_puck"}');
  expect(await loadSettingsFile(join(folders.config, 'settings.json'))).toEqual({ ...defaultSettings, voice: 'am_puck' });
});

test.each([
  ['is damaged', '{"voice": 7}', /^voice: should be a text/],
  ['is not JSON', 'voice: x', /is not JSON/],
])('a file named on the command line that %s is an error and stays where it is', async (_damage, text, reason) => {
  const folders = userWith(text);
  const path = join(folders.config, 'settings.json');
  await expect(loadSettingsFile(path)).rejects.toMatchObject({
    fault: { id: 'settings-invalid', title: `The settings file ${path} cannot be used.`, detail: expect.stringMatching(reason) as string },
  });
  expect(filesOf(folders)).toEqual({ 'settings.json': text });
});

test('a file named on the command line that is not there is an error', async () => {
  const path = join(temporaryFolder(), 'mine.json');
  await expect(loadSettingsFile(path)).rejects.toMatchObject({
    fault: { id: 'settings-invalid', title: `The settings file ${path} cannot be used.`, detail: 'there is no such file' },
  });
});

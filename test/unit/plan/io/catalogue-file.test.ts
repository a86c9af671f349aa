import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { catalogue as builtIn } from '../../../../main/plan/catalogue.ts';
import { loadCatalogue } from '../../../../main/plan/io/catalogue-file.ts';
import type { Folders } from '../../../../main/platform/folders.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** A user's folders, with this catalogue file if any. */
function foldersWith(text: string | null): { readonly folders: Folders; readonly file: string; readonly kept: string } {
  const home = temporaryFolder();
  const folders = { config: join(home, 'config'), data: join(home, 'data'), cache: join(home, 'cache'), logs: join(home, 'logs') };
  const file = join(folders.config, 'catalogue.json');
  mkdirSync(folders.config);
  if (text !== null) writeFileSync(file, text);
  return { folders, file, kept: join(folders.data, 'catalogue.last-good.json') };
}

const good = JSON.stringify({ components: [{ ...builtIn.components[0], id: 'mine' }] });

/** Ids of the components that were loaded beside those Earshot comes with. */
async function added(folders: Folders): Promise<{ readonly ids: readonly string[]; readonly notices: readonly string[] }> {
  const { catalogue, notices } = await loadCatalogue(folders);
  const known = new Set(builtIn.components.map((component) => component.id));
  return { ids: catalogue.components.map((component) => component.id).filter((id) => !known.has(id)), notices };
}

test('without a file there is what Earshot comes with', async () => {
  expect(await loadCatalogue(foldersWith(null).folders)).toEqual({ catalogue: builtIn, notices: [] });
});

test('a good file is used and kept', async () => {
  const { folders, kept } = foldersWith(good);
  expect(await added(folders)).toEqual({ ids: ['mine'], notices: [] });
  expect(readFileSync(kept, 'utf8')).toBe(good);
});

test.each([
  ['is truncated', good.slice(0, 40), 'it is not JSON'],
  ['is empty', '', 'it is not JSON'],
  ['has an unknown field', '{"components": [], "engines": []}', 'engines: there is no field of this name'],
  ['has a wrong type', '{"components": {}}', 'components: should be a list in [ ], not a group of fields'],
  ['takes away what every plan needs', JSON.stringify({ models: builtIn.models.filter(({ role }) => role === 'vad').map((model) => ({ ...model, role: 'stt' })) }), 'there is none with the role "vad"'],
  ['names what is not there', JSON.stringify({ candidates: [{ ...builtIn.candidates[0], component: 'nothing' }] }), 'there is no component "nothing"'],
])('when a file %s, the last good one holds, the problem is named, and the file is left as it is', async (_, text, named) => {
  const { folders, file } = foldersWith(good);
  await loadCatalogue(folders);
  writeFileSync(file, text);
  const { ids, notices } = await added(folders);
  expect([ids, notices.length, readFileSync(file, 'utf8')]).toEqual([['mine'], 1, text]);
  expect(notices[0]).toContain(file);
  expect(notices[0]).toContain(named);
  expect(notices[0]).toContain('The last one that was good is used instead.');
});

test('with no good file before it, a damaged one leaves what Earshot comes with', async () => {
  const { folders, kept } = foldersWith('{');
  const { ids, notices } = await added(folders);
  expect([ids, notices.length, existsSync(kept)]).toEqual([[], 1, false]);
  expect(notices[0]).toContain('Earshot goes on with what it comes with.');
});

test('with the kept copy damaged too, Earshot still starts', async () => {
  const { folders, kept } = foldersWith('{');
  mkdirSync(folders.data);
  writeFileSync(kept, 'also damaged');
  expect(await added(folders)).toMatchObject({ ids: [] });
});

test('a file that cannot be read is said, not fatal', async () => {
  const { folders, file } = foldersWith(null);
  mkdirSync(file);
  const { ids, notices } = await added(folders);
  expect([ids, notices.length]).toEqual([[], 1]);
  expect(notices[0]).toContain('it cannot be read');
});

test('whoever takes the file away does not meet it again in the next damage', async () => {
  const { folders, file } = foldersWith(good);
  await loadCatalogue(folders);
  rmSync(file);
  await loadCatalogue(folders);
  writeFileSync(file, '{');
  expect((await added(folders)).ids).toEqual([]);
});

test('when no copy can be kept, the file is used all the same', async () => {
  const { folders } = foldersWith(good);
  writeFileSync(folders.data, 'a file where the folder should be');
  const { ids, notices } = await added(folders);
  expect([ids, notices.length]).toEqual([['mine'], 1]);
  expect(notices[0]).toContain('The file itself is in use.');
});

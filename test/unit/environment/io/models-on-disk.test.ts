import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ModelStore } from '../../../../main/environment/io/model-store.ts';
import { modelsOnDisk, noteUse, removeModel } from '../../../../main/environment/io/models-on-disk.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** A store with these models, each of one file of so many bytes, written in 1970. */
function storeWith(models: Readonly<Record<string, number>>): ModelStore {
  const folder = temporaryFolder();
  for (const [id, bytes] of Object.entries(models)) {
    mkdirSync(join(folder, id));
    writeFileSync(join(folder, id, 'model.bin'), Buffer.alloc(bytes));
    utimesSync(join(folder, id, 'model.bin'), 100, 100);
  }
  return { folder, localFolder: undefined };
}

test('what is on the disk is told with its size and its last use, and what is only on its way is no model', async () => {
  const store = storeWith({ large: 5000, small: 70, empty: 0, '.partial': 900, '.staging-x': 900 });
  await noteUse(store, ['small', 'not-there'], 5_000_000);
  expect(await modelsOnDisk(store)).toEqual([
    { id: 'large', kind: 'model', bytes: 5000, lastUsedMs: 100_000 },
    { id: 'small', kind: 'model', bytes: 70, lastUsedMs: 5_000_000 },
  ]);
});

test('a use that is noted again counts anew, and costs no room', async () => {
  const store = storeWith({ small: 70 });
  await noteUse(store, ['small'], 5_000_000);
  await noteUse(store, ['small'], 9_000_000);
  expect(await modelsOnDisk(store)).toEqual([{ id: 'small', kind: 'model', bytes: 70, lastUsedMs: 9_000_000 }]);
});

test('a store that is not there yet holds nothing', async () => {
  const store = { folder: join(temporaryFolder(), 'models'), localFolder: undefined };
  await removeModel(store, 'small');
  expect([await modelsOnDisk(store), existsSync(store.folder)]).toEqual([[], false]);
});

test('a model that is removed is gone with all that is beside it, and no other', async () => {
  const store = storeWith({ large: 5000, small: 70 });
  await removeModel(store, 'large');
  expect(readdirSync(store.folder)).toEqual(['small']);
});

test.each(['..', '../models', '.', '', '.partial'])('an id that leads elsewhere (%j) removes nothing', async (id) => {
  const store = storeWith({ small: 70, '.partial': 1 });
  await removeModel(store, id);
  expect([existsSync(join(store.folder, 'small', 'model.bin')), existsSync(join(store.folder, '.partial', 'model.bin'))]).toEqual([true, true]);
});

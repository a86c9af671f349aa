import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applyRemedy } from '../../../main/desktop/remedies.ts';
import { userFolders, type Folders } from '../../../main/platform/folders.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { machineOf } from './machine-of.ts';

const freed: string[] = [];

function desk(settings: string | null = null): { readonly folders: Folders; readonly apply: (id: string, given?: object) => Promise<string | null>; readonly file: () => unknown } {
  const folders = userFolders({ EARSHOT_HOME: temporaryFolder() });
  for (const folder of [folders.config, folders.data]) mkdirSync(folder, { recursive: true });
  const path = join(folders.config, 'settings.json');
  if (settings !== null) writeFileSync(path, settings);
  return {
    folders,
    apply: (id, given = {}) => applyRemedy(id, given, { folders, hardware: machineOf({}), freeSpace: (plan) => Promise.resolve(freed.push(...plan.models)) }),
    file: () => JSON.parse(readFileSync(path, 'utf8')) as unknown,
  };
}

test('a remedy is written as an override and can be taken back', async () => {
  const { apply, file } = desk('{ "voice": "am_puck" }');
  const first = await apply('cpu-only');
  const written = file();
  const second = await apply('go-back');
  expect(written).toMatchObject({ voice: 'am_puck', overrides: { services: { stt: { device: 'cpu' }, llm: { device: 'cpu' }, tts: { device: 'cpu' } } } });
  expect({ first, second, after: file() }).toEqual({ first: null, second: null, after: { voice: 'am_puck', overrides: { services: {} } } });
});

test('one that is not known, that lacks something, or that this computer cannot do says why and writes nothing', async () => {
  const { apply, file } = desk('{}');
  const sentences = [await apply('mend-it'), await apply('exclude-gpu'), await apply('exclude-gpu', { gpu: 'RTX 9090' })];
  expect({ sentences, file: file() }).toEqual({
    sentences: [expect.stringContaining('There is no remedy "mend-it".'), expect.stringContaining('needs --gpu'), expect.stringContaining('this computer has none')],
    file: {},
  });
});

test('before the computer was looked at, one is told to wait', async () => {
  const { folders } = desk('{}');
  expect(await applyRemedy('cpu-only', {}, { folders, hardware: null, freeSpace: () => Promise.resolve() })).toMatch(/^Earshot does not know this computer yet\./);
});

test('to free the disk keeps what is wanted', async () => {
  const { apply } = desk('{}');
  freed.length = 0;
  expect({ problem: await apply('free-disk-space'), kept: freed.includes('whisper-base') }).toEqual({ problem: null, kept: true });
});

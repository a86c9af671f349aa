import { join } from 'node:path';
import { expect, test } from 'vitest';
import { launch } from '../../../../main/services/io/launch.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

test('why a process ended is told though Windows does not let go of its folder', async () => {
  const folder = join(temporaryFolder(), 'own');
  const removed: string[] = [];
  // Any program that ends at once will do: it is started as an interpreter that does not know our options.
  const { exited } = launch({
    root: temporaryFolder(),
    run: { kind: 'process', module: 'any', python: process.execPath, environment: {}, section: () => ({}) },
    token: '',
    port: 0,
    section: {},
    temporaryFolder: folder,
    onListening: () => undefined,
    onLine: () => undefined,
    remove: (path) => {
      removed.push(path);
      return Promise.reject(new Error('EBUSY: resource busy or locked'));
    },
  });
  const { reason, how, cause } = await exited;
  expect({ reason, how, cause, removed }).toEqual({ reason: 'it ended by itself', how: 'exit code 9', cause: { kind: 'crash' }, removed: [folder] });
});

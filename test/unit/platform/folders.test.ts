import { resolve } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { applicationRoot, userFolders } from '../../../main/platform/folders.ts';
import { repository } from '../../setup/prepare.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('EARSHOT_HOME holds everything', () => {
  expect(userFolders({ EARSHOT_HOME: '/srv/earshot' })).toEqual({
    config: '/srv/earshot/config',
    data: '/srv/earshot/data',
    cache: '/srv/earshot/cache',
    logs: '/srv/earshot/logs',
  });
});

test('a relative EARSHOT_HOME is the same folder for processes that run elsewhere', () => {
  expect(userFolders({ EARSHOT_HOME: 'portable' }).data).toBe(resolve('portable/data'));
});

test.each([{}, { EARSHOT_HOME: '' }])('without EARSHOT_HOME the folders are the user’s own (%o)', (environment) => {
  vi.stubEnv('XDG_CONFIG_HOME', '/home/ada/.config');
  vi.stubEnv('XDG_DATA_HOME', '/home/ada/.local/share');
  vi.stubEnv('XDG_CACHE_HOME', '/home/ada/.cache');
  vi.stubEnv('XDG_STATE_HOME', '/home/ada/.local/state');
  expect(userFolders(environment)).toEqual({
    config: '/home/ada/.config/earshot',
    data: '/home/ada/.local/share/earshot',
    cache: '/home/ada/.cache/earshot',
    logs: '/home/ada/.local/state/earshot',
  });
});

test('python/ and assets/ are found from wherever the code runs', () => {
  expect(applicationRoot()).toBe(repository);
});

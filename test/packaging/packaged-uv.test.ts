import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { userFolders } from '../../main/platform/folders.ts';
import { packUv } from '../../packaged-uv.ts';
import { testHome } from '../setup/cache.ts';
import { repository } from '../setup/prepare.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';

test('for Windows the uv of Windows is packed, whatever packs it', async () => {
  const resources = temporaryFolder();
  const program = await packUv(resources, 'win32', repository, userFolders({ EARSHOT_HOME: testHome }));
  expect(program).toMatch(/tools[\\/]uv-[\d.]+[\\/]bin[\\/]uv\.exe$/);
  expect(readFileSync(program).subarray(0, 2).toString('latin1')).toBe('MZ');
  expect(readFileSync(join(program, '..', '..', 'licenses', 'LICENSE-MIT'), 'utf8')).toContain('MIT License');
});

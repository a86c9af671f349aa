import { onTestFinished, vi } from 'vitest';
import { installedUv, installUv, type Uv } from '../../main/environment/io/uv.ts';
import { userFolders } from '../../main/platform/folders.ts';
import { testHome } from '../setup/cache.ts';
import { repository } from '../setup/prepare.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Folder of the tests' own home that holds the product's uv. */
export const uvData = userFolders({ EARSHOT_HOME: testHome }).data;

/** Until the test ends, uv knows no package source but the index at `origin`, and asks it once. */
export function useIndexAlone(origin: string): void {
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  for (const name of ['UV_INDEX_URL', 'UV_INDEX', 'UV_EXTRA_INDEX_URL', 'UV_FIND_LINKS']) vi.stubEnv(name, undefined);
  vi.stubEnv('UV_DEFAULT_INDEX', `${origin}/simple`);
  vi.stubEnv('UV_HTTP_RETRIES', '0');
  vi.stubEnv('NO_PROXY', '127.0.0.1');
}

/** The product's own uv, installed its way where the tests' home has none yet; with a cache that goes with the test. */
export async function realUv(): Promise<Uv> {
  const folders = { ...userFolders({ EARSHOT_HOME: temporaryFolder() }), data: uvData };
  return (await installedUv(folders, repository)) ?? installUv(folders, repository, () => undefined);
}

import type { Catalogue } from '../plan/catalogue.ts';
import { loadCatalogue } from '../plan/io/catalogue-file.ts';
import { applicationRoot, userFolders, type Folders } from '../platform/folders.ts';
import { loadSettings, loadSettingsFile } from '../settings/store.ts';
import type { Settings } from '../settings/schema.ts';
import type { Output } from './output.ts';

/** What every command stands on. */
export interface Context {
  readonly output: Output;
  readonly folders: Folders;
  readonly root: string;
  readonly settings: Settings;
  readonly catalogue: Catalogue;
  /** Aborted when the person or the system asks the command to end. */
  readonly signal: AbortSignal;
}

export async function createContext(output: Output, settingsFile: string | undefined, signal: AbortSignal): Promise<Context> {
  const folders = userFolders(process.env);
  const root = applicationRoot();
  const { catalogue, notices } = await loadCatalogue(folders);
  for (const notice of notices) output.say(notice);
  if (settingsFile !== undefined) return { output, folders, root, catalogue, settings: await loadSettingsFile(settingsFile), signal };
  const own = await loadSettings(folders, new Date());
  for (const notice of own.notices) output.say(notice);
  return { output, folders, root, catalogue, settings: own.settings, signal };
}

import type { Catalogue } from '../../plan/catalogue.ts';
import type { Folders } from '../../platform/folders.ts';
import { missingFiles, modelStoreIn } from './model-store.ts';
import { installedEnvironments } from './slots.ts';

/** What could be started from now, without anything being fetched. */
export interface Available {
  readonly environments: ReadonlySet<string>;
  readonly models: ReadonlySet<string>;
}

export async function availableOnDisk(folders: Folders, catalogue: Catalogue): Promise<Available> {
  const store = modelStoreIn(folders);
  const models = await Promise.all(catalogue.models.map(async (model) => ((await missingFiles(store, model, { rehash: false })).length === 0 ? [model.id] : [])));
  return { environments: new Set(Object.keys(await installedEnvironments(folders))), models: new Set(models.flat()) };
}

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FaultError } from '../../platform/fault.ts';
import { errorMessage } from '../../platform/text.ts';
import type { Model, ModelFile } from '../../plan/catalogue.ts';
import { downloadFault } from '../download-fault.ts';
import { carry, carryFromFolder, type Carrier } from './model-sources.ts';
import { isVerified, removeVerified, sha256Of, stampVerified } from './verified-file.ts';

export interface ModelStore {
  /** Folder that holds one folder a model. */
  readonly folder: string;
  /** Folder of the user that is looked at before any network, if settings name one. */
  readonly localFolder: string | undefined;
}

/** Files of `model` that are not there or are not what the catalogue says. */
export async function missingFiles(store: ModelStore, model: Model, options: { readonly rehash: boolean }): Promise<readonly ModelFile[]> {
  const missing: ModelFile[] = [];
  for (const file of model.files) {
    if (!(await isVerified(join(store.folder, model.id, file.name), file, options))) missing.push(file);
  }
  return missing;
}

/**
 * Brings the files `wanted` of `model` into the store: a local folder first, then the catalogue's sources in order.
 * A file gets its final name only after its sha256 agreed. A source whose file disagrees is asked once more, then left.
 */
export async function fetchModel(store: ModelStore, model: Model, wanted: readonly ModelFile[], carrier: Carrier): Promise<void> {
  const final = join(store.folder, model.id);
  const staging = join(store.folder, `.staging-${model.id}-${randomBytes(4).toString('hex')}`);
  const reasons: string[] = [];
  const downloadedWrong: string[] = [];
  let missing = [...wanted];
  await mkdir(final, { recursive: true });
  for (const file of wanted) {
    const stale = join(final, file.name);
    if (existsSync(stale)) {
      carrier.onLine(`${file.name} on disk is damaged (its checksum is wrong); fetching it again`);
      await removeVerified(stale);
    }
  }

  /** Takes what arrived: right files move in, wrong ones are thrown away and named. */
  async function takeIn(source: string): Promise<readonly string[]> {
    const wrong: string[] = [];
    for (const file of missing) {
      const arrived = join(staging, file.name);
      if (!existsSync(arrived)) continue;
      if ((await sha256Of(arrived)) === file.sha256) {
        await rename(arrived, join(final, file.name));
        await stampVerified(join(final, file.name), file);
      } else {
        wrong.push(file.name);
        reasons.push(`${source}: ${file.name} has the wrong checksum`);
        await rm(arrived, { force: true });
      }
    }
    missing = await missingFiles(store, { ...model, files: missing }, { rehash: false }).then((files) => [...files]);
    return wrong;
  }

  try {
    if (store.localFolder !== undefined) {
      const source = `the folder ${store.localFolder}`;
      await carryFromFolder(store.localFolder, model.id, names(missing), staging).catch((error: unknown) => {
        reasons.push(`${source}: ${errorMessage(error)}`);
      });
      await takeIn(source);
    }
    for (const source of model.sources) {
      if (missing.length === 0) return;
      try {
        await carry(source, names(missing), staging, carrier);
        const wrong = await takeIn(source.kind);
        if (wrong.length === 0) continue;
        downloadedWrong.push(...wrong);
        await carry(source, names(missing), staging, carrier);
        await takeIn(`${source.kind}, second try`);
      } catch (error) {
        reasons.push(`${source.kind}: ${errorMessage(error)}`);
        downloadedWrong.push(...(await takeIn(source.kind)));
      }
    }
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  if (missing.length === 0) return;
  if (missing.every((file) => downloadedWrong.includes(file.name))) {
    throw new FaultError({
      id: 'hash-mismatch',
      title: `${model.title}: what was downloaded is not the file that Earshot was tested with, so it is not used.`,
      detail: reasons.map((reason) => `  - ${reason}`).join('\n'),
      cure: 'Try again later, or from another network: a proxy or a broken download can change files on their way.',
    });
  }
  throw new FaultError(downloadFault(model.title, missing.reduce((sum, file) => sum + file.bytes, 0), reasons));
}

function names(files: readonly ModelFile[]): string[] {
  return files.map((file) => file.name);
}

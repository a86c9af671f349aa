import { stat } from 'node:fs/promises';
import type { Model } from '../../plan/catalogue.ts';
import { parseDigest } from '../download-digest.ts';
import { listRevision } from './hub.ts';
import { pinOf, readPins, writePins, type Pins } from './model-pins.ts';
import { foundIn, type Carrier } from './model-sources.ts';
import type { ModelStore } from './model-store.ts';
import type { DownloadProblem } from './resumable-download.ts';
import { hexOf } from './verified-file.ts';

/**
 * What is known of the files whose sums the catalogue leaves open: as pinned earlier, else as the hub lists them now, else,
 * where the hub cannot be asked, as the person's own folder has them.
 */
export async function learnPins(store: ModelStore, model: Model, carrier: Carrier): Promise<{ readonly pins: Pins | null; readonly problem: DownloadProblem | null }> {
  const open = model.files.filter((file) => file.sha256 === null).map((file) => file.name);
  if (open.length === 0) return { pins: null, problem: null };
  const pinned = await readPins(store.folder, model.id);
  if (pinned !== null && open.every((name) => pinned.files[name] !== undefined)) return { pins: pinned, problem: null };
  const { pins, problem } = await fromHub(model, open, carrier);
  const learned = pins ?? (store.localFolder === undefined ? null : await fromFolder(store.localFolder, model.id, open));
  if (learned !== null) await writePins(store.folder, model.id, learned);
  return { pins: learned, problem: learned === null ? problem : null };
}

async function fromHub(model: Model, open: readonly string[], carrier: Carrier): Promise<{ readonly pins: Pins | null; readonly problem: DownloadProblem | null }> {
  for (const source of model.sources) {
    if (source.kind !== 'hub') continue;
    const hub = { endpoint: carrier.hubEndpoint, token: carrier.hubToken ?? '' };
    const listing = await listRevision(hub, source.repository, source.revision ?? 'main', carrier.signal);
    if ('code' in listing) return { pins: null, problem: listing };
    const files: Record<string, Pins['files'][string]> = {};
    for (const name of open) {
      const listed = listing.files.get(source.files[name] ?? '');
      if (listed === undefined) return { pins: null, problem: { code: 'not-found', message: `${source.repository} has no ${source.files[name] ?? name} any more` } };
      files[name] = pinOf(listed);
    }
    return { pins: { repository: source.repository, commit: listing.commit, files }, problem: null };
  }
  return { pins: null, problem: null };
}

async function fromFolder(folder: string, modelId: string, open: readonly string[]): Promise<Pins | null> {
  const files: Record<string, Pins['files'][string]> = {};
  for (const name of open) {
    const path = foundIn(folder, modelId, name);
    const digest = path === null ? null : parseDigest(`sha256:${await hexOf(path, 'sha256')}`);
    if (path === null || digest === null) return null;
    files[name] = pinOf({ bytes: (await stat(path)).size, digest });
  }
  return { repository: null, commit: null, files };
}

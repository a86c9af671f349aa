import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Model, ModelFile, ModelSource } from '../../plan/catalogue.ts';
import { FaultError } from '../../platform/fault.ts';
import type { Folders } from '../../platform/folders.ts';
import { errorMessage } from '../../platform/text.ts';
import { contentProblem, seenBytes } from '../download-format.ts';
import { modelFault, type Shortfall } from '../download-shortfall.ts';
import { learnPins } from './learn-pins.ts';
import { downloadFiles, type WantedFile } from './model-download.ts';
import { expectedFiles, readPins } from './model-pins.ts';
import { carry, carryFromFolder, type Carrier } from './model-sources.ts';
import { leavePartials, partialBytes, removeExpiredPartials } from './partial-file.ts';
import { hasDigest, isVerified, removeVerified, stampVerified } from './verified-file.ts';

export interface ModelStore {
  /** Folder that holds one folder a model. */
  readonly folder: string;
  /** Folder of the user that is looked at before any network, if settings name one. */
  readonly localFolder: string | undefined;
}

/** Where the models of this user are kept; `localFolder` is looked at only where something is to be fetched. */
export function modelStoreIn(folders: Folders, localFolder?: string): ModelStore {
  return { folder: join(folders.data, 'models'), localFolder };
}

/** Files of `model` that are not there or are not what the catalogue, or the hub when it was first asked, says. */
export async function missingFiles(store: ModelStore, model: Model, options: { readonly rehash: boolean }): Promise<readonly ModelFile[]> {
  const pins = model.files.some((file) => file.sha256 === null) ? await readPins(store.folder, model.id) : null;
  const expected = expectedFiles(model, pins);
  const missing: ModelFile[] = [];
  for (const file of model.files) {
    const known = expected.get(file.name);
    if (known === undefined || !(await isVerified(join(store.folder, model.id, file.name), known, options))) missing.push(file);
  }
  return missing;
}

/**
 * Brings the files `wanted` of `model` into the store: a local folder first, then the catalogue's sources in order.
 * A file gets its final name only after its sum agreed. A source whose file disagrees is asked once more, then left.
 * What arrived of a file stays and is gone on with, here or after a restart.
 */
export async function fetchModel(store: ModelStore, model: Model, wanted: readonly ModelFile[], carrier: Carrier): Promise<void> {
  carrier.signal?.throwIfAborted();
  await removeExpiredPartials(store.folder, Date.now());
  const { pins, problem } = await learnPins(store, model, carrier);
  const shortfall: Shortfall = { reasons: new Set(), unauthorised: problem?.code === 'unauthorised', wrong: new Set() };
  if (problem !== null) shortfall.reasons.add(`hub: ${problem.message}`);
  const expected = expectedFiles(model, pins);
  const final = join(store.folder, model.id);
  const staging = join(store.folder, `.staging-${model.id}-${randomBytes(4).toString('hex')}`);
  await mkdir(final, { recursive: true });

  let missing: WantedFile[] = [];
  const unknown: ModelFile[] = [];
  for (const file of wanted) {
    const known = expected.get(file.name);
    if (known === undefined) unknown.push(file);
    else if (!(await isVerified(join(final, file.name), known, { rehash: true }))) missing.push({ ...known, learned: file.sha256 === null });
  }
  for (const file of missing) {
    const stale = join(final, file.name);
    if (!existsSync(stale)) continue;
    carrier.onLine(`${file.name} on disk is damaged (its checksum is wrong); fetching it again`);
    await removeVerified(stale);
  }

  const here = new Map(model.files.map(({ name, bytes }) => [name, expected.get(name)?.bytes ?? bytes]));
  const total = sum(here.values());
  for (const { name, digest } of missing) here.set(name, await partialBytes(store.folder, digest));
  for (const { name } of unknown) here.set(name, 0);
  let saidBytes = 0;
  /** Some hundreds of times a model, not once a packet: each goes through to a window. */
  function onBytes(name: string, received: number): void {
    here.set(name, received);
    const now = sum(here.values());
    if (now < total && now >= saidBytes && now - saidBytes < total / 500) return;
    saidBytes = now;
    carrier.onBytes?.(now, total);
  }

  /** Files of `missing` that have come by now. */
  async function count(): Promise<void> {
    const still: WantedFile[] = [];
    for (const file of missing) {
      if (await isVerified(join(final, file.name), file, { rehash: false })) onBytes(file.name, file.bytes);
      else still.push(file);
    }
    missing = still;
  }

  /** Takes what arrived in the staging folder: right files move in, wrong ones are thrown away and named. */
  async function takeIn(source: string, wrongly = 'has the wrong checksum'): Promise<readonly string[]> {
    const wrong: string[] = [];
    for (const file of missing) {
      const arrived = join(staging, file.name);
      if (!existsSync(arrived)) continue;
      const right = await hasDigest(arrived, file.digest);
      const objection = right && file.learned ? contentProblem(file.name, await firstBytes(arrived)) : null;
      if (right && objection === null) {
        await rename(arrived, join(final, file.name));
        await stampVerified(join(final, file.name), file);
      } else {
        wrong.push(file.name);
        shortfall.reasons.add(`${source}: ${objection ?? `${file.name} ${wrongly}`}`);
        await rm(arrived, { force: true });
      }
    }
    await count();
    return wrong;
  }

  async function use(source: ModelSource): Promise<void> {
    if (source.kind === 'hub' || source.kind === 'url') {
      const commit = source.kind === 'hub' && source.repository === pins?.repository ? pins.commit : null;
      const problems = await downloadFiles(source, missing, { folder: final, store: store.folder, commit, onBytes }, carrier);
      for (const { code, message, file, secondTry } of problems) {
        if (code === 'wrong-checksum') shortfall.wrong.add(file);
        shortfall.unauthorised ||= code === 'unauthorised' && source.kind === 'hub';
        shortfall.reasons.add(`${source.kind}${secondTry ? ', second try' : ''}: ${code === 'wrong-checksum' ? `${file} has the wrong checksum` : message}`);
      }
      await count();
      return;
    }
    const place = { folder: staging, store: store.folder };
    await carry(source, missing.map((file) => file.name), place, carrier);
    const wrong = await takeIn(source.kind);
    if (wrong.length === 0) return;
    for (const name of wrong) shortfall.wrong.add(name);
    await carry(source, missing.map((file) => file.name), place, carrier);
    await takeIn(`${source.kind}, second try`);
  }

  try {
    if (store.localFolder !== undefined && missing.length > 0) {
      const source = `the folder ${store.localFolder}`;
      await carryFromFolder(store.localFolder, model.id, missing.map((file) => file.name), staging).catch((error: unknown) => {
        shortfall.reasons.add(`${source}: ${errorMessage(error)}`);
      });
      // What a person keeps in a folder of theirs is not a bad download.
      await takeIn(source, 'is another file than the one that is wanted');
    }
    for (const source of model.sources) {
      carrier.signal?.throwIfAborted();
      if (missing.length === 0) break;
      try {
        await use(source);
      } catch (error) {
        carrier.signal?.throwIfAborted();
        shortfall.reasons.add(`${source.kind}: ${errorMessage(error)}`);
        for (const name of await takeIn(source.kind)) shortfall.wrong.add(name);
      }
    }
  } finally {
    await rm(staging, { recursive: true, force: true });
    await leavePartials(store.folder);
  }
  const short = [...missing, ...unknown];
  if (short.length > 0) throw new FaultError(modelFault(model.title, short, shortfall, (carrier.hubToken ?? '') !== ''));
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(seenBytes), 0, seenBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

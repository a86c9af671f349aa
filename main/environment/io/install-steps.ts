import { join } from 'node:path';
import { modelById, type ModelFile } from '../../plan/catalogue.ts';
import type { Plan } from '../../plan/model.ts';
import type { Finding } from '../../platform/finding.ts';
import { roomFor } from '../download-budget.ts';
import { packagesOf } from '../lock.ts';
import { downloadBytesByPackage } from '../lock-sizes.ts';
import type { InstalledEnvironment, Proof, StepResult } from '../model.ts';
import { environmentTitle, modelTitle } from '../step-titles.ts';
import { lockFacts } from './lock-files.ts';
import { checkNetwork, checkRoom } from './room.ts';
import type { InstallOptions } from './install.ts';
import { startableIn } from './slot-record.ts';
import { slotFolder } from './journal-file.ts';
import { makeEnvironment, swapTo } from './make-environment.ts';
import { pullModel } from './ollama-pull.ts';
import { partialsOnDisk } from './partial-file.ts';
import { fetchModel, missingFiles, modelStoreIn } from './model-store.ts';
import { installedEnvironments, type EnvironmentState } from './slots.ts';
import { installedUv, installUv, type Uv } from './uv.ts';
import { knownFingerprint, wantedSlot } from './wanted-slot.ts';

type PlannedEnvironment = Plan['environments'][number];

/** The steps of one installation; each looks first whether it has anything to do. */
export interface Steps {
  /** Everything that is wanted, when nothing at all is missing; else null. */
  readonly lookAround: () => Promise<Readonly<Record<string, InstalledEnvironment>> | null>;
  /** What is missing, a sentence each. */
  readonly missing: () => Promise<readonly string[]>;
  readonly uv: () => Promise<Uv>;
  /** Looks for room for what is missing of these, before the first byte; throws a fault where there is none. */
  readonly room: (environments: readonly PlannedEnvironment[], models: readonly string[]) => Promise<void>;
  /** The environment as it is started from now; null where there is none. */
  readonly before: (id: string) => Promise<InstalledEnvironment | null>;
  /** `first` does what has to be done between the packages and the proof. */
  readonly environment: (environment: PlannedEnvironment, first: (candidate: InstalledEnvironment) => Promise<void>) => Promise<InstalledEnvironment>;
  /** `voice` carries some models inside its packages, and its Python keeps what fetches the others. */
  readonly model: (id: string, voice: InstalledEnvironment) => Promise<void>;
  readonly pull: (name: string) => Promise<void>;
  readonly results: () => readonly StepResult[];
  readonly findings: () => readonly Finding[];
}

/** What an environment takes of which nobody has measured it. */
function unknownBytes(id: string): number {
  return (id === 'voice' ? 1.3 : 7) * 1024 ** 3;
}

export function installSteps(options: InstallOptions): Steps {
  const { plan, catalogue, settings, folders, root, rehash, report, signal } = options;
  const results = new Map<string, StepResult>();
  const said: Finding[] = [];
  const store = modelStoreIn(folders, settings.downloads.modelFolder);
  let tool: Uv | null = null;

  async function step<T>(id: string, title: string, present: () => Promise<T | null>, make: (onLine: (line: string) => void) => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    const existing = await present();
    if (existing !== null) {
      results.set(id, { id, title, outcome: 'present', durationMs: performance.now() - startedMs });
      return existing;
    }
    report({ kind: 'step-started', step: id, title });
    function ended(outcome: 'done' | 'failed'): number {
      const durationMs = performance.now() - startedMs;
      results.set(id, { id, title, outcome, durationMs });
      return durationMs;
    }
    try {
      const made = await make((text) => {
        if (text !== '') report({ kind: 'detail', step: id, text });
      });
      report({ kind: 'step-done', step: id, title, durationMs: ended('done') });
      return made;
    } catch (error) {
      ended('failed');
      throw error;
    }
  }

  async function titleOf(planned: PlannedEnvironment): Promise<string> {
    return environmentTitle(planned, await lockFacts(planned.id, root));
  }

  function onBytes(id: string): (receivedBytes: number, totalBytes: number | null) => void {
    return (receivedBytes, totalBytes) => {
      report({ kind: 'bytes', step: id, receivedBytes, totalBytes });
    };
  }

  async function uv(): Promise<Uv> {
    tool ??= await step('uv', 'Installer (uv)', () => installedUv(folders, root), (onLine) => installUv(folders, root, onLine));
    return tool;
  }

  async function lookAround(): Promise<Readonly<Record<string, InstalledEnvironment>> | null> {
    const hasUv = (await installedUv(folders, root)) !== null;
    // At once nothing is made that is there, so nothing is needed to make it with.
    if ((!hasUv && !options.atOnce) || (await missing()).length > 0) return null;
    const state = await installedEnvironments(folders);
    if (hasUv) present('uv', 'Installer (uv)');
    for (const environment of plan.environments) present(stepOf(environment), await titleOf(environment));
    for (const id of plan.models) present(`model:${id}`, modelTitle(modelById(id, catalogue)));
    return Object.fromEntries(plan.environments.flatMap(({ id }) => (state[id] === undefined ? [] : [[id, state[id].current]])));
  }

  async function missing(): Promise<readonly string[]> {
    const state = await installedEnvironments(folders);
    const sentences: string[] = [];
    for (const environment of plan.environments) {
      const entry = state[environment.id];
      if (entry === undefined) sentences.push(`${await titleOf(environment)}: not set up yet.`);
      else if (!(await isWanted(environment, entry))) sentences.push(`${await titleOf(environment)}: there is a newer version.`);
    }
    for (const id of plan.models) {
      const model = modelById(id, catalogue);
      if ((await missingFiles(store, model, { rehash })).length > 0) sentences.push(`${modelTitle(model)}: not there yet.`);
    }
    return [...sentences, ...plan.pulls.map((name) => `${name}: Ollama does not have it yet.`)];
  }

  async function room(environmentsWanted: readonly PlannedEnvironment[], models: readonly string[]): Promise<void> {
    const state = await installedEnvironments(folders);
    const environments: { title: string; bytes: number }[] = [];
    for (const planned of environmentsWanted) {
      const entry = state[planned.id];
      if (entry !== undefined && (await isWanted(planned, entry))) continue;
      environments.push({ title: await titleOf(planned), bytes: (await lockFacts(planned.id, root))?.installedBytes ?? unknownBytes(planned.id) });
    }
    let modelBytes = 0;
    for (const id of models) {
      const model = modelById(id, catalogue);
      modelBytes += roomFor(model, await missingFiles(store, model, { rehash: false }));
    }
    // What has arrived of them takes its room already.
    modelBytes = Math.max(0, modelBytes - (modelBytes === 0 ? 0 : await partialsOnDisk(store.folder)));
    if (environments.length > 0 || modelBytes > 0) said.push(...(await checkRoom({ environments, modelBytes }, folders)));
  }

  async function isWanted(environment: PlannedEnvironment, entry: EnvironmentState): Promise<boolean> {
    if (options.atOnce) return true;
    const fingerprint = await knownFingerprint(environment, entry, { folders, root, settings });
    return fingerprint !== null && isUsable(entry, fingerprint);
  }

  function present(id: string, title: string): void {
    results.set(id, { id, title, outcome: 'present', durationMs: 0 });
  }

  /** One that the person went back from is not made again, unless everything is to be looked at anew. */
  function isUsable(entry: EnvironmentState, fingerprint: string): boolean {
    return options.atOnce || entry.current.fingerprint === fingerprint || (!rehash && entry.refused === fingerprint);
  }

  async function environment(planned: PlannedEnvironment, first: (candidate: InstalledEnvironment) => Promise<void>): Promise<InstalledEnvironment> {
    const runner = await uv();
    const id = stepOf(planned);
    const entry = (await installedEnvironments(folders))[planned.id];
    if (options.atOnce && entry !== undefined) {
      present(id, await titleOf(planned));
      return entry.current;
    }
    const wanted = await wantedSlot(planned, entry, { folders, root, uv: runner, settings, signal, onLine: (text) => { report({ kind: 'detail', step: id, text }); } });
    return step(
      id,
      await titleOf(planned),
      async () => (entry !== undefined && isUsable(entry, wanted.fingerprint) ? entry.current : standing(planned.id, wanted.fingerprint)),
      async (onLine) => {
        const known = await lockFacts(planned.id, root);
        return makeEnvironment(wanted, {
          folders,
          uv: runner.keptBy(wanted.interpreter.path),
          packageIndex: settings.downloads.packageIndex,
          torchIndex: settings.downloads.torchIndex,
          title: planned.id === 'voice' ? 'the Python packages of the voice stack' : `the Python packages of ${planned.id}`,
          onLine,
          onBytes: onBytes(id),
          ...(known === null ? {} : { expectedBytes: downloadBytesByPackage(known) }),
          beforeNetwork: async () => {
            said.push(...(await checkNetwork(settings, wanted.lock)));
          },
          signal,
          report,
          prove: async (candidate): Promise<Proof> => {
            await first(candidate);
            onLine(planned.id === 'voice' ? 'Trying every engine once' : 'Trying it out');
            return options.prove(candidate, {
              packages: packagesOf(wanted.lock),
              torch: wanted.lock.torch,
              modelFolders: modelFolders(),
              onLine,
              signal,
            });
          },
        });
      },
    );
  }

  function modelFolders(): Readonly<Record<string, string>> {
    const there = plan.models.filter((id) => ['present', 'done'].includes(results.get(`model:${id}`)?.outcome ?? ''));
    return Object.fromEntries(there.map((id) => [id, join(store.folder, id)]));
  }

  /** A slot of an earlier time that is still whole: going back to a build takes a moment and no network. */
  async function standing(id: string, fingerprint: string): Promise<InstalledEnvironment | null> {
    const found = await startableIn(slotFolder(folders, id, fingerprint));
    if (found !== null) await swapTo(id, fingerprint, { folders, report });
    return found;
  }

  async function model(id: string, voice: InstalledEnvironment): Promise<void> {
    if (['present', 'done'].includes(results.get(`model:${id}`)?.outcome ?? '')) return;
    const runner = await uv();
    const wanted = modelById(id, catalogue);
    let missing: readonly ModelFile[] = [];
    await step(
      `model:${id}`,
      modelTitle(wanted),
      async () => {
        missing = await missingFiles(store, wanted, { rehash });
        return missing.length === 0 ? true : null;
      },
      async (onLine) => {
        await fetchModel(store, wanted, missing, {
          uv: runner.keptBy(voice.python),
          hubEndpoint: settings.downloads.hubEndpoint,
          hubToken: settings.downloads.hubToken,
          packageIndex: settings.downloads.packageIndex,
          sitePackages: { voice: voice.sitePackages },
          onLine,
          onBytes: onBytes(`model:${id}`),
          signal,
        });
        return true;
      },
    );
  }

  return {
    lookAround,
    missing,
    uv,
    room,
    before: async (id) => (await installedEnvironments(folders))[id]?.current ?? null,
    environment,
    model,
    pull: async (name) => {
      const id = `ollama:${name}`;
      await step(id, `${name} for Ollama`, () => Promise.resolve(null), (onLine) => pullModel(ollamaUrl(plan), name, { onLine, onBytes: onBytes(id), ...(signal === undefined ? {} : { signal }) }));
    },
    results: () => [...results.values()],
    findings: () => said,
  };
}

/** Address of the Ollama that the plan asks. */
function ollamaUrl(plan: Plan): string {
  const server = plan.services.find(({ id }) => id === 'llm')?.server ?? null;
  if (server === null) throw new Error('the plan has no Ollama to pull with');
  return server.url.replace(/\/v1\/?$/, '');
}

function stepOf({ id }: PlannedEnvironment): string {
  return id === 'voice' ? 'environment' : `environment:${id}`;
}

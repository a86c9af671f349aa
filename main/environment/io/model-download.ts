import { join } from 'node:path';
import type { ModelSource } from '../../plan/catalogue.ts';
import { contentProblem } from '../download-format.ts';
import { authorisationFor, fileUrl, type Hub } from './hub.ts';
import { pathOf, type Carrier } from './model-sources.ts';
import { download, type DownloadProblem } from './resumable-download.ts';
import { stampVerified, type ExpectedFile } from './verified-file.ts';

/** Sources that give each file at an address of its own. */
export type OpenSource = Extract<ModelSource, { kind: 'hub' | 'url' }>;

/** A file of a model that has to come. */
export interface WantedFile extends ExpectedFile {
  /** Its sum was learned from a listing, so nobody of ours has ever opened it. */
  readonly learned: boolean;
}

export interface FileProblem extends DownloadProblem {
  readonly file: string;
  readonly secondTry: boolean;
}

export interface Destination {
  /** The model's folder, where only right files stand. */
  readonly folder: string;
  readonly store: string;
  /** Commit to take the hub's files from; null: the one the source names. */
  readonly commit: string | null;
  readonly onBytes: (name: string, received: number) => void;
}

/** Up to here the way there and back costs more than the bytes; larger files fill the line alone. */
const smallBytes = 1024 ** 2;
const atOnce = 4;

/** Brings files into the model's folder, each only when it is right; what is wrong is asked for once more. Says what did not come, and why. */
export async function downloadFiles(source: OpenSource, files: readonly WantedFile[], to: Destination, carrier: Carrier): Promise<readonly FileProblem[]> {
  const problems: FileProblem[] = [];
  let unreachable = false;

  async function bring(file: WantedFile): Promise<void> {
    for (const secondTry of [false, true]) {
      // Where nobody is, nobody has the other files.
      if (unreachable) return;
      const problem = await bringOnce(source, file, to, carrier);
      if (problem === null) return;
      problems.push({ ...problem, file: file.name, secondTry });
      unreachable ||= problem.code === 'unreachable';
      if (problem.code !== 'wrong-checksum') return;
    }
  }

  const small = files.filter((file) => file.bytes <= smallBytes);
  const queue = [...small];
  async function work(): Promise<void> {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) await bring(file);
  }
  // All end before this does, also when one of them fails: nothing may go on writing behind the back of who waits here.
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, work));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  for (const file of files.filter((each) => each.bytes > smallBytes)) await bring(file);
  return problems;
}

async function bringOnce(source: OpenSource, file: WantedFile, to: Destination, carrier: Carrier): Promise<DownloadProblem | null> {
  const address = addressOf(source, file.name, to.commit, { endpoint: carrier.hubEndpoint, token: carrier.hubToken ?? '' });
  if (address === null) return { code: 'not-found', message: `this source does not have ${file.name}` };
  const path = join(to.folder, file.name);
  const problem = await download({
    ...address,
    expected: file,
    store: to.store,
    path,
    objection: file.learned ? (first) => contentProblem(file.name, first) : undefined,
    signal: carrier.signal,
    onBytes: (received) => {
      to.onBytes(file.name, received);
    },
    onLine: carrier.onLine,
    patience: carrier.patience,
  });
  if (problem === null) await stampVerified(path, file);
  return problem;
}

function addressOf(source: OpenSource, name: string, commit: string | null, hub: Hub): { readonly url: string; readonly authorisation: string | undefined } | null {
  if (source.files[name] === undefined) return null;
  if (source.kind === 'url') return { url: pathOf(source.files, name), authorisation: undefined };
  return { url: fileUrl(hub, source.repository, commit ?? source.revision ?? 'main', pathOf(source.files, name)), authorisation: authorisationFor(hub) };
}

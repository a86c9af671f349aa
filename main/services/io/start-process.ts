import { errorMessage } from '../../platform/text.ts';
import type { ExitStory } from '../exit-story.ts';
import type { Endpoint, ProcessRun, ServiceId } from '../service.ts';
import { groupIsGone } from './group-gone.ts';
import { launch, type LaunchOptions, type Launched } from './launch.ts';
import type { ProcessRecords } from './process-records.ts';
import type { Slot } from './slot.ts';

export interface ProcessStart {
  readonly root: string;
  readonly endpoints: ReadonlyMap<ServiceId, Endpoint>;
  readonly records: ProcessRecords | undefined;
  readonly onLine: (line: string) => void;
  readonly onListening: () => void;
  readonly onSpawned: (pid: number) => void;
  readonly onExited: (story: ExitStory) => void;
}

/** Starts the process of a service on the address it had before. What it says and how it ends is told as long as it is the slot's. */
export function startProcess(slot: Slot, run: ProcessRun, start: ProcessStart): void {
  const { root, endpoints, records } = start;
  slot.told = JSON.stringify([...endpoints]);
  const port = slot.endpoint === null ? 0 : Number(new URL(slot.endpoint.origin).port);
  const started = tryToLaunch(run, endpoints, {
    root,
    token: slot.token,
    port,
    ...(records === undefined ? {} : { temporaryFolder: records.temporaryFolder(slot.service.id) }),
    onListening: (listensAt) => {
      slot.endpoint = { origin: `http://127.0.0.1:${listensAt}`, token: slot.token };
      start.onListening();
    },
    onBeat: (workingMs) => slot.liveness?.beat(workingMs),
    onLine: start.onLine,
  });
  const { pid } = started;
  const exited = endOf(started);
  slot.process = { ...started, exited };
  if (pid !== undefined) {
    records?.note(pid);
    start.onSpawned(pid);
  }
  void exited.then((story) => {
    if (pid !== undefined) records?.forget(pid);
    slot.process = null;
    start.onExited(story);
  });
}

/** The end of a process and of its whole group, so that no two processes of one service are ever there side by side. */
async function endOf({ pid, exited }: Launched): Promise<ExitStory> {
  const story = await exited.catch(failedToStart);
  if (pid !== undefined) await groupIsGone(pid);
  return story;
}

/** A disk without room for a folder, or a launch line that cannot be made, ends a start like any other that fails. */
function tryToLaunch(run: ProcessRun, endpoints: ReadonlyMap<ServiceId, Endpoint>, options: Omit<LaunchOptions, 'run' | 'section'>): Launched {
  try {
    return launch({ ...options, run, section: run.section(endpoints) });
  } catch (error) {
    return { pid: undefined, terminate: () => undefined, kill: () => undefined, exited: Promise.resolve(failedToStart(error)) };
  }
}

function failedToStart(error: unknown): ExitStory {
  return { reason: `it could not be started: ${errorMessage(error)}`, how: null, cause: { kind: 'crash' }, lines: [] };
}

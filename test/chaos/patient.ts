import type { RestartPolicy } from '../../main/services/back-off.ts';
import { snapshotOf } from '../../main/services/io/readiness.ts';
import { createSupervisor, type ServiceSnapshot, type Supervisor } from '../../main/services/io/supervisor.ts';
import { pausedCount } from '../../main/telemetry/recovery.ts';
import { developerPython, repository } from '../setup/prepare.ts';
import { collectEvents, type Events } from './events.ts';
import { fakeService } from './fake-service.ts';
import { newMark, type Mark } from './marked.ts';

/** What a fake engine is told to do wrong: see test/fakes/python/fake_engine.py. */
export type Faults = Readonly<Record<string, string | number | boolean>>;

/** A fake engine under a supervisor, with the product's own times. */
export interface Patient {
  readonly supervisor: Supervisor;
  readonly events: Events;
  readonly mark: Mark;
  readonly snapshot: () => ServiceSnapshot;
  /** The engine itself, and the shim before it, which leads the group. */
  readonly pids: () => { readonly engine: number; readonly shim: number };
  /** What its next start is told to do wrong. */
  readonly prepare: (faults: Faults) => void;
  /** Does it wrong now; settles when it has agreed, 10 ms before it does. */
  readonly plant: (fault: Faults) => Promise<void>;
  /** When it said something last. */
  readonly lastWordsMs: () => number;
  /** Time from its start to ready when nothing was wrong. */
  readonly coldLoadMs: number;
}

export interface PatientOptions {
  readonly policy?: RestartPolicy;
  readonly faults?: Faults;
  readonly startBudgetMs?: number;
}

export const readyLimitMs = 30_000;

/** Runs `use` with a fake engine that is ready, or about to be when it was told to do something wrong from its start; ends it afterwards. */
export async function withPatient<T>(options: PatientOptions, use: (patient: Patient) => Promise<T>): Promise<T> {
  const python = await developerPython();
  const mark = newMark();
  const events = collectEvents();
  let faults = options.faults ?? {};
  let lastWordsMs = Number.NaN;
  const service = fakeService('llm', { root: repository, python, environment: mark.environment }, () => ({ device: 'cpu', modelId: 'fake', faults }));
  const supervisor = createSupervisor({
    services: [{ ...service, startBudgetMs: options.startBudgetMs ?? service.startBudgetMs }],
    root: repository,
    policy: options.policy ?? pausedCount,
    onLine: () => {
      lastWordsMs = performance.now();
    },
    onEvent: events.tell,
  });
  const startedMs = performance.now();
  supervisor.start();
  try {
    const coldLoadMs = options.faults === undefined ? (await events.first('ready', startedMs, readyLimitMs)).event.loadMs : Number.NaN;
    return await use({
      supervisor,
      events,
      mark,
      coldLoadMs,
      lastWordsMs: () => lastWordsMs,
      snapshot: () => snapshotOf(supervisor, 'llm'),
      pids: () => pidsOf(snapshotOf(supervisor, 'llm')),
      prepare: (next) => {
        faults = next;
      },
      plant: (fault) => plant(snapshotOf(supervisor, 'llm'), fault),
    });
  } finally {
    await supervisor.stop();
  }
}

export function pidsOf({ service, health, pid }: ServiceSnapshot): { readonly engine: number; readonly shim: number } {
  if (health?.pid == null || pid === null) throw new Error(`${service.id} does not run`);
  return { engine: health.pid, shim: pid };
}

async function plant({ endpoint }: ServiceSnapshot, fault: Faults): Promise<void> {
  if (endpoint === null) throw new Error('it has no address');
  const response = await fetch(`${endpoint.origin}/fault`, { method: 'POST', headers: { authorization: `Bearer ${endpoint.token}` }, body: JSON.stringify(fault) });
  if (!response.ok) throw new Error(await response.text());
}

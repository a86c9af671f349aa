import { restartPolicy } from '../../main/services/back-off.ts';
import { snapshotOf } from '../../main/services/io/readiness.ts';
import { createSupervisor, type Supervisor, type SupervisorOptions } from '../../main/services/io/supervisor.ts';
import type { Service, ServiceId } from '../../main/services/service.ts';
import { collectEvents, type Events } from '../chaos/events.ts';
import { fakeService } from '../chaos/fake-service.ts';
import { developerPython, repository } from '../setup/prepare.ts';

export const card = 'GPU-11111111-2222-3333-4444-555555555555';
export const readyLimitMs = 30_000;
/** What ends each supervisor that a test has started. */
export const ended: (() => Promise<void>)[] = [];

/** Ends every supervisor that a test has started. */
export async function endSupervised(): Promise<void> {
  await Promise.all(ended.splice(0).map(async (end) => end()));
}

export interface Supervised {
  readonly supervisor: Supervisor;
  readonly events: Events;
}

/** Fake engines under a supervisor, all of them ready. */
export async function supervise(services: readonly Service[], options: Partial<SupervisorOptions> = {}): Promise<Supervised> {
  const events = collectEvents();
  const supervisor = createSupervisor({ services, root: repository, policy: restartPolicy, onLine: () => undefined, onEvent: events.tell, ...options });
  ended.push(supervisor.stop);
  supervisor.start();
  await Promise.all(services.map(async ({ id }) => events.first('ready', 0, readyLimitMs, ({ service }) => service === id)));
  return { supervisor, events };
}

export async function fake(id: ServiceId, faults: Readonly<Record<string, unknown>> = {}, device = 'cpu'): Promise<Service> {
  const place = { root: repository, python: await developerPython(), environment: {} };
  return { ...fakeService(id, place, () => ({ device, modelId: 'fake', beatS: 0.5, faults })), device };
}

/** An engine on a graphics card, with the processor to fall back on. */
export async function onCard(id: ServiceId, faults: Readonly<Record<string, unknown>> = {}): Promise<Service> {
  return { ...(await fake(id, faults, card)), fallback: await fake(id) };
}

export async function post(supervisor: Supervisor, id: ServiceId, path: string, body: unknown = {}): Promise<number> {
  const { endpoint } = snapshotOf(supervisor, id);
  if (endpoint === null) throw new Error(`${id} has no address`);
  const response = await fetch(`${endpoint.origin}${path}`, { method: 'POST', headers: { authorization: `Bearer ${endpoint.token}` }, body: JSON.stringify(body) });
  await response.text();
  return response.status;
}

export function processesOf(supervisor: Supervisor, id: ServiceId): { readonly engine: number; readonly shim: number } {
  const { health, pid } = snapshotOf(supervisor, id);
  if (health?.pid == null || pid === null) throw new Error(`${id} does not run`);
  return { engine: health.pid, shim: pid };
}

export function addressOf(supervisor: Supervisor, id: ServiceId): string | undefined {
  return snapshotOf(supervisor, id).endpoint?.origin;
}

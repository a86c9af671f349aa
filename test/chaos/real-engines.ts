import { catalogue } from '../../main/plan/catalogue.ts';
import { createOutput } from '../../main/commands/output.ts';
import { atOnce, prepare } from '../../main/commands/stack.ts';
import { userFolders } from '../../main/platform/folders.ts';
import { snapshotOf, waitUntilReady } from '../../main/services/io/readiness.ts';
import { createSupervisor, type Supervisor } from '../../main/services/io/supervisor.ts';
import { serviceTitle } from '../../main/services/names.ts';
import type { Endpoint, ProcessRun, Service, ServiceId } from '../../main/services/service.ts';
import { stackOf } from '../../main/services/stack.ts';
import { defaultSettings } from '../../main/settings/schema.ts';
import { pausedCount } from '../../main/telemetry/recovery.ts';
import { earshotEnvironment } from '../setup/cache.ts';
import { repository } from '../setup/prepare.ts';
import { collectEvents, type Events } from './events.ts';
import { carriersOf, newMark, type Mark } from './marked.ts';
import { pidsOf } from './patient.ts';
import { listenOn } from './ports.ts';
import { always, judgedOf, typically, within, type Cut, type Judged, type Promised } from './promised.ts';

const ids: readonly ServiceId[] = ['stt', 'llm', 'tts', 'conversation'];
const readyLimitMs = 90_000;
/** Kills of each engine for one more look at its cold load. */
const killsPerLook = 3;

interface Killed {
  readonly id: ServiceId;
  readonly shownMs: number;
  readonly respawnedMs: number;
  readonly readyMs: number;
}

/** P1 with the real engines of this machine's plan, one killed at a time while the others run; P5 at their end. */
export async function realEngines({ isWhole, kills }: Cut): Promise<readonly Promised[]> {
  const mark = newMark();
  const events = collectEvents();
  const services = await realServices(mark);
  const supervisor = supervise(services, events);
  try {
    await waitUntilReady(supervisor);
    const coldLoadsMs = new Map<ServiceId, number[]>(ids.map((id) => [id, []]));
    const killed: Killed[] = [];
    // In turns: shared cores are faster in one minute than in the next, so what is compared is measured in the same minutes.
    for (let time = 0; time < kills; time += 1) {
      if (kills <= killsPerLook || time % killsPerLook === 0) await lookAtColdLoads(services, supervisor, coldLoadsMs);
      for (const id of ids) killed.push(await kill(supervisor, events, id));
    }
    return [...ids.flatMap((id) => promisesOf(id, killed.filter((each) => each.id === id), kills, coldLoadsMs.get(id) ?? [], isWhole ? 'median' : 'fastest')), ...(await quit(supervisor, mark))];
  } finally {
    await supervisor.stop();
  }
}

function promisesOf(id: ServiceId, killed: readonly Killed[], kills: number, coldLoadsMs: readonly number[], judged: Judged): readonly Promised[] {
  const title = `${serviceTitle[id]} killed`;
  const coldMs = judgedOf(coldLoadsMs, judged);
  const beyond = killed.map(({ readyMs }) => readyMs - coldMs);
  return [
    within('P1', `${title}: shown`, killed.map(({ shownMs }) => shownMs), kills, 250),
    within('P1', `${title}: started again`, killed.map(({ respawnedMs }) => respawnedMs), kills, 1_000),
    typically('P1', `${title}: ready, beyond its cold load of ${Math.round(coldMs)} ms`, beyond, kills, 1_000, judged),
  ];
}

async function kill(supervisor: Supervisor, events: Events, id: ServiceId): Promise<Killed> {
  const { engine } = pidsOf(snapshotOf(supervisor, id));
  const atMs = performance.now();
  process.kill(engine, 'SIGKILL');
  const shown = await events.first('state', atMs, readyLimitMs, ({ service, from }) => service === id && from === 'ready');
  const respawned = await events.first('spawned', atMs, readyLimitMs, ({ service }) => service === id);
  const ready = await events.first('ready', atMs, readyLimitMs, ({ service }) => service === id);
  return { id, shownMs: shown.atMs - atMs, respawnedMs: respawned.atMs - atMs, readyMs: ready.atMs - atMs };
}

/**
 * What each engine takes from its start to ready beside the others at rest, as after a kill: a second one of it, under a
 * supervisor of its own, so that no crash has any part in it.
 */
async function lookAtColdLoads(services: readonly Service[], running: Supervisor, loadsMs: ReadonlyMap<ServiceId, number[]>): Promise<void> {
  const endpoints = new Map(running.snapshot().flatMap(({ service, endpoint }): readonly (readonly [ServiceId, Endpoint])[] => (endpoint === null ? [] : [[service.id, endpoint]])));
  for (const service of services) {
    const run = processRun(service);
    const events = collectEvents();
    const alone = supervise([{ ...service, needs: [], run: { ...run, section: () => run.section(endpoints) } }], events);
    loadsMs.get(service.id)?.push((await events.first('ready', 0, readyLimitMs)).event.loadMs);
    await alone.stop();
  }
}

async function quit(supervisor: Supervisor, mark: Mark): Promise<readonly Promised[]> {
  const ports = supervisor.snapshot().map(({ endpoint }) => Number(new URL(endpoint?.origin ?? '').port));
  const fromMs = performance.now();
  await supervisor.stop();
  const tookMs = performance.now() - fromMs;
  const servers = await Promise.all(ports.map((port) => listenOn(port)));
  const free = servers.filter((server) => server !== null);
  for (const server of free) server.close();
  return [
    within('P5', 'clean quit of the real engines', [tookMs], 1, 5_000),
    always('P5', 'clean quit of the real engines: ports free', free.length, ids.length),
    always('P4', 'clean quit of the real engines: no process left', carriersOf(mark).length === 0 ? 1 : 0, 1),
  ];
}

function supervise(services: readonly Service[], events: Events): Supervisor {
  const supervisor = createSupervisor({ services, root: repository, policy: pausedCount, onLine: () => undefined, onEvent: events.tell });
  supervisor.start();
  return supervisor;
}

/** The services of this machine's plan, in the tests' own home. */
async function realServices(mark: Mark): Promise<readonly Service[]> {
  Object.assign(process.env, { OLLAMA_HOST: earshotEnvironment()['OLLAMA_HOST'] });
  const settings = defaultSettings;
  const context = { output: { ...createOutput(true), say: () => undefined }, folders: userFolders(earshotEnvironment()), root: repository, settings, catalogue, signal: new AbortController().signal };
  const prepared = await prepare(context, atOnce);
  return stackOf({ ...prepared, catalogue, settings, root: repository }).map((service) => {
    const run = processRun(service);
    return { ...service, run: { ...run, environment: { ...run.environment, ...mark.environment } } };
  });
}

function processRun({ id, run }: Service): ProcessRun {
  if (run.kind !== 'process') throw new Error(`${id} is a server of somebody else`);
  return run;
}

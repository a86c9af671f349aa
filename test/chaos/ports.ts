import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { snapshotOf } from '../../main/services/io/readiness.ts';
import type { Supervisor } from '../../main/services/io/supervisor.ts';
import type { ServiceId } from '../../main/services/service.ts';
import { pausedCount } from '../../main/telemetry/recovery.ts';
import { startFamily } from './family.ts';
import { inStep } from './in-step.ts';
import { pidsOf, readyLimitMs } from './patient.ts';
import { always, type Cut, type Promised } from './promised.ts';

/** Where such servers usually listen: Ollama, vLLM and speaches, moshi-server, llama.cpp, Kokoro-FastAPI, and what developers run. */
const usualPorts = [3000, 5000, 8000, 8001, 8080, 8880, 8888, 8998, 9000, 11_434];
const engines: readonly ServiceId[] = ['stt', 'llm', 'tts'];

/** P6: before each restart somebody else takes the port that the engine had; the usual ones were taken from the start. */
export async function takenPorts({ faults }: Cut): Promise<readonly Promised[]> {
  // What cannot be listened on has a program of this computer behind it already, an Ollama for instance, and is as taken as can be.
  const usual = (await Promise.all(usualPorts.map((port) => listenOn(port)))).filter((server) => server !== null);
  const { supervisor, events } = await startFamily(pausedCount);
  const squatters: Server[] = [];
  try {
    const outcomes = await inStep(faults, 1, 0, async (_lane, time) => {
      const id = engines[time % engines.length] ?? 'stt';
      const before = portOf(supervisor, id);
      const atMs = performance.now();
      process.kill(pidsOf(snapshotOf(supervisor, id)).engine, 'SIGKILL');
      await events.first('crashed', atMs, readyLimitMs, ({ service }) => service === id);
      const squatter = await listenOn(before);
      if (squatter !== null) squatters.push(squatter);
      await events.first('ready', atMs, readyLimitMs, ({ service }) => service === id);
      // The conversation was told the old address, so it starts again with the new one.
      await events.first('ready', atMs, readyLimitMs, ({ service }) => service === 'conversation');
      return { taken: squatter !== null, moved: portOf(supervisor, id) !== before };
    });
    const stillTaken = await takenAmong(usualPorts);
    return [
      always('P6', 'its port taken by somebody else: started all the same, on another', outcomes.filter(({ taken, moved }) => taken && moved).length, faults),
      always('P6', `  with the usual ports taken as well, ${usualPorts.length - usual.length} by other programs`, stillTaken.length, usualPorts.length),
    ];
  } finally {
    await supervisor.stop();
    for (const server of [...usual, ...squatters]) server.close();
  }
}

function portOf(supervisor: Supervisor, id: ServiceId): number {
  return Number(new URL(snapshotOf(supervisor, id).endpoint?.origin ?? '').port);
}

async function takenAmong(ports: readonly number[]): Promise<readonly number[]> {
  const servers = await Promise.all(ports.map((port) => listenOn(port)));
  for (const server of servers) server?.close();
  return ports.filter((_port, index) => servers[index] === null);
}

/** A server of somebody else; null when the port is taken already. */
export async function listenOn(port: number): Promise<Server | null> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return null;
    throw error;
  }
}

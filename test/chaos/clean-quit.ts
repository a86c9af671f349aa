import { snapshotOf } from '../../main/services/io/readiness.ts';
import { startFamily } from './family.ts';
import { inStep } from './in-step.ts';
import { carriersOf } from './marked.ts';
import { listenOn } from './ports.ts';
import { always, within, type Cut, type Promised } from './promised.ts';

const services = ['stt', 'llm', 'tts', 'conversation'] as const;

interface Quit {
  readonly tookMs: number;
  readonly inOrder: boolean;
  readonly freePorts: number;
  readonly left: number;
}

/** P5: told to stop, everything ends in reverse order of dependence, and every port is free again. */
export async function cleanQuits({ faults }: Cut): Promise<readonly Promised[]> {
  const times = Math.ceil(faults / 10);
  const quits = await inStep(times, 2, 1_000, quit);
  return [
    within('P5', 'clean quit', quits.map(({ tookMs }) => tookMs), times, 5_000),
    always('P5', 'clean quit: the conversation before what it needs', quits.filter(({ inOrder }) => inOrder).length, times),
    always('P5', 'clean quit: ports free', quits.reduce((sum, { freePorts }) => sum + freePorts, 0), times * services.length),
    always('P4', 'clean quit: no process left', quits.filter(({ left }) => left === 0).length, times),
  ];
}

async function quit(): Promise<Quit> {
  const { supervisor, events, mark } = await startFamily();
  const ports = services.map((id) => Number(new URL(snapshotOf(supervisor, id).endpoint?.origin ?? '').port));
  const fromMs = performance.now();
  await supervisor.stop();
  const tookMs = performance.now() - fromMs;
  const changes = events.all().filter(({ atMs, event }) => atMs >= fromMs && event.kind === 'state');
  const gone = changes.findIndex(({ event }) => event.kind === 'state' && event.service === 'conversation' && event.to === 'stopped');
  const firstOther = changes.findIndex(({ event }) => event.kind === 'state' && event.service !== 'conversation');
  return { tookMs, inOrder: gone >= 0 && gone < firstOther, freePorts: await freeAmong(ports), left: carriersOf(mark).length };
}

async function freeAmong(ports: readonly number[]): Promise<number> {
  let free = 0;
  for (const port of ports) {
    const server = await listenOn(port);
    if (server === null) continue;
    free += 1;
    server.close();
  }
  return free;
}

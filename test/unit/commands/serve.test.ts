import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { serve } from '../../../main/commands/serve.ts';
import { catalogue } from '../../../main/plan/catalogue.ts';
import type { Plan } from '../../../main/plan/model.ts';
import { userFolders } from '../../../main/platform/folders.ts';
import type { Prepared } from '../../../main/services/io/preparation.ts';
import type { Telemetry } from '../../../main/telemetry/telemetry.ts';
import { defaultSettings } from '../../../main/settings/schema.ts';
import { emptyPlan } from '../plan/empty-plan.ts';
import { linux } from '../plan/machines/machine.ts';
import { installedWith } from '../services/installed.ts';
import { fakeSupervisor, type FakeSupervisor } from '../services/snapshots.ts';
import { recordedOutput } from './recorded-output.ts';

const quiet: Telemetry = {
  onSupervisorEvent: () => undefined,
  onTurnEvent: () => undefined,
  note: () => undefined,
  follow: () => () => undefined,
  turnInFlight: () => null,
  recent: () => [],
  onEntry: () => () => undefined,
  metricsUrl: 'http://127.0.0.1:9100/metrics',
  close: () => Promise.resolve(),
};

/** A machine that was prepared with recognition on this device. */
function preparedOn(device: string, waitingFor: readonly (string | null)[] = []): Prepared {
  const stt = { id: 'stt', engine: 'whisper', model: 'whisper-base', precision: 'int8', device, build: 'none', env: 'voice', estimatedVramMiB: 0, threads: 1, server: null, contextTokens: null, windowSeconds: null, fallback: null } as const;
  const plan: Plan = { ...emptyPlan, services: [stt] };
  const finding = { fault: 'cuda-init-failed', severity: 'warning', title: '', detail: '', evidence: [], remedies: [] } as const;
  return { hardware: linux([]), plan, installation: installedWith('python'), surroundings: {}, findings: [], waitingFor: waitingFor.map((uuid) => ({ uuid, finding })), incomplete: [], planFor: () => plan };
}

interface Served {
  /** What happened, in order. */
  readonly events: string[];
  readonly said: readonly string[];
  readonly results: readonly { readonly document: unknown }[];
  readonly services: FakeSupervisor;
  readonly returns: (uuid: string | null) => void;
  readonly stop: () => void;
  readonly end: Promise<number>;
}

/** A `serve` that is on the processor first, and finds this when it looks again. */
function served(next: () => Promise<Prepared>, telemetry: Telemetry = quiet): Served {
  const { output, said, results } = recordedOutput();
  const stop = new AbortController();
  const events: string[] = [];
  const services = fakeSupervisor({ origin: 'http://127.0.0.1:1', token: 'secret' });
  const returns: ((uuid: string | null) => void)[] = [];
  const context = { output, folders: userFolders({ EARSHOT_HOME: '/nowhere' }), root: '/nowhere', settings: defaultSettings, catalogue, signal: stop.signal };
  const end = serve(context, telemetry, {
    prepare: () => Promise.resolve(preparedOn('cpu', [null])),
    prepareBeside: () => {
      events.push('prepared beside');
      return next();
    },
    runStack: async (_context, prepared, { servers }, use) => {
      const device = prepared.plan.services[0]?.device ?? '';
      events.push(`started on ${device}${servers === 'for-ever' ? '' : ', with little patience'}`);
      return use(services.supervisor).finally(() => events.push(`ended on ${device}`));
    },
    createCardReturn: ({ onReturn }) => {
      returns.push(onReturn);
      return { leftOut: (uuid) => events.push(`${uuid ?? 'any card'} left out`), close: () => events.push('watch closed') };
    },
  });
  return { events, said, results, services, returns: (uuid) => { returns[0]?.(uuid); }, stop: () => { stop.abort(); }, end };
}

test('tells once what runs where, with the address of its figures, and ends when it is told to', async () => {
  const { end, stop, results, events } = served(() => Promise.reject(new Error('not asked')));
  await sleep(0);
  stop();
  expect({ code: await end, results: results.map(({ document }) => document), events }).toEqual({
    code: 0,
    results: [{ services: expect.arrayContaining([expect.objectContaining({ id: 'stt', url: 'http://127.0.0.1:1', token: 'secret' })]) as unknown, metrics: 'http://127.0.0.1:9100/metrics' }],
    events: ['started on cpu', 'ended on cpu', 'watch closed'],
  });
});

test('a card that comes back gets a stack that was prepared beside the old one, and the new addresses are said', async () => {
  const { end, stop, returns, events, said, results } = served(() => Promise.resolve(preparedOn('GPU-1')));
  await sleep(0);
  returns(null);
  await sleep(5);
  stop();
  expect({ code: await end, events, said: said.map((line) => line.split('\n')[0]), results: results.length }).toEqual({
    code: 0,
    events: ['started on cpu', 'prepared beside', 'ended on cpu', 'started on GPU-1', 'ended on GPU-1', 'watch closed'],
    said: ['A graphics card that was not ready answers now. Earshot looks what can run on it.', 'Earshot runs on the graphics card again; its services have new addresses.'],
    results: 1,
  });
});

test('the stack for a card that has come back waits until the turn in flight is over', async () => {
  let inFlight: string | null = '1.1';
  const { end, stop, returns, events } = served(() => Promise.resolve(preparedOn('GPU-1')), { ...quiet, turnInFlight: () => inFlight });
  await sleep(0);
  returns(null);
  await sleep(5);
  const during = [...events];
  inFlight = null;
  await sleep(300);
  stop();
  await end;
  expect({ during, after: events.slice(2, 4) }).toEqual({ during: ['started on cpu', 'prepared beside'], after: ['ended on cpu', 'started on GPU-1'] });
});

test('what runs goes on where nothing better follows from a card, or it cannot be prepared', async () => {
  const next = [() => Promise.resolve(preparedOn('cpu', ['GPU-1'])), () => Promise.reject(new Error('the disk is full'))];
  const { end, stop, returns, events, said } = served(() => (next.shift() ?? (() => Promise.reject(new Error('once too often'))))());
  await sleep(0);
  returns(null);
  await sleep(5);
  returns('GPU-1');
  await sleep(5);
  stop();
  expect({ code: await end, events, said: said.at(-1) }).toEqual({
    code: 0,
    events: ['started on cpu', 'prepared beside', 'GPU-1 left out', 'prepared beside', 'GPU-1 left out', 'ended on cpu', 'watch closed'],
    said: 'Earshot goes on without the graphics card: the disk is full',
  });
});

test('a service that was given up ends it, so that whoever supervises it knows', async () => {
  const { end, services, events, said } = served(() => Promise.reject(new Error('not asked')));
  await sleep(0);
  services.become({ tts: { kind: 'failed', reason: 'it ended again and again' } });
  expect({ code: await end, events, said: said.at(-1)?.split('\n').at(-1) }).toEqual({
    code: 1,
    events: ['started on cpu', 'ended on cpu', 'watch closed'],
    said: 'Earshot ends with it. Start it again with "earshot serve".',
  });
});

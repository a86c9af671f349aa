import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { restartPolicy } from '../../main/services/back-off.ts';
import { snapshotOf } from '../../main/services/io/readiness.ts';
import type { Service, ServiceId } from '../../main/services/service.ts';
import { fakeService } from '../chaos/fake-service.ts';
import { developerPython, repository } from '../setup/prepare.ts';
import { addressOf, card, endSupervised, fake, onCard, post, processesOf, readyLimitMs, supervise } from './supervised.ts';

afterEach(endSupervised);

test('an engine whose graphics card fails runs on the processor, and on the card again when that is well', async () => {
  const { supervisor, events } = await supervise([await onCard('stt')]);
  const address = addressOf(supervisor, 'stt');
  const atMs = performance.now();
  await post(supervisor, 'stt', '/fault', { kind: 'dead-device', text: 'CUDA error: an illegal memory access was encountered' });
  await sleep(100);
  await post(supervisor, 'stt', '/call').catch(() => undefined);
  const fellBack = await events.first('fell-back', atMs, 5_000);
  await events.first('ready', atMs, readyLimitMs);
  const onProcessor = snapshotOf(supervisor, 'stt');
  expect({
    event: { from: fellBack.event.from, to: fellBack.event.to, fault: fellBack.event.finding.fault },
    runs: onProcessor.service.device,
    planned: onProcessor.planned.device,
    told: onProcessor.onFallback?.fault,
    address: addressOf(supervisor, 'stt'),
  }).toEqual({
    event: { from: card, to: 'cpu', fault: 'illegal-memory-access' },
    runs: 'cpu',
    planned: card,
    told: 'illegal-memory-access',
    address,
  });

  supervisor.goBack('GPU-another');
  const stayed = snapshotOf(supervisor, 'stt').state.kind;
  supervisor.goBack(card);
  const returned = await events.first('returned', atMs, readyLimitMs);
  const onCardAgain = snapshotOf(supervisor, 'stt');
  expect({ stayed, restarts: onCardAgain.restarts, device: returned.event.device, runs: onCardAgain.service.device, told: onCardAgain.onFallback }).toEqual({ stayed: 'ready', restarts: 1, device: card, runs: card, told: null });
});

/** A fake engine that does this wrong at each of its starts in turn, and the last of it from then on. */
async function onCardInTurn(id: ServiceId, faultsOfStarts: readonly Readonly<Record<string, unknown>>[]): Promise<Service> {
  const place = { root: repository, python: await developerPython(), environment: {} };
  let starts = 0;
  function section(): Readonly<Record<string, unknown>> {
    const faults = faultsOfStarts[Math.min(starts, faultsOfStarts.length - 1)] ?? {};
    starts += 1;
    return { device: card, modelId: 'fake', beatS: 0.5, faults };
  }
  return { ...fakeService(id, place, section), device: card, fallback: await fake(id) };
}

const failedReturns: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'it cannot load': { exitWhileLoading: true },
  'it is killed, as when memory is full': { exitWhileLoading: true, exitCode: 137 },
  'it takes too long': { loadS: 60 },
};

test('an engine that cannot return to its card goes on where it ran, with the reason, and with a clean record', async () => {
  const seen = await Promise.all(Object.entries(failedReturns).map(async ([manner, faults]) => [manner, await returnInVain(faults)] as const));
  const expected = { told: { from: card, to: 'cpu', fault: 'process-crashed' }, runs: 'cpu', isAnother: true, address: true, restartedAfterwards: true, returned: false };
  expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(Object.keys(failedReturns).map((manner) => [manner, expected])));
});

async function returnInVain(faults: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { supervisor, events } = await supervise([await onCardInTurn('stt', [{}, faults])], {
    // One crash of its own more than that of the return, and it would be given up.
    policy: { ...restartPolicy, giveUpAfter: 2 },
    coldLoads: { budgetMs: ({ device }) => (device === card ? 6_000 : 20_000), note: () => undefined },
  });
  const address = addressOf(supervisor, 'stt');
  await post(supervisor, 'stt', '/fault', { kind: 'dead-device' });
  await sleep(100);
  const diedMs = performance.now();
  await post(supervisor, 'stt', '/call').catch(() => undefined);
  await events.first('ready', diedMs, readyLimitMs);
  const before = snapshotOf(supervisor, 'stt').onFallback;
  const atMs = performance.now();
  supervisor.goBack(card);
  const { event, atMs: fellMs } = await events.first('fell-back', atMs, readyLimitMs);
  await events.first('ready', fellMs, readyLimitMs);
  const { service, onFallback } = snapshotOf(supervisor, 'stt');
  const killedMs = performance.now();
  process.kill(processesOf(supervisor, 'stt').engine, 'SIGKILL');
  const again = await events.first('ready', killedMs, readyLimitMs);
  return {
    told: { from: event.from, to: event.to, fault: event.finding.fault },
    runs: service.device,
    isAnother: onFallback !== null && onFallback !== before,
    address: addressOf(supervisor, 'stt') === address,
    restartedAfterwards: again.event.device === 'cpu',
    returned: events.all().some((one) => one.event.kind === 'returned'),
  };
}

test('an engine that says it is not where it was planned is told of once', async () => {
  const { supervisor, events } = await supervise([await onCard('tts', { device: 'cpu' })]);
  const atMs = performance.now();
  process.kill(processesOf(supervisor, 'tts').engine, 'SIGKILL');
  await events.first('ready', atMs, readyLimitMs);
  const findings = events.all().flatMap(({ event }) => (event.kind === 'finding' ? [event.finding.fault] : []));
  expect(findings).toEqual(['gpu-idle-while-planned']);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followCards } from '../../../main/desktop/replanning.ts';
import { createDesktopStore } from '../../../main/desktop/state.ts';
import type { GpuProcess, HardwareReport } from '../../../main/hardware/model.ts';
import { catalogue } from '../../../main/plan/catalogue.ts';
import type { Plan } from '../../../main/plan/model.ts';
import { plan } from '../../../main/plan/plan.ts';
import { defaultSettings } from '../../../main/settings/schema.ts';
import { exchangeIn } from './state-with.ts';
import { machineOf } from './machine-of.ts';

const card = 'GPU-0a1b2c3d-0000-4000-8000-000000000001';
const game: GpuProcess = { pid: 4711, uuid: card, usedMiB: 10_500, name: 'game', ours: false };

/** A machine with these programs on its card, and beside them what a program holds that only draws, which the driver does not list. */
function gamingMachine(processes: readonly GpuProcess[], drawingMiB = 0) {
  const taken = processes.reduce((sum, { usedMiB }) => sum + (usedMiB ?? 0), drawingMiB);
  return machineOf({
    driver: { version: '570.86.10', cudaVersion: '12.8' },
    gpus: [
      {
        uuid: card, index: 0, busId: '00000000:01:00.0', vendor: 'NVIDIA', name: 'NVIDIA GeForce RTX 3060', computeCapability: '8.6', memoryMiB: 12_288, freeMiB: 12_000 - taken,
        virtual: false, mig: false, deviceNode: '/dev/nvidia0', powerState: 'active', pciId: '10de:2503', accessible: true,
      },
    ],
    processes,
  });
}

/** The watch of a stack that was planned for an idle card; `come` lets the game start. */
function stand() {
  const store = createDesktopStore('0');
  store.setState({ stack: { kind: 'running' }, wasReady: true });
  let machine = gamingMachine([]);
  const said: string[] = [];
  function planFor(seen: HardwareReport): Plan {
    return plan(seen, catalogue, defaultSettings);
  }
  const hardware = gamingMachine([]);
  const end = followCards(
    { hardware, plan: planFor(hardware), planFor },
    {
      store,
      ownPids: () => new Set(),
      folders: { config: '', data: '', cache: '', logs: '' },
      planAnew: () => said.push('plan anew'),
      log: () => undefined,
      seams: { ask: () => Promise.resolve(machine), probe: () => Promise.resolve(machine), intervalMs: 1_000 },
    },
  );
  return {
    store,
    said,
    end,
    come: (...who: readonly GpuProcess[]) => {
      machine = gamingMachine(who);
    },
    draw: (drawingMiB: number, ...who: readonly GpuProcess[]) => {
      machine = gamingMachine(who, drawingMiB);
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a game that takes the card is told of and a better plan offered, while somebody talks', async () => {
  const { store, said, come, end } = stand();
  store.setState({ exchanges: [exchangeIn('speaking')] });
  come(game);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(said).toEqual([]);
  expect(store.getState().offeredPlan?.sentences.slice(0, 2)).toEqual([
    'game (process 4711) now uses 10500 MiB of the NVIDIA GeForce RTX 3060.',
    expect.stringMatching(/^Speech recognition would move from the NVIDIA GeForce RTX 3060 to the processor and use .* instead of .*\.$/),
  ]);
  end();
});

test('a game that the driver does not list is told of by the memory it takes, beside our own engines', async () => {
  const { store, draw, end } = stand();
  const engine: GpuProcess = { ...game, pid: 12, name: 'python', usedMiB: 1_000, ours: true };
  store.setState({ exchanges: [exchangeIn('speaking')] });
  draw(0, engine);
  await vi.advanceTimersByTimeAsync(1_500);
  const alone = store.getState().offeredPlan;
  draw(10_500, engine);
  await vi.advanceTimersByTimeAsync(1_000);
  expect({ alone, offered: store.getState().offeredPlan?.sentences.slice(0, 2) }).toEqual({
    alone: null,
    offered: [expect.stringMatching(/took 10500 MiB of the NVIDIA GeForce RTX 3060\.$/), expect.stringMatching(/^Speech recognition would move from the NVIDIA GeForce RTX 3060 to the processor/)],
  });
  end();
});

test('an offer nobody answers is taken once nobody has spoken for two minutes, not before', async () => {
  const { store, said, come, end } = stand();
  store.setState({ exchanges: [exchangeIn('done')] });
  come(game);
  await vi.advanceTimersByTimeAsync(100_000);
  const before = [...said];
  await vi.advanceTimersByTimeAsync(40_000);
  expect({ before, after: said[0] }).toEqual({ before: [], after: 'plan anew' });
  end();
});

test('when the game goes again before anybody agreed, there is nothing to agree to', async () => {
  const { store, said, come, end } = stand();
  store.setState({ exchanges: [exchangeIn('done')] });
  come(game);
  await vi.advanceTimersByTimeAsync(5_000);
  const offered = store.getState().offeredPlan !== null;
  come();
  await vi.advanceTimersByTimeAsync(5_000);
  expect({ offered, after: store.getState().offeredPlan, said }).toEqual({ offered: true, after: null, said: [] });
  end();
});

test('a stack that has ended is not planned anew', async () => {
  const { store, said, come, end } = stand();
  come(game);
  end();
  await vi.advanceTimersByTimeAsync(400_000);
  expect({ said, offered: store.getState().offeredPlan }).toEqual({ said: [], offered: null });
});

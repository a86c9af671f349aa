/** Measures the probe above nvidia-smi's own time (≤ 300 ms is promised): `tsx test/bench/probe.ts`. */
import { join } from 'node:path';
import type { SuiteFigure } from '../setup/figures.ts';
import { probe } from '../../main/hardware/io/probe.ts';

/** What the fake "slow" takes for an answer. */
const slowMs = 1_000;
const rounds = 5;

async function worstMs(nvidiaSmi: string | undefined): Promise<number> {
  let worst = 0;
  for (let round = 0; round < rounds; round += 1) {
    const startedMs = performance.now();
    await probe(nvidiaSmi === undefined ? {} : { nvidiaSmi }, process.env);
    worst = Math.max(worst, performance.now() - startedMs);
  }
  return worst;
}

/** The worst times of a probe: without a card, and above the second that a slow nvidia-smi takes. */
export async function measureProbe(): Promise<readonly SuiteFigure[]> {
  const withoutMs = await worstMs(undefined);
  const aboveMs = (await worstMs(join(import.meta.dirname, '..', 'fakes', 'nvidia-smi', 'slow'))) - slowMs;
  return [
    { name: `probe without a card, slowest of ${rounds}`, value: `${withoutMs.toFixed(0)} ms`, bound: '≤ 300 ms' },
    { name: `probe above the second nvidia-smi takes, slowest of ${rounds}`, value: `${aboveMs.toFixed(0)} ms`, bound: '≤ 300 ms' },
  ];
}

if (process.argv[1] === import.meta.filename) console.table(await measureProbe());

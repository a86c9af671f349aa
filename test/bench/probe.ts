/** Measures the probe above nvidia-smi's own time (≤ 300 ms is promised): `tsx test/bench/probe.ts`. */
import { join } from 'node:path';
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

const withoutMs = await worstMs(undefined);
const withMs = await worstMs(join(import.meta.dirname, '..', 'fakes', 'nvidia-smi', 'slow'));
console.log(`probe without a card         ${withoutMs.toFixed(0)} ms (the worst of ${rounds})`);
console.log(`probe above nvidia-smi’s 1 s  ${(withMs - slowMs).toFixed(0)} ms (the worst of ${rounds})`);

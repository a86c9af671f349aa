import { expect, test } from 'vitest';
import type { Gpu, GpuProcess, HardwareReport } from '../../../main/hardware/model.ts';
import { gpuBudgetMiB, memoryBudgetMiB, processesThatComeBack } from '../../../main/plan/budgets.ts';
import { card, machine } from './cards.ts';

/** A fifth of the card, below which all that is held must stay. */
const fifthMiB = 2_000;
const desktopAndHeadroomMiB = 500;
const igpu = card('Iris Xe', null, { uuid: 'PCI-0', vendor: 'Intel', name: 'Intel Iris Xe', index: 0 });

function budget(gpu: Gpu, differences: Partial<HardwareReport> = {}, usesOllama = false): number {
  const hardware = { ...machine('550.54.14', [gpu]), displays: 0, ...differences };
  return gpuBudgetMiB(gpu, hardware, processesThatComeBack(hardware, usesOllama));
}

function held(differences: Partial<GpuProcess>): GpuProcess {
  return { pid: 1, uuid: 'GPU-card', usedMiB: 1_000, name: 'python3', ours: false, ...differences };
}

const empty = card('card', '8.6', { memoryMiB: 10_000, freeMiB: 9_900 });
const busy = card('card', '8.6', { memoryMiB: 10_000, freeMiB: 5_000 });
const silent = card('card', '8.6', { memoryMiB: 10_000, freeMiB: null });

test.each([
  ['an empty card up to four fifths', budget(empty), 9_900 - fifthMiB],
  ['a busy card what is free', budget(busy), 5_000 - fifthMiB],
  ['what our own processes hold beside', budget(busy, { processes: [held({ ours: true })] }), 6_000 - fifthMiB],
  ['not what others hold', budget(busy, { processes: [held({})] }), 5_000 - fifthMiB],
  ['what the Ollama we talk to holds', budget(busy, { processes: [held({ name: '/usr/bin/ollama' })] }, true), 6_000 - fifthMiB],
  ['not what an Ollama holds that we do not talk to', budget(busy, { processes: [held({ name: '/usr/bin/ollama' })] }), 5_000 - fifthMiB],
  ['of a card that does not say what is free the rest beside others', budget(silent, { processes: [held({ usedMiB: 4_000 }), held({ ours: true })] }), 6_000 - fifthMiB],
  ['less than that where screens hang on a small one', budget(card('card', '8.6', { memoryMiB: 2_000, freeMiB: 1_900 }), { displays: 2 }), 1_900 - desktopAndHeadroomMiB],
  ['all the same where screens hang on the processor', budget(empty, { displays: 2, gpus: [igpu, empty] }), 9_900 - fifthMiB],
  ['all the same where screens hang on another card', budget(empty, { displays: 2, gpus: [card('first', '8.6', { index: -1 }), empty] }), 9_900 - fifthMiB],
  ['never less than nothing', budget(card('card', '8.6', { memoryMiB: 10_000, freeMiB: 100 })), 0],
])('services may take %s', (_what, actual, expected) => {
  expect(actual).toBe(expected);
});

test('half of the memory is for engines, and an unknown size does not bind', () => {
  const hardware = machine(null, []);
  expect([16_000, 0].map((memoryMiB) => memoryBudgetMiB({ ...hardware, memoryMiB }))).toEqual([8_000, Number.POSITIVE_INFINITY]);
});

import { expect, test } from 'vitest';
import type { Gpu, GpuProcess, HardwareReport } from '../../../main/hardware/model.ts';
import { gpuBudgetMiB, memoryBudgetMiB, memoryThatComesBack } from '../../../main/plan/budgets.ts';
import { card, machine } from './cards.ts';

/** A fifth of the card, below which all that is held must stay. */
const fifthMiB = 2_000;
const igpu = card('Iris Xe', null, { uuid: 'PCI-0', vendor: 'Intel', name: 'Intel Iris Xe', index: 0 });

function budget(gpu: Gpu, differences: Partial<HardwareReport> = {}, usesOllama = false): number {
  const hardware = { ...machine('550.54.14', [gpu]), displays: 0, ...differences };
  return gpuBudgetMiB(gpu, hardware, memoryThatComesBack(hardware, usesOllama));
}

function held(differences: Partial<GpuProcess>): GpuProcess {
  return { pid: 1, uuid: 'GPU-card', usedMiB: 1_000, name: 'python3', ours: false, ...differences };
}

const empty = card('card', '8.6', { memoryMiB: 10_000, freeMiB: 9_900 });
const busy = card('card', '8.6', { memoryMiB: 10_000, freeMiB: 5_000 });
function small(memoryMiB: number): Gpu {
  return card('card', '8.6', { memoryMiB, freeMiB: memoryMiB - 100 });
}

const silent = card('card', '8.6', { memoryMiB: 10_000, freeMiB: null });

test.each([
  ['an empty card up to four fifths', budget(empty), 9_900 - fifthMiB],
  ['a busy card what is free', budget(busy), 5_000 - fifthMiB],
  ['what our own processes hold beside', budget(busy, { processes: [held({ ours: true })] }), 6_000 - fifthMiB],
  ['not what others hold', budget(busy, { processes: [held({})] }), 5_000 - fifthMiB],
  ['what the Ollama we talk to holds', budget(busy, { processes: [held({ name: '/usr/bin/ollama' })] }, true), 6_000 - fifthMiB],
  ['not what an Ollama holds that we do not talk to', budget(busy, { processes: [held({ name: '/usr/bin/ollama' })] }), 5_000 - fifthMiB],
  ['of a card that does not say what is free the rest beside others', budget(silent, { processes: [held({ usedMiB: 4_000 }), held({ ours: true })] }), 6_000 - fifthMiB],
  ['less where screens hang on a card of 2 GB', budget(small(2_000), { displays: 2 }), 1_900 - 300 - 200],
  ['the fifth less of a card of 2 GB without screens', budget(small(2_000)), 1_900 - 400],
  ['the headroom less of a card whose fifth is smaller', budget(small(800)), 700 - 200],
  ['the fifth less where it is more than the desktop needs', budget(small(3_000), { displays: 2 }), 2_900 - 600],
  ['all the same where screens hang on the processor', budget(small(2_000), { displays: 2, gpus: [igpu, small(2_000)] }), 1_900 - 400],
  ['all the same where screens hang on another card', budget(small(2_000), { displays: 2, gpus: [card('first', '8.6', { index: -1 }), small(2_000)] }), 1_900 - 400],
  ['never less than nothing', budget(card('card', '8.6', { memoryMiB: 10_000, freeMiB: 100 })), 0],
])('services may take %s', (_what, actual, expected) => {
  expect(actual).toBe(expected);
});

const second = card('second', '8.6', { memoryMiB: 10_000, freeMiB: 9_000 });
const blind = { name: 'C:\\Programs\\Ollama\\ollama.exe', usedMiB: null };

function holding(sizeVramMiB: number | null): Partial<HardwareReport> {
  return { ollama: { version: '0.33.0', running: true, url: '', models: [{ name: 'llama3.2:3b', sizeBytes: 1, sizeVramMiB }] } };
}

test.each([
  ['whose process does not say how much (Windows)', { ...holding(3_000), processes: [held(blind)] }, 8_000],
  ['whose process is not seen at all (a container)', holding(3_000), 8_000],
  ['whose process has no name (a container)', { ...holding(3_000), processes: [held({ name: '[Not Found]', usedMiB: 3_000 })] }, 8_000],
  ['once, where its process says a part', { ...holding(3_000), processes: [held({ name: 'ollama', usedMiB: 1_000 })] }, 8_000],
  ['once, where its process says it all', { ...holding(3_000), processes: [held({ name: 'ollama', usedMiB: 3_200 })] }, 8_200],
  ['no more than is held at all', holding(30_000), 10_000],
  ['no more than is held by nobody else', { ...holding(4_500), processes: [held({ usedMiB: 2_000 })] }, 8_000],
  ['on the card it is seen on', { ...holding(3_000), gpus: [busy, second], processes: [held(blind)] }, 8_000],
  ['not on a card it is not seen on', { ...holding(3_000), gpus: [busy, second], processes: [held({ ...blind, uuid: 'GPU-second' })] }, 5_000],
  ['on the only card where so much is held', { ...holding(3_000), gpus: [busy, second] }, 8_000],
  ['on neither of two cards that both may be it', { ...holding(500), gpus: [busy, second] }, 5_000],
  ['in part on each of two cards that it lies across', { ...holding(6_000), gpus: [busy, second] }, 10_000],
  ['nothing while no model is loaded', { ...holding(null), processes: [held(blind)] }, 5_000],
])('what the Ollama we talk to holds comes back %s', (_where, differences, freeMiB) => {
  expect(budget(busy, differences, true)).toBe(freeMiB - fifthMiB);
});

test('what an Ollama holds that we do not talk to stays taken', () => {
  expect(budget(busy, { ...holding(3_000), processes: [held(blind)] })).toBe(5_000 - fifthMiB);
});

test('half of the memory is for engines, and an unknown size does not bind', () => {
  const hardware = machine(null, []);
  expect([16_000, 0].map((memoryMiB) => memoryBudgetMiB({ ...hardware, memoryMiB }))).toEqual([8_000, Number.POSITIVE_INFINITY]);
});

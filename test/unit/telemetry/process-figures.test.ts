import { expect, test } from 'vitest';
import { parseStatus, treesOf } from '../../../main/telemetry/process-figures.ts';

test('the status of a process is read from its lines', () => {
  const text = 'Name:\tpython3 VmRSS:\t1 kB\nPid:\t42\nPPid:\t7\nVmRSS:\t  2048 kB\nThreads:\t19\n';
  expect([parseStatus(42, text), parseStatus(43, 'Name:\tgone\nState:\tZ (zombie)\nPPid:\t7\nThreads:\t1\n')]).toEqual([{ pid: 42, parent: 7, residentBytes: 2_097_152, threads: 19 }, null]);
});

test('each process belongs to the service that it was started below', () => {
  const processes = [[2, 1], [3, 2], [4, 3], [5, 1], [6, 99], [8, 9], [9, 8]].map(([pid = 0, parent = 0]) => ({ pid, parent }));
  const trees = treesOf(new Map([['stt', 2], ['llm', 5], ['tts', 77]]), processes);
  expect([...trees].map(([name, tree]) => [name, tree.map(({ pid }) => pid)])).toEqual([['stt', [2, 3, 4]], ['llm', [5]], ['tts', []]]);
});

import { describe, expect, test } from 'vitest';
import { answerFor } from './answer.ts';
import { everyMachine, families } from './every-machine.ts';
import { disappointments } from './expectations.ts';
import { brokenPromises, openEndedAdvice, standInsNotOnDisk } from './promises.ts';

describe.each(Object.entries(families))('%s', (_family, machines) => {
  test.each(machines.map((machine) => [machine.name, machine] as const))('%s', (_name, machine) => {
    const answer = answerFor(machine);
    expect([...brokenPromises(answer), ...disappointments(answer, machine.expected ?? {})]).toEqual([]);
  });
});

test('there are at least 220 machines, no two alike and no two of one name', () => {
  const different = new Set(everyMachine.map(({ hardware, settings }) => JSON.stringify([hardware, settings])));
  const names = new Set(everyMachine.map((machine) => machine.name));
  expect({ enough: everyMachine.length >= 220, alike: everyMachine.length - different.size, sameName: everyMachine.length - names.size }).toEqual({
    enough: true,
    alike: 0,
    sameName: 0,
  });
});

test('what would stand in when CUDA fails is on disk before it does', () => {
  expect([...new Set(everyMachine.flatMap((machine) => standInsNotOnDisk(answerFor(machine))))]).toEqual([]);
});

test('the owner of a Maxwell, Pascal or Volta card who reads of a driver "or newer" reads where to stop', () => {
  const without = everyMachine.map((machine) => [machine.name, ...openEndedAdvice(answerFor(machine))]).filter((told) => told.length > 1);
  expect(without).toEqual([]);
});

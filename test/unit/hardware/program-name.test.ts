import { expect, test } from 'vitest';
import { programName } from '../../../main/hardware/program-name.ts';

test.each([
  ['/usr/bin/python3', 'python3'],
  ['C:\\Program Files\\Sound\\studio.exe', 'studio.exe'],
  ['/opt/odd/', 'odd'],
  ['/opt/[old]/python', 'python'],
  ['Xorg', 'Xorg'],
])('%s is told by the name of its program', (name, program) => {
  expect(programName({ name, pid: 12 })).toBe(`${program} (process 12)`);
});

test.each(['[Insufficient Permissions]', '[Not Found]', '[N/A]', 'N/A', '-', '', ' '])('“%s” is no name, and is not shown as one', (name) => {
  expect(programName({ name, pid: 12 })).toBe('a program whose name the driver does not tell (process 12)');
});

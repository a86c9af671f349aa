import { expect, test } from 'vitest';
import { describeFault, FaultError } from '../../../main/platform/fault.ts';

test('a fault reads as what happened, what was found and what to do', () => {
  const title = 'The disk is full.';
  expect([
    describeFault({ id: 'disk-full', title, detail: 'Folder: /data', cure: 'Free some space.' }),
    describeFault({ id: 'disk-full', title, detail: '', cure: 'Free some space.' }),
    describeFault({ id: 'disk-full', title }),
  ]).toEqual(['The disk is full.\nFolder: /data\nFree some space.', 'The disk is full.\nFree some space.', 'The disk is full.']);
});

test('a thrown fault keeps its value, its message and what caused it', () => {
  const cause = new Error('ENOSPC');
  const error = new FaultError({ id: 'disk-full', title: 'The disk is full.' }, { cause });
  expect({ fault: error.fault, message: error.message, cause: error.cause }).toEqual({
    fault: { id: 'disk-full', title: 'The disk is full.' },
    message: 'The disk is full.',
    cause,
  });
});

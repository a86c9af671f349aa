import { expect, test } from 'vitest';
import { describeExit, exitStory, type ExitResult } from '../../../main/services/exit-story.ts';
import type { ExitCause } from '../../../main/services/supervisor-event.ts';

interface Case {
  readonly name: string;
  readonly result: Omit<ExitResult, 'failed'>;
  readonly lines?: readonly string[];
  readonly reason: string;
  readonly how: string | null;
  readonly cause: ExitCause;
}

const launchFailure = 'RuntimeError: CUDA error: unspecified launch failure';
const cases: readonly Case[] = [
  { name: 'an orderly end', result: { exitCode: 0 }, reason: 'it ended by itself', how: 'exit code 0', cause: { kind: 'crash' } },
  { name: 'its own last words', result: { exitCode: 1 }, lines: ['INFO load', 'error: the model is missing'], reason: 'the model is missing', how: 'exit code 1', cause: { kind: 'gave-up' } },
  { name: 'exit code 1 without a word', result: { exitCode: 1 }, reason: 'it ended by itself', how: 'exit code 1', cause: { kind: 'crash' } },
  { name: 'killed, behind the shim', result: { exitCode: 137 }, reason: 'it was killed, often because memory ran out', how: 'SIGKILL', cause: { kind: 'killed' } },
  { name: 'the shim killed', result: { signal: 'SIGKILL' }, reason: 'it was killed, often because memory ran out', how: 'SIGKILL', cause: { kind: 'killed' } },
  { name: 'ended by the system', result: { exitCode: 143 }, reason: 'it was told to end', how: 'SIGTERM', cause: { kind: 'killed' } },
  { name: 'a segmentation fault', result: { exitCode: 139 }, reason: 'it crashed: it reached for memory that is not its own', how: 'SIGSEGV', cause: { kind: 'crash' } },
  { name: 'an instruction the processor lacks', result: { exitCode: 132 }, reason: 'it used an instruction that this processor does not have', how: 'SIGILL', cause: { kind: 'crash' } },
  { name: 'a signal without a name of ours', result: { exitCode: 128 + 40 }, reason: 'it was ended by the system', how: 'signal 40', cause: { kind: 'crash' } },
  { name: 'not started at all', result: {}, reason: 'it could not be started', how: null, cause: { kind: 'crash' } },
  { name: 'memory ran out in Python', result: { exitCode: 1 }, lines: ['error: std::bad_alloc'], reason: 'memory ran out', how: 'std::bad_alloc', cause: { kind: 'out-of-memory' } },
  { name: 'Windows: access violation', result: { exitCode: 0xc0000005 }, reason: 'it crashed: it reached for memory that is not its own', how: 'access violation, 0xC0000005', cause: { kind: 'crash' } },
  { name: 'Windows: access violation as a negative number', result: { exitCode: -1073741819 }, reason: 'it crashed: it reached for memory that is not its own', how: 'access violation, 0xC0000005', cause: { kind: 'crash' } },
  { name: 'Windows: a library is missing', result: { exitCode: 0xc0000135 }, reason: 'a library that it needs is missing', how: 'library not found, 0xC0000135', cause: { kind: 'crash' } },
  { name: 'Windows: no memory', result: { exitCode: 0xc0000017 }, reason: 'memory ran out', how: 'no memory, 0xC0000017', cause: { kind: 'out-of-memory' } },
  { name: 'Windows: the console was closed', result: { exitCode: 0xc000013a }, reason: 'its console was closed', how: 'control-C exit, 0xC000013A', cause: { kind: 'killed' } },
  { name: 'a dead card, told by the process itself', result: { exitCode: 86 }, lines: [`error: ${launchFailure}`], reason: 'its graphics card failed', how: launchFailure, cause: { kind: 'device', fault: 'launch-failure' } },
  { name: 'a dead card in words we do not know', result: { exitCode: 86 }, lines: ['error: weird'], reason: 'its graphics card failed', how: 'weird', cause: { kind: 'device', fault: 'cuda-unknown-error' } },
  {
    name: 'a dead card that made C++ abort',
    result: { exitCode: 134 },
    lines: ['terminate called after throwing', '  what():  CUDA error: an illegal memory access was encountered'],
    reason: 'it gave up on itself', how: 'SIGABRT',
    cause: { kind: 'device', fault: 'illegal-memory-access' },
  },
  { name: 'killed by hand after an error of the card', result: { exitCode: 137 }, lines: [launchFailure], reason: 'it was killed, often because memory ran out', how: 'SIGKILL', cause: { kind: 'killed' } },
];

test.each(cases)('$name', ({ result, lines = [], reason, how, cause }) => {
  expect(exitStory({ ...result, failed: true }, lines)).toEqual({ reason, how, cause, lines });
});

test('whoever looks closer gets the words with what the system calls it', () => {
  const killed = { exitCode: 137, failed: true };
  expect([describeExit(killed, []), describeExit(killed, ['error: gone']), describeExit({ failed: true }, [])]).toEqual([
    'it was killed, often because memory ran out (SIGKILL)',
    'gone (SIGKILL)',
    'it could not be started',
  ]);
});

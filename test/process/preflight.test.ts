import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Surroundings } from '../../main/services/child-environment.ts';
import { askCard, checkCard, type CheckedCard } from '../../main/services/io/preflight.ts';
import { preflightFinding } from '../../main/services/preflight-finding.ts';
import type { PreflightAnswer } from '../../main/services/preflight.ts';
import { compiler, fakeDriver, type FakeDriver } from '../fakes/libcuda/fake-libcuda.ts';
import { environmentOf, processes } from '../setup/earshot.ts';
import { developerPython, repository } from '../setup/prepare.ts';

const uuid = 'GPU-11111111-2222-3333-4444-555555555555';
const cc = compiler();
const passed: PreflightAnswer = { kind: 'answer', ok: true, uuid, name: 'Fake RTX 3050', step: 'cuCtxDestroy', code: null, error: null };

/** Python with nothing but its standard library will do; the developers' one is at hand. */
let python: string;
beforeAll(async () => {
  python = await developerPython();
});

function ask(libraryFolders: readonly string[], timeLimitMs = 20_000): Promise<PreflightAnswer> {
  const surroundings: Surroundings = { os: { platform: 'linux', wsl: false }, libraryFolders, searchPath: '' };
  return askCard(uuid, { root: repository, python, surroundings, timeLimitMs });
}

describe.skipIf(cc === null)('a card, as the child that runs a kernel on it finds it', () => {
  let driver: FakeDriver;
  beforeAll(async () => {
    driver = await fakeDriver(cc ?? 'cc');
  });
  afterAll(() => {
    driver.remove();
  });
  afterEach(() => {
    // Every process of a check knows the driver's folder, and no other process does.
    expect(processes().filter(({ pid }) => environmentOf(pid).includes(driver.folder))).toEqual([]);
  });

  const slept: number[] = [];

  /** The product's own tries with the pauses left out. */
  async function check(...behaviour: readonly string[]): Promise<CheckedCard> {
    driver.behave(`uuid ${uuid}`, ...behaviour);
    slept.length = 0;
    return checkCard(uuid, {
      ask: () => ask([driver.folder]),
      sleep: (ms) => {
        slept.push(ms);
        return Promise.resolve();
      },
    });
  }

  function faultOf({ attempts, failure }: CheckedCard): unknown {
    return failure === null ? null : { fault: preflightFinding({ uuid, name: 'Fake RTX 3050', attempts, answer: failure, driver: null }).fault, attempts };
  }

  test('really computes on it', async () => {
    driver.behave(`uuid ${uuid}`);
    expect({ answer: await ask([driver.folder]), calls: driver.calls() }).toEqual({ answer: passed, calls: [uuid] });
  });

  test('cold start: "initialization error 3" twice, then it serves', async () => {
    expect({ checked: await check('not-initialized 2'), slept }).toEqual({ checked: { uuid, attempts: 3, failure: null }, slept: [3_000, 3_000] });
  });

  test('cold start: no device for a moment', async () => {
    expect(await check('no-device 1')).toEqual({ uuid, attempts: 2, failure: null });
  });

  test('index mismatch: where the number finds nothing, the uuid does', async () => {
    expect({ checked: await check('hide-index 1'), calls: driver.calls() }).toEqual({ checked: { uuid, attempts: 1, failure: null }, calls: [uuid] });
  });

  test('index mismatch: while another card answers it is asked for again, by uuid', async () => {
    expect({ checked: await check('other-card 2'), calls: driver.calls() }).toEqual({ checked: { uuid, attempts: 3, failure: null }, calls: [uuid, uuid, uuid] });
  });

  test('never ready: given up after ten tries', async () => {
    expect(faultOf(await check('not-initialized 99'))).toEqual({ fault: 'cuda-init-failed', attempts: 10 });
  });

  test.each([
    ['a dead card', 'sync-error 719', 'launch-failure'],
    ['a card that counts wrong', 'wrong-result 1', 'launch-failure'],
    ['a driver updated under a running computer', 'init-error 803', 'driver-library-mismatch'],
    ['an unknown error', 'init-error 999', 'cuda-unknown-error'],
  ])('%s is given up at once', async (_title, behaviour, fault) => {
    expect(faultOf(await check(behaviour))).toEqual({ fault, attempts: 1 });
  });

  test('a driver that hangs ends with its time limit', async () => {
    driver.behave(`uuid ${uuid}`, 'hang 1');
    const startedMs = performance.now();
    const answer = await ask([driver.folder], 1_500);
    expect({ answer, quick: performance.now() - startedMs < 6_500 }).toEqual({
      answer: { kind: 'answer', ok: false, uuid: null, name: null, step: 'cuInit', code: null, error: 'no answer within 1.5 s' },
      quick: true,
    });
  });
});

test('without a driver the missing library is named', async ({ skip }) => {
  const answer = await ask([]);
  // A machine with a real driver has the library, and no such card.
  if (answer.kind === 'answer' && answer.step !== 'library') skip();
  expect(answer).toEqual({ kind: 'answer', ok: false, uuid: null, name: null, step: 'library', code: null, error: expect.stringContaining('library not found: libcuda.so.1') as string });
});

test('a Python that is not there is a check without an answer, not an exception', async () => {
  python = '/nowhere/python';
  expect(await ask([])).toEqual({ kind: 'silent', reason: 'it could not be started', timedOut: false });
});

import { expect, test } from 'vitest';
import { checkCard } from '../../../../main/services/io/preflight.ts';
import type { PreflightAnswer } from '../../../../main/services/preflight.ts';

const uuid = 'GPU-1';
const passed: PreflightAnswer = { kind: 'answer', ok: true, uuid, name: 'A card', step: 'cuCtxDestroy', code: null, error: null };
const notReady: PreflightAnswer = { kind: 'answer', ok: false, uuid: null, name: null, step: 'cuInit', code: 3, error: 'not initialized' };

/** Answers in turn, the last one for ever; `slept` is what was waited for between them. */
async function check(...answers: readonly PreflightAnswer[]): Promise<unknown> {
  const slept: number[] = [];
  const asked: string[] = [];
  const result = await checkCard(uuid, {
    ask: (card) => {
      asked.push(card);
      return Promise.resolve(answers[Math.min(asked.length, answers.length) - 1] ?? passed);
    },
    sleep: (ms) => {
      slept.push(ms);
      return Promise.resolve();
    },
  });
  return { ...result, asked: asked.length, slept };
}

test('a cold start is waited for', async () => {
  expect(await check(notReady, notReady, passed)).toEqual({ uuid, attempts: 3, failure: null, asked: 3, slept: [3_000, 3_000] });
});

test('a card that never becomes ready is given up after ten tries and 27 seconds', async () => {
  expect(await check(notReady)).toEqual({ uuid, attempts: 10, failure: notReady, asked: 10, slept: Array.from({ length: 9 }, () => 3_000) });
});

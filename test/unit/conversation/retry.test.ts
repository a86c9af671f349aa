import { expect, test } from 'vitest';
import { failedTooOften, retryDelayMs } from '../../../main/conversation/retry.ts';

test('before the second try there is a pause of 0.3 s, before the third one of 0.9 s', () => {
  expect([2, 3].map(retryDelayMs)).toEqual([300, 900]);
});

test('a person is told what failed, how often, why, and what to do', () => {
  expect([failedTooOften('llm', 1, 'it refused'), failedTooOften('conversation', 3, 'it ended')]).toEqual([
    'The language model failed on this question (it refused). Ask it again; if that fails too, quit Earshot and start it again.',
    'The conversation failed 3 times on this question (it ended). Ask it again; if that fails too, quit Earshot and start it again.',
  ]);
});

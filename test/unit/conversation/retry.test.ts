import { expect, test } from 'vitest';
import { failedTooOften, retryDelayMs } from '../../../main/conversation/retry.ts';

test('before the second try there is a pause of 0.3 s, before the third one of 0.9 s', () => {
  expect([2, 3].map(retryDelayMs)).toEqual([300, 900]);
});

test('a person is told what failed and what to do, in plain words', () => {
  expect([failedTooOften('tts', 'engine-stayed-away'), failedTooOften('llm', 'engine-failed'), failedTooOften('conversation', 'conversation-died')]).toEqual([
    'The voice stopped and did not come back in time. Ask again in a minute. If that fails too, quit Earshot and start it again.',
    'The language model failed at this question. Ask in other words. If that fails too, quit Earshot and start it again.',
    'The conversation stopped again and again at this question. Ask in other words. If that fails too, quit Earshot and start it again.',
  ]);
});

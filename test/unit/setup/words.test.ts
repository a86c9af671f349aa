import { expect, test } from 'vitest';
import { wordErrorRate, wordErrors } from '../../setup/words.ts';

test('substituted, missing and extra words count once each, case and punctuation do not', () => {
  expect([
    wordErrors('What is the capital of France?', 'what is the capital of france'),
    wordErrors('What is the capital of France?', 'What is capitol of the France'),
    wordErrors('', 'hello'),
    wordErrorRate('one two three four', 'one two three'),
    wordErrorRate('', ''),
  ]).toEqual([{ errors: 0, words: 6 }, { errors: 3, words: 6 }, { errors: 1, words: 0 }, 0.25, 0]);
});

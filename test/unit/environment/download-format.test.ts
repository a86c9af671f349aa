import { expect, test } from 'vitest';
import { contentProblem } from '../../../main/environment/download-format.ts';

function problem(name: string, bytes: string | readonly number[]): string | null {
  return contentProblem(name, typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Uint8Array.from(bytes));
}

test.each<[string, string | readonly number[]]>([
  ['model.safetensors', '\u0010\0\0\0\0\0\0\0{"__meta'],
  ['model.gguf', 'GGUF\u0003\0\0\0'],
  // ONNX: a protobuf whose first field is the version.
  ['model.onnx', [8, 9, 18, 7, 112, 121]],
  // CTranslate2: its version, then the name of what it describes.
  ['model.bin', [6, 0, 0, 0, 12, 0, 87, 104]],
  ['config.json', ' {"a": 1}'],
  ['vocabulary.json', '["a"]'],
  ['vocabulary.txt', '<|a|>'],
  ['tokenizer.model', [10, 14, 10, 5, 60, 117]],
  ['vocabulary.txt', ''],
])('%s is what its name says', (name, bytes) => {
  expect(problem(name, bytes)).toBeNull();
});

test.each<[string, string | readonly number[], RegExp]>([
  ['model.bin', 'PK\u0003\u0004', /pickle/],
  ['model.bin', [0x80, 4, 0x95], /pickle/],
  ['model.safetensors', [0x80, 2, 0x8a], /pickle/],
  ['model.safetensors', 'GGUF\u0003\0\0\0\0\0\0\0', /not a safetensors file/],
  ['model.safetensors', '', /not a safetensors file/],
  ['model.gguf', '<html>', /not a GGUF file/],
  ['config.json', '<html>', /not a JSON file/],
  ['model.onnx', '\u007fELF', /is a program/],
  ['vocabulary.txt', '#!/bin/sh', /is a program/],
  ['model.bin', 'MZ\u0090\0', /is a program/],
])('%s with the first bytes of something else is refused', (name, bytes, expected) => {
  expect(problem(name, bytes)).toMatch(expected);
});

import { expect, test } from 'vitest';
import { catalogue, extendCatalogue } from '../../../main/plan/catalogue.ts';

const files = [{ name: 'model.safetensors', bytes: 10, sha256: null as string | null }];
const hub = { kind: 'hub', repository: 'owner/tiny', files: { 'model.safetensors': 'weights/model.safetensors' } };
const open = { id: 'tiny', title: 'A tiny model', role: 'stt', engine: 'kyutai', precision: 'bfloat16', licence: 'MIT', files, sources: [hub] };

/** What is wrong with a model that somebody adds; null when nothing is. */
function problemOf(model: object): string | null {
  const extended = extendCatalogue(catalogue, JSON.stringify({ models: [{ ...open, ...model }] }));
  return 'problem' in extended ? extended.problem : null;
}

test('a model whose sums only the hub knows may be added, at a branch or a commit', () => {
  expect([problemOf({}), problemOf({ sources: [{ ...hub, revision: 'a'.repeat(40) }] })]).toEqual([null, null]);
});

test('without a source on the hub its sums can be learned nowhere', () => {
  const url = { kind: 'url', files: { 'model.safetensors': 'https://example.org/model.safetensors' } };
  expect([problemOf({ sources: [url] }), problemOf({ sources: [{ ...hub, files: {} }, url] })]).toEqual([
    expect.stringContaining('"model.safetensors" needs one, or a source on the hub to learn it from') as string,
    expect.stringContaining('needs one, or a source on the hub') as string,
  ]);
});

test.each([
  ['pytorch_model.bin', 'whisper'],
  ['model.bin', 'kyutai'],
  ['model.pt', 'kyutai'],
  ['model.npz', 'kokoro'],
  ['modeling.py', 'kyutai'],
])('a file that may hold code (%s of %s) is not taken on the hub’s word', (name, engine) => {
  const problem = problemOf({ engine, files: [{ name, bytes: 10, sha256: null }], sources: [{ ...hub, files: { [name]: name } }] });
  expect(problem).toContain(`"${name}" may hold code; only ONNX, safetensors, GGUF and CTranslate2 are opened`);
});

test('a repository is an owner and a name, so that no address can hide in it', () => {
  expect(problemOf({ sources: [{ ...hub, repository: '../../evil' }] })).toContain('a repository is an owner and a name');
});

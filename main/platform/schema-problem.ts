import * as z from 'zod';

type Issue = z.core.$ZodIssue;

/** What a value is called by somebody who has never heard of types. */
const kindNames: Readonly<Record<string, string>> = {
  string: 'a text in quotation marks',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list in [ ]',
  object: 'a group of fields in { }',
  record: 'a group of fields in { }',
  null: 'null',
};

/** Why `value` does not fit its schema: one line a problem, each with the path of the field it is about, in words anybody reads. */
export function schemaProblem(error: z.ZodError, value: unknown): string {
  return error.issues.flatMap((issue) => linesOf(issue, value)).join('\n');
}

function linesOf(issue: Issue, value: unknown): readonly string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${pathText([...issue.path, key])}: there is no field of this name`);
  return [`${pathText(issue.path)}: ${reasonOf(issue, valueAt(value, issue.path))}`];
}

function reasonOf(issue: Issue, found: unknown): string {
  if (found === undefined && issue.code !== 'custom') return 'is missing';
  if (issue.code === 'invalid_type') return `should be ${kindNames[issue.expected] ?? issue.expected}, not ${shown(found)}`;
  if (issue.code === 'invalid_value') return `should be ${issue.values.map((one) => JSON.stringify(one)).join(' or ')}, not ${shown(found)}`;
  if (issue.code === 'invalid_format' && issue.format === 'url') return `should be an address that begins with http:// or https://, not ${shown(found)}`;
  if (issue.code === 'too_small') return found === '' ? 'must not be empty' : `is too small: ${shown(found)}`;
  return issue.message;
}

/** A short look at what stands there; a group or a list is named, not printed. */
function shown(found: unknown): string {
  if (Array.isArray(found)) return 'a list';
  if (typeof found === 'object' && found !== null) return 'a group of fields';
  const text = JSON.stringify(found);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the whole file' : z.core.toDotPath(path);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as Record<PropertyKey, unknown>)[key] : undefined), value);
}

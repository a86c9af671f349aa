import { expect, test } from 'vitest';
import * as z from 'zod';
import { schemaProblem } from '../../../main/platform/schema-problem.ts';

const schema = z.strictObject({
  name: z.string().min(1),
  size: z.int().nonnegative().nullable(),
  colour: z.enum(['red', 'green']),
  parts: z.array(z.strictObject({ count: z.number() })),
});
const right = { name: 'a', size: 1, colour: 'red', parts: [] };

test.each([
  ['a text for a number', { ...right, size: 'big' }, 'size: should be a number, not "big"'],
  ['a broken number for a whole one', { ...right, size: 1.5 }, 'size: should be a whole number, not 1.5'],
  ['a number below its bound', { ...right, size: -1 }, 'size: is too small: -1'],
  ['nothing where something must be', { ...right, name: undefined }, 'name: is missing'],
  ['an empty text', { ...right, name: '' }, 'name: must not be empty'],
  ['a group for a text', { ...right, name: { first: 'a' } }, 'name: should be a text in quotation marks, not a group of fields'],
  ['a choice that there is not', { ...right, colour: 'blue' }, 'colour: should be "red" or "green", not "blue"'],
  ['a very long text', { ...right, size: 'x'.repeat(100) }, `size: should be a number, not "${'x'.repeat(56)}…`],
  ['a slip deep inside a list', { ...right, parts: [{ count: 1 }, { count: '2', weight: 3 }] }, 'parts[1].count: should be a number, not "2"\nparts[1].weight: there is no field of this name'],
  ['something else altogether', 7, 'the whole file: should be a group of fields in { }, not 7'],
])('%s is said with its place', (_what, value, said) => {
  const parsed = schema.safeParse(value);
  expect(parsed.success ? 'nothing' : schemaProblem(parsed.error, value)).toBe(said);
});

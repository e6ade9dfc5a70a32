import { z } from '@hono/zod-openapi';
import type { JsonSchema } from '../tasks/payload-schema.ts';

/**
 * The schema of payloads that a process announced, as far as JSON Schema tells. Where it asks for a bigint a long number will do,
 * which is a bigint in what `parseExactly` reads. One that cannot be read back is left to the worker, which checks the payload before
 * it runs.
 */
export function announcedSchema(announced: JsonSchema): z.ZodType<unknown> {
  const [plain, lenient] = [readBack(announced, asIs), readBack(announced, orLong)];
  if (!plain || !lenient) return z.unknown();
  return z.unknown().superRefine((given, context) => {
    for (const issue of issuesOf(given, plain, lenient)) context.addIssue(issue as never);
  });
}

const LONG_RECEIVED =
  'expected a number that a double holds exactly, received a longer whole one; write it as text, or have the schema ask for a bigint';

/** Of what the plain schema finds, what the lenient one does not is a long number where a bigint may be. */
function issuesOf(given: unknown, plain: z.ZodType, lenient: z.ZodType): readonly z.core.$ZodIssue[] {
  const { error } = plain.safeParse(given);
  if (!error || !hasLong(given)) return error?.issues ?? [];
  const left = lenient.safeParse(given).error?.issues ?? [];
  const places = new Set(left.map(({ path }) => JSON.stringify(path)));
  const isLeft = ({ path }: z.core.$ZodIssue) =>
    places.has(JSON.stringify(path)) || !hasLong(valueAt(given, path));
  return error.issues.filter(isLeft).map(inWords);
}

function inWords(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  const isLong = issue.code === 'invalid_type' && issue.message.endsWith('received bigint');
  return isLong ? { ...issue, message: LONG_RECEIVED } : issue;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (each, key) => (typeof each === 'object' && each !== null ? Reflect.get(each, key) : undefined),
    root,
  );
}

function hasLong(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint';
  return Object.values(value).some(hasLong);
}

function readBack(announced: JsonSchema, change: (part: JsonSchema) => JsonSchema): z.ZodType | undefined {
  try {
    return z.fromJSONSchema(changeParts(announced, change) as JsonSchema);
  } catch {
    return undefined;
  }
}

/** What is in these are values, and no schemas. */
const VALUES = ['enum', 'const', 'default', 'examples'];

function changeParts(part: unknown, change: (part: JsonSchema) => JsonSchema): unknown {
  if (Array.isArray(part)) return part.map((each) => changeParts(each, change));
  if (typeof part !== 'object' || part === null) return part;
  const changed = Object.entries(part).map(([name, value]) => [
    name,
    VALUES.includes(name) ? value : changeParts(value, change),
  ]);
  return change(Object.fromEntries(changed));
}

/**
 * A format beside a pattern is left out: the pattern says what is checked, and zod would have its own for the format, which takes no
 * offset in a time, say.
 */
function asIs(part: JsonSchema): JsonSchema {
  const { format, ...others } = part;
  return typeof part['pattern'] === 'string' && typeof format === 'string' ? others : part;
}

function orLong(part: JsonSchema): JsonSchema {
  return mayBeLong(part) ? {} : asIs(part);
}

/** zod writes the bounds of a double beside `z.int()`, and those that it has beside a bigint. */
function mayBeLong({ type, minimum, maximum }: JsonSchema): boolean {
  if (![type].flat().includes('integer')) return false;
  return !(Number(minimum) >= Number.MIN_SAFE_INTEGER && Number(maximum) <= Number.MAX_SAFE_INTEGER);
}

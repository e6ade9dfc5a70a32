import type { z } from '@hono/zod-openapi';
import { andMore } from '../errors/and-more.ts';
import { type FieldMistake, HowdahError } from '../errors.ts';

/** Fields whose value is never repeated, only its length. */
const SECRET_FIELDS = new Set(['password', 'code']);

/** A request with more mistakes than this is told of the first ones, and how many there are. */
const MAX_MISTAKES = 100;

const MAX_ECHO_LENGTH = 80;

/** What a validator found; `data` is what was checked. */
interface Validation {
  success: boolean;
  /** Which part of a request it was: `query`, say. */
  target?: string;
  data?: unknown;
  error?: z.ZodError;
}

/** @throws {HowdahError} `invalid_request` naming every mistaken field, when validation failed */
export function refuseInvalid(result: Validation): void {
  if (result.success || !result.error) return;
  const all = describeMistakes(result.error, result.data, { isQuery: result.target === 'query' });
  const fields = all.slice(0, MAX_MISTAKES);
  const named = [...fields.map(({ field }) => field), ...andMore(fields.length, all.length)];
  const detail = `Please correct: ${named.join(', ')}`;
  throw new HowdahError('invalid_request', { detail, fields });
}

/**
 * Every mistaken field once, with what was expected and what was received; secrets are told by length only.
 *
 * @param isQuery a list in it is a parameter that was given several times. @default false
 */
export function describeMistakes(
  error: z.ZodError,
  input: unknown,
  { isQuery = false }: { isQuery?: boolean } = {},
): FieldMistake[] {
  const mistakes = new Map<string, FieldMistake>();
  const describe = isQuery ? describeParameter : describeIssue;
  for (const mistake of error.issues.flatMap((issue) => describe(issue, input))) {
    if (!mistakes.has(mistake.field)) mistakes.set(mistake.field, mistake);
  }
  return [...mistakes.values()];
}

/** Only a parameter that is no list has a wrong type when it is one. */
function describeParameter(issue: z.core.$ZodIssue, input: unknown): FieldMistake[] {
  const value = valueAt(input, issue.path);
  if (issue.code !== 'invalid_type' || !Array.isArray(value)) return describeIssue(issue, input);
  const message = `expected it once, received it ${value.length} times`;
  return [{ field: fieldPath(issue.path), message }];
}

function describeIssue(issue: z.core.$ZodIssue, input: unknown): FieldMistake[] {
  if (issue.code === 'unrecognized_keys') {
    const fields = issue.keys.map((key) => shorten(fieldPath([...issue.path, key || '""'])));
    return fields.map((field) => ({ field, message: 'expected no such field' }));
  }
  if (issue.code === 'invalid_key') {
    const [name, ...above] = issue.path.toReversed();
    const message = `${expectationOf(issue)}, received ${describeValue(String(name))}`;
    return [{ field: fieldPath(above.toReversed()), message }];
  }
  if (issue.path.length === 0) return [{ field: '(body)', message: 'expected a JSON object' }];
  const field = fieldPath(issue.path);
  const received = SECRET_FIELDS.has(field) ? describeSecret : describeValue;
  return [{ field, message: `${expectationOf(issue)}, received ${received(valueAt(input, issue.path))}` }];
}

/** As in `jobs[2].priority`, which is how the distributor names the jobs of a batch. */
function fieldPath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

/** A schema without words of its own says "Invalid input: expected string, received number". */
function expectationOf({ message }: z.core.$ZodIssue): string {
  return message.replace(/^Invalid input: /, '').replace(/, received \w+$/, '');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  }, input);
}

function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' ? JSON.stringify(shorten(value)) : String(value);
}

function describeSecret(value: unknown): string {
  if (typeof value === 'string') return `${value.length} characters`;
  return value === undefined ? 'nothing' : 'something that is not a string';
}

function shorten(text: string): string {
  return text.length <= MAX_ECHO_LENGTH ? text : `${text.slice(0, MAX_ECHO_LENGTH)}…`;
}

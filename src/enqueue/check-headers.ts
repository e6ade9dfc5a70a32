import type { FieldMistake } from '../errors.ts';
import { isStorable } from '../tasks/unstorable-text.ts';

/** In characters; all of them together in bytes of JSON. */
const MAX_HEADER_NAME = 256;
const MAX_HEADER_LENGTH = 8_192;
const MAX_HEADERS_BYTES = 1_048_576;

const STORABLE = 'without \\u0000 and halves of surrogate pairs';

/** As `howdah.job_option_mistakes` has it, but with the header that is wrong: of its text nothing is told, as it may be private. */
export function findHeaderMistakes(field: string, value: unknown): FieldMistake[] {
  if (!isObject(value)) return [mistake(field, 'an object of strings', kindOf(value))];
  if (Symbol.iterator in value)
    return [mistake(field, 'an object of strings, such as Object.fromEntries makes', kindOf(value))];
  const headers = Object.entries(value);
  for (const [name, text] of headers) {
    const own = nameMistake(field, name) ?? textMistake(`${field}.${name}`, text);
    if (own) return [own];
  }
  const bytes = Buffer.byteLength(JSON.stringify(value));
  return bytes > MAX_HEADERS_BYTES ? [mistake(field, 'at most 1 MiB of them', `${bytes} bytes`)] : [];
}

function nameMistake(field: string, name: string): FieldMistake | undefined {
  if (name === '__proto__') return mistake(field, 'no header "__proto__"', 'one');
  if (!isStorable(name)) return mistake(field, `names ${STORABLE}`, JSON.stringify(name));
  const length = lengthOf(name);
  if (length >= 1 && length <= MAX_HEADER_NAME) return undefined;
  return mistake(field, `names of 1 to ${MAX_HEADER_NAME} characters`, `one of ${length}`);
}

function textMistake(field: string, text: unknown): FieldMistake | undefined {
  if (typeof text !== 'string') return mistake(field, 'a text', kindOf(text));
  if (!isStorable(text)) return mistake(field, `text ${STORABLE}`, 'another');
  const length = lengthOf(text);
  if (length <= MAX_HEADER_LENGTH) return undefined;
  return mistake(field, `at most ${MAX_HEADER_LENGTH} characters`, String(length));
}

function mistake(field: string, expected: string, received: string): FieldMistake {
  return { field, message: `expected ${expected}, received ${received}` };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (!isObject(value)) return `a ${typeof value}`;
  if (Array.isArray(value)) return 'a list';
  const name = value.constructor?.name ?? 'Object';
  return name === 'Object' ? 'another object' : `a ${name}`;
}

/** An emoji is one character. */
function lengthOf(text: string): number {
  return [...text].length;
}

import { parseExactly } from '../../db/exact-json.ts';
import type { Sent } from './describe-answer.ts';
import { RepeatedValues } from './repeated-values.ts';
import { unescaped } from './unescaped.ts';

/** More members than these are not compared, and nothing of the answer is shown then. */
const MAX_VALUES = 5_000;
/** Nor of a payload with more bytes, which would be parsed for each answer. */
const MAX_BODY = 1_048_576;
/** What is shorter may be part of a word. */
const MIN_TEXT = 3;
const MIN_DIGITS = 4;
const MIN_WORD = 6;
/** JSON in JSON in HTML. */
const MAX_DEPTH = 3;
/** Such a name of a member is a field's; others are data, such as the address by which somebody is known. */
const FIELD = /^(?!.*\d{4})[a-z_][a-z0-9_.-]*$/i;

/**
 * A receiver's text without what it repeats of the request: values of the payload, as a validator's "input: …" has them, headers
 * such as the signature, and the URL's path and query, which may be what lets somebody in. Also where it repeats a part of them,
 * writes capitals otherwise, or escapes them as JSON, HTML and URLs do; then it is the text without those escapes.
 */
export function withheld(text: string, { url, body, texts }: Sent): string {
  const values = valuesOf(body);
  if (values === undefined) return 'an answer to a payload too large to look for it in there';
  const repeated = new RepeatedValues([...values, ...partsOf(url), ...texts.filter(isLong)]);
  const whole = throughEscapes(text, (each) => repeated.hideWhole(each));
  return throughEscapes(whole, (each) => repeated.hideRuns(each));
}

/** Hides in a text, in what it is without its escapes, and so on. */
function throughEscapes(text: string, hide: (text: string) => string): string {
  let shown = hide(text);
  let read = shown;
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const plain = unescaped(read);
    if (plain === read) break;
    read = hide(plain);
    if (read !== plain) shown = read;
  }
  return shown;
}

/** Undefined when there are too many. */
function valuesOf(body: Buffer): string[] | undefined {
  if (body.length > MAX_BODY) return undefined;
  const values: string[] = [];
  const open: unknown[] = [parseExactly(body.toString())];
  while (open.length > 0) {
    const value = open.pop();
    const members = typeof value === 'object' && value !== null ? Object.values(value) : undefined;
    if (open.length + values.length + (members?.length ?? 1) > MAX_VALUES) return undefined;
    if (members) open.push(...members);
    if (members) values.push(...namesOf(value as object));
    else values.push(...told(value));
  }
  return values;
}

function namesOf(value: object): string[] {
  if (Array.isArray(value)) return [];
  return Object.keys(value).filter((name) => isLong(name) && !FIELD.test(name));
}

function told(value: unknown): string[] {
  const text = String(value);
  if (typeof value === 'number' || typeof value === 'bigint') return text.length >= MIN_DIGITS ? [text] : [];
  return typeof value === 'string' && text.length >= MIN_TEXT ? [text] : [];
}

function partsOf({ pathname, search, searchParams }: URL): string[] {
  const decoded = [...searchParams.values()];
  return [pathname, search, `${pathname}${search}`, ...pathname.split('/'), ...decoded].filter(isLong);
}

function isLong(text: string): boolean {
  return text.length >= MIN_WORD;
}

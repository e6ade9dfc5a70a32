import { parseExactly } from '../../db/exact-json.ts';
import type { Sent } from './describe-answer.ts';

/** More members than these are not compared, and nothing of the answer is shown then. */
const MAX_VALUES = 5_000;
/** Nor of a payload with more bytes, which would be parsed for each answer. */
const MAX_BODY = 1_048_576;
/** What is shorter may be part of a word. */
const MIN_TEXT = 3;
const MIN_DIGITS = 4;
/** Of a long text a receiver may repeat a part. */
const LONG_TEXT = 32;
const MIN_WORD = 6;

/**
 * A receiver's text without what it repeats of the request: values of the payload, as a validator's "input: …" has them, headers
 * such as the signature, and the URL's path and query, which may be what lets somebody in.
 */
export function withheld(text: string, { url, body, texts }: Sent): string {
  const values = valuesOf(body);
  if (values === undefined) return 'an answer to a payload too large to look for it in there';
  const repeated = [...values, ...partsOf(url), ...texts.filter(isLong)]
    .flatMap((value) => [value, JSON.stringify(value).slice(1, -1)])
    .filter((value) => text.includes(value))
    .toSorted((one, other) => other.length - one.length);
  return [...new Set(repeated)].reduce((left, value) => left.replaceAll(value, '…'), text);
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
    else values.push(...told(value));
  }
  return values;
}

function told(value: unknown): string[] {
  const text = String(value);
  if (typeof value === 'number' || typeof value === 'bigint') return text.length >= MIN_DIGITS ? [text] : [];
  if (typeof value !== 'string' || text.length < MIN_TEXT) return [];
  if (text.length < LONG_TEXT) return [text];
  return [text, ...text.split(/[\s,;:"'<>()[\]{}]+/).filter((word) => word.length >= MIN_WORD)];
}

function partsOf({ pathname, search, searchParams }: URL): string[] {
  const decoded = [...searchParams.values()];
  return [pathname, search, `${pathname}${search}`, ...pathname.split('/'), ...decoded].filter(isLong);
}

function isLong(text: string): boolean {
  return text.length >= MIN_WORD;
}

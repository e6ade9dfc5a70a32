import { randomUUID } from 'node:crypto';
import { endOfString, QUOTE } from './json-text.ts';
import { doubleDigits, wholeDigits } from './number-literal.ts';
import { parseJson } from './parse-json.ts';

/**
 * Where a JSON number begins that may be a whole one no double holds: so many digits before the point, or an exponent. Some texts
 * have such digits too, which does no harm.
 */
const SUSPECT = /(?:^|[\s[,:])-?(?:\d{16,}|\d[\d.]*[eE]\+?\d)/;

const NUMBER = /[-+.\deE]+/y;
const [MINUS, ZERO, NINE] = [45, 48, 57] as const;

/** In ECMAScript since 2025, in Node since 21, and not in TypeScript's library. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };

/** Which members of what was read are whole numbers beyond 2^53 that are written with the digits they had. */
const LONG_MEMBERS = new WeakMap<object, Set<string>>();

/**
 * What `JSON.parse` gives, but a bigint for each whole number that would be written as another one after it, such as most of
 * 64 bits; `1234567890123456791.0` and `1234567890123456791e0` are whole too. A text without one costs a look for sixteen digits in
 * a row, or an exponent, beside it; with one, a few times as much as `JSON.parse`.
 *
 * @throws {SyntaxError} as `JSON.parse` does
 */
export function parseExactly(text: string): unknown {
  if (!SUSPECT.test(text)) return parseJson(text);
  const mark = randomUUID();
  return replaceLeaves(parseJson(markLong(text, mark)), (value, owner, name) => {
    if (typeof value !== 'string' || !value.startsWith(mark)) return value;
    const source = value.slice(mark.length);
    if (isRounded(source)) return BigInt(source);
    LONG_MEMBERS.set(owner, (LONG_MEMBERS.get(owner) ?? new Set()).add(name));
    return Number(source);
  });
}

/**
 * The whole number that a member is, each digit as it was in its text. Undefined for anything else, and for what may have been
 * rounded: a number beyond 2^53 that was not read by `parseExactly`.
 */
export function wholeNumberAt(owner: object, name: string): bigint | undefined {
  const value: unknown = Reflect.get(owner, name);
  if (typeof value !== 'number') return undefined;
  if (Number.isSafeInteger(value)) return BigInt(value);
  return LONG_MEMBERS.get(owner)?.has(name) ? BigInt(doubleDigits(value)) : undefined;
}

/**
 * What `JSON.stringify` gives, with every digit of a bigint. Undefined for what JSON has no word for.
 *
 * @throws {TypeError} for what refers to itself, and whatever a getter or `toJSON` throws
 */
export function stringifyExactly(value: unknown, indent?: number): string | undefined {
  try {
    return JSON.stringify(value, undefined, indent);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  // It has a bigint, or refers to itself. What is called for each member takes several times as long.
  return JSON.stringify(value, (_, member) => rawNumber(member), indent);
}

/** The same value for `JSON.stringify`, which refuses a bigint: one that has them is copied. */
export function withRawNumbers(value: unknown): unknown {
  let hasBigInt = false;
  replaceLeaves(value, (leaf) => {
    hasBigInt ||= typeof leaf === 'bigint';
    return leaf;
  });
  return hasBigInt ? replaceLeaves(structuredClone(value), rawNumber) : value;
}

function rawNumber(value: unknown): unknown {
  return typeof value === 'bigint' ? rawJSON(String(value)) : value;
}

/** The text with each whole number beyond 2^53 as a string that begins with the mark. */
function markLong(text: string, mark: string): string {
  const parts: string[] = [];
  let from = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const isNumber = code === MINUS || (code >= ZERO && code <= NINE);
    const end = code === QUOTE ? endOfString(text, at) : isNumber ? endOfNumber(text, at) : at + 1;
    const long = isNumber ? longDigits(text.slice(at, end)) : undefined;
    if (long !== undefined) {
      parts.push(text.slice(from, at), `"${mark}${long}"`);
      from = end;
    }
    at = end;
  }
  return parts.join('') + text.slice(from);
}

function endOfNumber(text: string, at: number): number {
  NUMBER.lastIndex = at;
  NUMBER.test(text);
  return NUMBER.lastIndex;
}

/** Those of a whole number that may not be what a double holds. */
function longDigits(literal: string): string | undefined {
  const value = Number(literal);
  return Number.isInteger(value) && Number.isSafeInteger(value) ? undefined : wholeDigits(literal);
}

/** Also 2^64, which a double is and which would be written as 18446744073709552000; what JavaScript writes is not. */
function isRounded(digits: string): boolean {
  return doubleDigits(Number(digits)) !== digits;
}

/** Changes a value of JSON in place, however deep it goes. */
function replaceLeaves(
  root: unknown,
  replace: (leaf: unknown, owner: object, name: string) => unknown,
): unknown {
  const holder = { root };
  const open: object[] = [holder];
  for (let each = open.pop(); each; each = open.pop()) {
    for (const [name, value] of Object.entries(each)) {
      if (typeof value === 'object' && value !== null) open.push(value);
      else replaceMember(each, name, replace(value, each, name));
    }
  }
  return holder.root;
}

/** Not by assignment, which makes something else of `__proto__`. */
function replaceMember(owner: object, name: string, value: unknown): void {
  if (Object.is(Reflect.get(owner, name), value)) return;
  Object.defineProperty(owner, name, { value, configurable: true, enumerable: true, writable: true });
}

import { endOfString, pathAt, QUOTE } from './json-text.ts';

/** A number that JavaScript would change. */
export interface RoundedNumber {
  /** As it stands in the text. */
  readonly source: string;
  /** Where: `payload.items[3].id`; empty for the text itself. Shortened where it is very long. */
  readonly path: string;
}

/**
 * The first number of a JSON text that `JSON.parse` would change: a whole one that no double is, such as a 64-bit id, or one
 * beyond 1.8e308. Undefined without one, and for a text that is no JSON.
 *
 * Takes time in proportion to the text, a few times that of `JSON.parse` at most, and no memory, whatever the text holds. Only
 * a text that has such a number is parsed.
 */
export function findRoundedNumber(json: string): RoundedNumber | undefined {
  let at = 0;
  while (at < json.length) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at);
    else if (code === MINUS || isDigit(code)) {
      const wholeEnd = endOfDigits(json, at + 1);
      const fractionEnd = json.charCodeAt(wholeEnd) === POINT ? endOfDigits(json, wholeEnd + 1) : wholeEnd;
      const end = isExponent(json.charCodeAt(fractionEnd)) ? endOfDigits(json, fractionEnd + 2) : fractionEnd;
      if (isRounded(json, { at, wholeEnd, fractionEnd, end })) return describe(json, at, end);
      at = end;
    } else at += 1;
  }
  return undefined;
}

/** Where its parts stand; those that it has not are empty. */
interface Literal {
  at: number;
  wholeEnd: number;
  fractionEnd: number;
  end: number;
}

const [NINE, MINUS, POINT, ZERO, UPPER_E, LOWER_E] = [57, 45, 46, 48, 69, 101] as const;

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

function isExponent(code: number): boolean {
  return code === LOWER_E || code === UPPER_E;
}

function endOfDigits(json: string, from: number): number {
  let at = from;
  while (isDigit(json.charCodeAt(at))) at += 1;
  return at;
}

/** So few digits are always exact. */
const EXACT_LENGTH = 15;

/** Longer than any double, its sign included. */
const ENDLESS_LENGTH = 310;

/**
 * What has a fraction or an exponent is an approximation to begin with, and is changed only where it has no double at all, or is a
 * whole number nevertheless: `1234567890123456791.0`. Looks at the characters where they are: a copy of each number takes longer
 * than to parse it.
 */
function isRounded(json: string, literal: Literal): boolean {
  const { at, wholeEnd, fractionEnd, end } = literal;
  if (end === fractionEnd && wholeEnd - at <= EXACT_LENGTH) return false;
  if (end === wholeEnd && wholeEnd - at > ENDLESS_LENGTH) return true;
  const value = Number(json.slice(at, end));
  if (!Number.isFinite(value)) return true;
  if (fractionEnd - at <= EXACT_LENGTH || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return false;
  const lastAt = lastDigit(json, literal);
  if (!isWhole(json, literal, lastAt)) return false;
  // JavaScript itself writes 1e300, though no double is that.
  const isExactly = end > fractionEnd || BigInt(json.slice(at, wholeEnd)) === BigInt(value);
  return !isExactly || !hasDigits(json, { from: at, to: lastAt + 1 }, String(value));
}

/** Where the last is that is not 0. */
function lastDigit(json: string, { at, fractionEnd }: Literal): number {
  let last = fractionEnd - 1;
  while (last > at && !isNonZero(json.charCodeAt(last))) last -= 1;
  return last;
}

function isWhole(json: string, { wholeEnd, fractionEnd, end }: Literal, lastAt: number): boolean {
  const power = lastAt < wholeEnd ? wholeEnd - 1 - lastAt : wholeEnd - lastAt;
  const exponent = end > fractionEnd ? Number(json.slice(fractionEnd + 1, end)) : 0;
  return power + exponent >= 0;
}

/** Whether a part of the text has the digits that JavaScript wrote; zeros at either end say nothing. */
function hasDigits(json: string, { from, to }: { from: number; to: number }, written: string): boolean {
  let at = nextDigit(json, from, to, true);
  let writtenAt = nextDigit(written, 0, written.length, true);
  while (at < to && json.charCodeAt(at) === written.charCodeAt(writtenAt)) {
    at = nextDigit(json, at + 1, to);
    writtenAt = nextDigit(written, writtenAt + 1, written.length);
  }
  return at >= to && nextDigit(written, writtenAt, written.length, true) === written.length;
}

/** Where the next is; the end where there is none before it, nor before an exponent. */
function nextDigit(text: string, from: number, end: number, skipsZeros = false): number {
  for (let at = from; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (isExponent(code)) return end;
    if (skipsZeros ? isNonZero(code) : isDigit(code)) return at;
  }
  return end;
}

function isNonZero(code: number): boolean {
  return code > ZERO && code <= NINE;
}

function describe(json: string, at: number, end: number): RoundedNumber | undefined {
  return isJson(json) ? { source: json.slice(at, end), path: pathAt(json, at) } : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

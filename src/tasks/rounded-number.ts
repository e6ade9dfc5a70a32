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

/** So few digits are always exact, and so few before the point are never beyond 1.8e308. */
const EXACT_LENGTH = 15;
const FINITE_LENGTH = 308;

/** Longer than any double, its sign included. */
const ENDLESS_LENGTH = 310;

/** What has a fraction or an exponent is an approximation to begin with, and is changed only where it has no double at all. */
function isRounded(json: string, { at, wholeEnd, fractionEnd, end }: Literal): boolean {
  const wholeLength = wholeEnd - at;
  if (end === wholeEnd) {
    if (wholeLength <= EXACT_LENGTH) return false;
    return wholeLength > ENDLESS_LENGTH || isRoundedWhole(json.slice(at, end));
  }
  if (end === fractionEnd && wholeLength <= FINITE_LENGTH) return false;
  return !Number.isFinite(Number(json.slice(at, end)));
}

function isRoundedWhole(source: string): boolean {
  const value = Number(source);
  if (Number.isSafeInteger(value)) return false;
  return !Number.isFinite(value) || BigInt(source) !== BigInt(value) || inDigits(String(value)) !== source;
}

/** As it would be written, such as 18446744073709552000 for 2^64, which a double is; without an exponent. */
function inDigits(written: string): string {
  const [, whole = written, fraction = '', exponent = '0'] =
    /^(-?\d)(?:\.(\d+))?e\+(\d+)$/.exec(written) ?? [];
  return whole + fraction.padEnd(Number(exponent), '0');
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

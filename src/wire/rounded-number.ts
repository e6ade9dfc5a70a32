/** Numbers that a double may not hold have sixteen digits or a big exponent; most bodies have neither. */
const SUSPECT = /\d{16}|\de\+?\d{3}/i;

/**
 * The first number of a JSON text that JavaScript would change: a whole one beyond 2^53, such as a 64-bit id, or one
 * beyond 1.8e308. Undefined without one, and for a text that is no JSON.
 */
export function findRoundedNumber(json: string): string | undefined {
  if (!SUSPECT.test(json)) return undefined;
  let found: string | undefined;
  const look = (_key: string, value: unknown, { source = '' }: { source?: string } = {}) => {
    if (typeof value === 'number' && isRounded(value, source)) found ??= source;
    return value;
  };
  try {
    JSON.parse(json, look);
  } catch {
    return undefined;
  }
  return found;
}

function isRounded(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return true;
  return /^-?\d+$/.test(source) && BigInt(source) !== BigInt(value);
}

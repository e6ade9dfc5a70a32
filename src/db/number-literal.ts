const LITERAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/;
const WHOLE = /^-?\d+$/;

/**
 * The digits of a number in JSON that is a whole one, however it is written: 12300 for `1.23e4` and `12300.0`. Undefined for any
 * other, and for one with a fraction or an exponent that is beyond 1.8e308.
 */
export function wholeDigits(literal: string): string | undefined {
  if (WHOLE.test(literal)) return literal;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = LITERAL.exec(literal) ?? [];
  if (whole === '' || !Number.isFinite(Number(literal))) return undefined;
  const digits = (whole + fraction).replace(/^0+/, '');
  const point = digits.length - fraction.length + Number(exponent);
  if (digits === '') return '0';
  if (point <= 0 || /[1-9]/.test(digits.slice(point))) return undefined;
  return sign + digits.slice(0, point).padEnd(point, '0');
}

/** As JavaScript would write a whole number, such as 18446744073709552000 for 2^64, which a double is; without an exponent. */
export function doubleDigits(value: number): string {
  const written = String(value);
  const [, whole = written, fraction = '', exponent = '0'] =
    /^(-?\d)(?:\.(\d+))?e\+(\d+)$/.exec(written) ?? [];
  return whole + fraction.padEnd(Number(exponent), '0');
}

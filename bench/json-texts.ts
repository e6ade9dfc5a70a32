const MIB = 1_048_576;

/** So much is the largest body that the API takes. */
const LARGEST = 16 * MIB - 1_024;

/** Texts of the largest size that a body may have, each of what is hard for somebody who reads numbers in them. */
export function jsonTexts(length = LARGEST): Readonly<Record<string, string>> {
  const half = Math.floor(length / 2);
  return {
    'doubles of 17 digits': list('0.12345678901234567', length),
    'whole numbers that are exact': list('9007199254740994', length),
    'whole numbers of 308 digits': list((2n ** 1023n).toString(), length),
    'numbers with an exponent': list('1e300', length),
    'long numbers with an exponent': list('1.2345678901234567e+300', length),
    'long numbers with an exponent, and a zero': list('1.23456789012345670e300', length),
    'exact ones with a fraction': list('9007199254740994.0', length),
    'one number without end': `[0.${'1'.repeat(length)}]`,
    'one digit after the other': list('1', length),
    'many small members': list('{"a":1}', length),
    'short texts': list('"abcdefgh"', length),
    'one text of digits': `["${'1'.repeat(length)}"]`,
    'one text of quotes': `["${'\\"'.repeat(half)}"]`,
    'one text of backslashes': `["${'\\\\'.repeat(half)}"]`,
    'list in list': '['.repeat(half) + ']'.repeat(half),
    'many that are rounded': list('9007199254740993', length),
  };
}

function list(element: string, length: number): string {
  return `[${new Array<string>(Math.floor(length / (element.length + 1))).fill(element).join(',')}]`;
}

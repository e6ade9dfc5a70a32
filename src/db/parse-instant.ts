const [ZERO, NINE, DOT, PLUS] = [48, 57, 46, 43] as const;

/**
 * A `timestamptz` as our sessions write it: `2026-11-26 04:05:06.789123+00`. Five times as fast as by a regular expression,
 * which for four of them a row is a tenth of what a job costs. Milliseconds are cut off, not rounded, as by `pg`.
 *
 * @param otherwise what reads all that is written otherwise: `infinity`, years before 1000 and after 9999, other zones
 */
export function parseInstant<Other>(text: string, otherwise: (text: string) => Other): Date | Other {
  const end = text.length - 3;
  const isPlain =
    end >= 19 &&
    text.charCodeAt(0) > ZERO &&
    text.charCodeAt(0) <= NINE &&
    text.charCodeAt(4) === text.charCodeAt(7) &&
    text.charCodeAt(end) === PLUS &&
    text.endsWith('00') &&
    (end === 19 || text.charCodeAt(19) === DOT);
  if (!isPlain) return otherwise(text);
  const seconds = Date.UTC(
    100 * pair(text, 0) + pair(text, 2),
    pair(text, 5) - 1,
    pair(text, 8),
    pair(text, 11),
    pair(text, 14),
    pair(text, 17),
  );
  return new Date(seconds + milliseconds(text, end));
}

function pair(text: string, at: number): number {
  return 10 * (text.charCodeAt(at) - ZERO) + text.charCodeAt(at + 1) - ZERO;
}

function milliseconds(text: string, end: number): number {
  let whole = 0;
  for (let at = 20, worth = 100; at < end && worth >= 1; at++, worth /= 10) {
    whole += worth * (text.charCodeAt(at) - ZERO);
  }
  return whole;
}

/** Statements that a wrapping remembers; there are some dozens. */
const MOST_KNOWN = 200;

interface Wrapped {
  valueCount: number;
  text: string;
}

/**
 * `wrap`, done once for each text: statements are few, long, and asked again and again, and one that is the same object as
 * before need not be read to be recognised.
 *
 * @param wrap what it makes of a text depends on that and its number of values alone
 */
export function wrapping(
  wrap: (text: string, valueCount: number) => string,
): (text: string, valueCount: number) => string {
  const known = new Map<string, Wrapped>();
  return (text, valueCount) => {
    const before = known.get(text);
    if (before?.valueCount === valueCount) return before.text;
    const wrapped = { valueCount, text: wrap(text, valueCount) };
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(text, wrapped);
    return wrapped.text;
  };
}

/** A property as a text, whatever it holds and does when it is read: empty for none. */
export function readText(owner: unknown, property: string): string {
  const value = readValue(owner, property);
  return value === undefined || value === null ? '' : textOf(value, property);
}

/**
 * What `String` makes of it, which throws for what has no text: an object without a prototype, or one of somebody's JSON with a
 * member `toString`. That is told as `a value that cannot be shown`.
 *
 * @param what what the value is called there. @default 'value'
 */
export function textOf(value: unknown, what = 'value'): string {
  try {
    return String(value);
  } catch {
    return `a ${what} that cannot be shown`;
  }
}

/** A property; undefined also when it cannot be read. */
export function readValue(owner: unknown, property: string): unknown {
  try {
    return (owner as Record<string, unknown> | null | undefined)?.[property];
  } catch {
    return undefined;
  }
}

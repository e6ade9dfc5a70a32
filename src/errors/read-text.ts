/** A property as a text, whatever it holds and does when it is read: empty for none. */
export function readText(owner: unknown, property: string): string {
  const value = readValue(owner, property);
  try {
    return value === undefined || value === null ? '' : String(value);
  } catch {
    return `a ${property} that cannot be shown`;
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

const UNIQUE_VIOLATION = '23505';

/** Name of the unique index that an error says was violated; undefined for any other error. */
export function violatedIndex(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && current.code === UNIQUE_VIOLATION && 'constraint' in current) {
      return String(current.constraint);
    }
  }
  return undefined;
}

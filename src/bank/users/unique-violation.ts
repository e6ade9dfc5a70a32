import { causesOf } from '../../index.ts';

const UNIQUE_VIOLATION = '23505';

/** Name of the unique index that an error, or what it was caused by, says was violated; undefined for any other. */
export function violatedIndex(error: unknown): string | undefined {
  for (const cause of causesOf(error)) {
    if (!(cause instanceof Error) || !('code' in cause) || cause.code !== UNIQUE_VIOLATION) continue;
    return 'constraint' in cause ? String(cause.constraint) : undefined;
  }
  return undefined;
}

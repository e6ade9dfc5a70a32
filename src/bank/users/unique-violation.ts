import { DrizzleQueryError } from 'drizzle-orm/errors';

const UNIQUE_VIOLATION = '23505';

/** Name of the unique index that an error says was violated; undefined for any other error. */
export function violatedIndex(error: unknown): string | undefined {
  const raised = error instanceof DrizzleQueryError ? error.cause : error;
  if (!(raised instanceof Error) || !('code' in raised) || raised.code !== UNIQUE_VIOLATION) return undefined;
  return 'constraint' in raised ? String(raised.constraint) : undefined;
}

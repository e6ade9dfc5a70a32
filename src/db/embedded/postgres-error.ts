/** Why the embedded Postgres cannot run and what to do about it, in words for the person at the terminal. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

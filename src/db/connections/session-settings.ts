/** Settings of a Postgres session, by name; values are as `SET` takes them. */
export type SessionSettings = Readonly<Record<string, string>>;

/**
 * What Howdah's statements rely on, whatever the server, the database or the role have for a default. Every session of
 * ours has these from its first statement on. Only what each role may set on each supported version of Postgres is in
 * here; what that leaves out is examined by doctor.
 */
export const SESSION_SETTINGS: SessionSettings = {
  // Fetches, gate, fence and locks want a snapshot a statement; under others they would fail with 40001 or wait on.
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',

  // A statement may have to wait for as long as whoever runs it says, and a session that listens is idle for days.
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',

  // What a name means. Howdah's own are qualified; the application's tables are in public.
  search_path: 'public',
  row_security: 'on',

  // How text is read and written: pg and the fingerprint of the engine understand these forms only.
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  quote_all_identifiers: 'off',
  standard_conforming_strings: 'on',
  backslash_quote: 'safe_encoding',
  array_nulls: 'on',
  transform_null_equals: 'off',

  // Under `all`, a function of ours that may drop rows in silence would fail instead.
  'plpgsql.extra_errors': 'none',
  'plpgsql.extra_warnings': 'none',

  // Debugging a server must not send each of our sessions pages of text.
  client_min_messages: 'warning',
};

/** Those that a pooler keeps for each of its clients, and sets on whatever session serves it. Source: PgBouncer 1.18. */
export const TRACKED_BY_POOLERS = ['DateStyle', 'TimeZone', 'standard_conforming_strings'] as const;

/**
 * The settings as the `options` of a connection, which outrank the defaults of server, database and role and cost no
 * statement. Source: libpq's `options`; a backslash keeps what follows it in one word.
 */
export function toStartupOptions(settings: SessionSettings): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\\s]/g, '\\$&')}`)
    .join(' ');
}

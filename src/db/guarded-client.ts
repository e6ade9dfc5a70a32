import { type PgQueryable, queryRows, type SqlClient } from './sql-client.ts';
import { wrapping } from './wrapping.ts';

/** The setting that tells a transaction from what is outside of it: local to it, and its value is nobody else's. */
export const BEGUN = 'howdah.begun';

/**
 * The transaction's client for statements that are sent before its begin was answered. The server would do them by themselves
 * were the begin alone to fail, and nothing would roll them back; so each looks for the transaction's token and fails without
 * it, and a statement that fails leaves nothing behind. Rows have a `begun` beside their own columns.
 *
 * Takes what changes something by functions only, as `select … from howdah.…`, and returns a row whenever it did.
 */
export function guardedClient(tx: SqlClient, token: string): PgQueryable {
  return {
    async query(text, values) {
      return { rows: await queryRows(tx, guarded(text, values.length), [...values, token]) };
    },
  };
}

const guarded = wrapping((text, valueCount) => {
  const isBegun = `current_setting('${BEGUN}', true) = $${valueCount + 1}::text`;
  return `
    select asked.*, 1 / coalesce((${isBegun})::integer, 0) as begun from (${text}) asked`;
});

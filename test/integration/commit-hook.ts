import type pg from 'pg';
import { waitFor } from '../support/wait-for.ts';

/** Any number that nothing else locks. */
const HELD = 4711;

/**
 * Makes the commit of a sign-up do what its account says, after everything of it was written:
 * `taken-…` violates the unique index of accounts, `broken-…` fails for no good reason, `held-…` waits for the test.
 */
export async function hookCommits(pool: pg.Pool): Promise<void> {
  await pool.query(`
    create function hook_commit() returns trigger language plpgsql as $$
    begin
      if new.account like 'taken-%' then
        raise unique_violation using constraint = 'users_account_key', table = 'users', schema = 'public';
      elsif new.account like 'broken-%' then
        raise exception 'the commit was made to fail';
      elsif new.account like 'held-%' then
        perform pg_advisory_xact_lock(${HELD});
      end if;
      return null;
    end $$;
    create constraint trigger hook_commit after insert on users deferrable initially deferred
      for each row execute function hook_commit()`);
}

/** Commits of `held-…` accounts wait from now on. */
export async function holdCommits(pool: pg.Pool) {
  const client = await pool.connect();
  await client.query('select pg_advisory_lock($1)', [HELD]);
  let letting: Promise<void> | undefined;
  return {
    /** The backend whose commit waits. */
    waitingPid: () =>
      waitFor('a commit to wait', async () => {
        const { rows } = await pool.query<{ pid: number }>(
          `select pid from pg_locks where locktype = 'advisory' and objid = ${HELD} and not granted
             and database = (select oid from pg_database where datname = current_database())`,
        );
        return rows[0]?.pid;
      }),
    /** Safe to call twice. */
    letGo() {
      letting ??= client.query('select pg_advisory_unlock($1)', [HELD]).then(() => client.release());
      return letting;
    },
  };
}

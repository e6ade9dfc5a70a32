import type pg from 'pg';

/** What sessions that are being closed have, in hundredths of a second. */
const TRIES = 50;

/**
 * Removes the database, whoever is still connected. Sessions that are just being closed have half a second for it: a Pool's `end`
 * resolves before its sessions are gone, and one that is ended from here instead has its Pool emit an error, which ends a process
 * that does not listen for it.
 *
 * @param admin connected to another database of the server
 * @param name a plain one, which is not quoted
 */
export async function dropDatabase(admin: pg.Client, name: string): Promise<void> {
  await admin.query(`
    do $$
    begin
      for i in 1..${TRIES} loop
        exit when not exists (select from pg_catalog.pg_stat_activity where datname = '${name}');
        perform pg_catalog.pg_sleep(0.01);
        perform pg_catalog.pg_stat_clear_snapshot();
      end loop;
    end
    $$`);
  await admin.query(`drop database if exists ${name} with (force)`);
}

import { queryRows, type SqlClient } from '../db/sql-client.ts';

/** What is wrong when this is a copy of the database whose workers ran its jobs, and what to do; null when it is not. */
export async function readInstallationProblem(client: SqlClient): Promise<string | null> {
  const [row] = await queryRows<{ problem: string | null }>(
    client,
    'select howdah.installation_problem() as problem',
    [],
  );
  return row?.problem ?? null;
}

/** The role that may adopt the database, its schemas' owner, where this one may not; else null. */
export async function readAdopterInstead(client: SqlClient): Promise<string | null> {
  const [row] = await queryRows<{ owner: string | null }>(
    client,
    `select case when not has_function_privilege('howdah.adopt_installation()', 'execute')
                 then pg_get_userbyid(n.nspowner)::text end as owner
     from pg_namespace n where n.nspname = 'howdah'`,
    [],
  );
  return row?.owner ?? null;
}

/**
 * The jobs in here are this database's from now on; the workers of the original are forgotten.
 *
 * @returns how many those were; null when there was nothing to adopt
 */
export async function adoptInstallation(tx: SqlClient): Promise<number | null> {
  const [row] = await queryRows<{ runners: number | null }>(
    tx,
    'select howdah.adopt_installation() as runners',
    [],
  );
  return row?.runners ?? null;
}

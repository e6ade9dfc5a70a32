import type pg from 'pg';
import { namingOfClient } from '../naming.ts';
import { describePlan, isDone, type MigrationPlan } from './plan.ts';

/** Postgres' insufficient_privilege. */
const DENIED = '42501';

/** Something is due in the database that this process will not do, or may not; what and who may is in the message. */
export class MigrationDueError extends Error {
  override readonly name = 'MigrationDueError';
}

/** What is due, and who brings it about, for a start that only looks. */
export async function migrationDue(client: pg.Client, plan: MigrationPlan): Promise<MigrationDueError> {
  return new MigrationDueError(
    `migrating is off here (AUTO_MIGRATE=off, or migrate: false), and this database lacks ${describePlan(plan)}: ` +
      `${await whoMay(client)} (nothing was changed)`,
  );
}

/** A sequence that lags is due too. @param names of the sequences */
export async function sequencesDue(client: pg.Client, names: readonly string[]): Promise<MigrationDueError> {
  return new MigrationDueError(
    `the sequences ${names.join(', ')} would give out ids that are taken, as after a restore without them: ` +
      `${await whoMay(client)}, which moves them`,
  );
}

/** Whether it lacked a right. */
export function isDenial(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === DENIED;
}

/** The same where it was tried with a role that lacks the right; any other error is given back as it is. */
export async function explainDenial(
  client: pg.Client,
  { error, plan }: { error: unknown; plan: MigrationPlan | undefined },
): Promise<unknown> {
  if (!isDenial(error)) return error;
  const { rows } = await client.query<{ role: string }>('select current_user as role');
  const role = rows[0]?.role ?? '';
  if (plan === undefined || isDone(plan)) {
    const remedy = namingOfClient(client).installed(`grant howdah_worker to "${role}"`);
    return new MigrationDueError(
      `role "${role}" may not look at Howdah's tables (${error.message}): ${remedy}`,
      { cause: error },
    );
  }
  return new MigrationDueError(
    `this database lacks ${describePlan(plan)}, and role "${role}" may not bring it about (${error.message}): ` +
      `${await whoMay(client)} (nothing was changed)`,
    { cause: error },
  );
}

async function whoMay(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ owner: string | null; database_owner: string }>(
    `select (select pg_get_userbyid(n.nspowner) from pg_namespace n where n.nspname = 'howdah') as owner,
            pg_get_userbyid(d.datdba) as database_owner
     from pg_database d where d.datname = current_database()`,
  );
  const { owner, database_owner: databaseOwner } = rows[0] ?? {};
  return owner
    ? `run npx howdah migrate as role "${owner}", which owns Howdah's schemas`
    : `run npx howdah migrate as a role that may create schemas here, such as "${databaseOwner}", which owns the database`;
}

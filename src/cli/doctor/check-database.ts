import type { Config } from '../../config.ts';
import type { Session } from '../../db/connections/session.ts';
import { nameEdited } from '../../db/migration/edited-migrations.ts';
import { readPlan } from '../../db/migration/migrate.ts';
import { isDone, type MigrationPlan } from '../../db/migration/plan.ts';
import { hasNewerSchema } from '../../db/migration/schema-version.ts';
import { checkEngines, EngineMismatchError } from '../../db/schema/engine-fingerprint.ts';
import { type MigratedApp, migrationTarget } from '../../start/database/migration-target.ts';
import { checkClock } from './check-clock.ts';
import { checkColumnDefaults } from './check-column-defaults.ts';
import { checkConnections } from './check-connections.ts';
import { checkGrants } from './check-grants.ts';
import { checkLocks } from './check-locks.ts';
import { checkRoles } from './check-roles.ts';
import { checkSequences } from './check-sequences.ts';
import { checkTriggers } from './check-triggers.ts';
import { error, type Finding, ok, warning } from './finding.ts';
import { guarded } from './guarded.ts';

const OLDEST = 15;
const NEWEST = 18;

export interface DatabaseFindings {
  findings: Finding[];
  /** False where there is nothing to look into: another version, none, or no right to. */
  isUsable: boolean;
}

/** Whether the server fits, and holds this version of Howdah on the engine it was built for. */
export async function checkDatabase(
  session: Session,
  config: Config,
  app: MigratedApp | undefined,
): Promise<DatabaseFindings> {
  const version = await guarded(session, 'the version', () => checkVersion(session));
  const server = [
    ...(await guarded(session, 'the clock', () => checkClock(session))),
    ...(await guarded(session, 'connections', () => checkConnections(session, config))),
    ...(await guarded(session, 'locks', () => checkLocks(session))),
  ];
  const base = await guarded(session, 'grants', () => checkGrants(session));
  if (!hasError([...version, ...base])) {
    base.push(
      ...(await guarded(session, 'the installed version', () => checkInstalled(session, config, app))),
    );
  }
  const findings = [...version, ...server, ...base];
  if (hasError([...version, ...base])) return { findings, isUsable: false };
  findings.push(...(await guarded(session, 'the engine', () => checkEveryEngine(session))));
  findings.push(...(await guarded(session, 'triggers', () => checkTriggers(session))));
  findings.push(...(await guarded(session, 'defaults of columns', () => checkColumnDefaults(session))));
  findings.push(...(await guarded(session, 'sequences', () => checkSequences(session))));
  findings.push(...(await guarded(session, 'roles', () => checkRoles(session))));
  return { findings, isUsable: true };
}

/** @param number as in `server_version_num`: 180004 is 18.4 */
export function judgeVersion({ number, text }: { number: number; text: string }): Finding {
  const major = Math.floor(number / 10_000);
  if (major < OLDEST) {
    return error(`Postgres ${text}`, `Howdah needs Postgres ${OLDEST} or later: upgrade the server`);
  }
  if (major > NEWEST) {
    return warning(`Postgres ${text}`, `Howdah is tested up to Postgres ${NEWEST}`);
  }
  return ok(`Postgres ${text}`);
}

function hasError(findings: readonly Finding[]): boolean {
  return findings.some(({ level }) => level === 'error');
}

async function checkVersion(session: Session): Promise<Finding> {
  const { rows } = await session.query<{ number: number; text: string }>(
    `select current_setting('server_version_num')::integer as number, current_setting('server_version') as text`,
  );
  return judgeVersion(rows[0] ?? { number: 0, text: 'unknown' });
}

async function checkInstalled(
  session: Session,
  config: Config,
  app: MigratedApp | undefined,
): Promise<Finding[]> {
  if (await hasNewerSchema(session)) {
    return [
      error('the database is at a newer version than this one', 'update this one; do not migrate with it'),
    ];
  }
  const plan = await readPlan(session, migrationTarget(config, app));
  const edited = plan.edited.map((each) =>
    warning(nameEdited(each), 'npx howdah migrate --check says what to do about it'),
  );
  return [...edited, await judgePlan(session, plan)];
}

async function judgePlan(session: Session, plan: MigrationPlan): Promise<Finding> {
  if (isDone(plan)) return ok('tables, functions and triggers of this version');
  const { rows } = await session.query("select from pg_namespace where nspname = 'howdah'");
  const what =
    rows.length === 0 ? 'Howdah is not installed in this database' : 'the database is at another version';
  return error(what, 'run npx howdah migrate with these settings; every start does it too');
}

async function checkEveryEngine(session: Session): Promise<Finding[]> {
  const { rows } = await session.query<{ name: string; schema_name: string }>(
    'select name, schema_name from howdah.queue_registry order by name',
  );
  const findings: Finding[] = [];
  for (const { name, schema_name } of rows) {
    findings.push(await checkEngineOf(session, { queue: name, schema: schema_name }));
  }
  return findings;
}

async function checkEngineOf(
  session: Session,
  { queue, schema }: { queue: string; schema: string },
): Promise<Finding> {
  try {
    await checkEngines(session, [schema]);
    return ok(`engine of queue "${queue}"`);
  } catch (mismatch) {
    if (!(mismatch instanceof EngineMismatchError)) throw mismatch;
    return error(mismatch.message, 'no worker will start before that');
  }
}

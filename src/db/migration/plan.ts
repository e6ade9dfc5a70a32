import { EngineMismatchError } from '../schema/engine-fingerprint.ts';
import { ENGINE_SCHEMA_VERSION } from '../schema/engine-schema.ts';
import { queueSchema } from '../schema/queue-schema.ts';
import { fingerprint, renderRepeatableSql } from '../schema/repeatable-sql.ts';
import { sqlRevision } from '../schema/sql-revision.ts';
import type {
  ApplicationMigrations,
  PendingApplication,
  PendingMigration,
} from './application-migrations.ts';
import { type EditedMigration, editedMigrations } from './edited-migrations.ts';
import { refuseForeignSchemas } from './foreign-schema.ts';
import { isOfLaterVersion, numberedMigrations } from './numbered-migrations.ts';
import { pendingApplications, pendingMigrations } from './pending-migrations.ts';
import { refuseRenamed } from './renamed-application.ts';
import { NewerSchemaError } from './schema-version.ts';
import { HOWDAH, type MigrationState } from './state.ts';

/** What a deployment wants of its database. */
export interface MigrationTarget {
  /** Queues it works on; `default` and every queue made before are always among them. */
  queues: readonly string[];
  /** Applications with migrations of their own. @default none */
  applications?: readonly ApplicationMigrations[];
}

/** What would bring a database to this version. */
export interface MigrationPlan {
  /** Whether there is the table of applied migrations, by which turns are taken. */
  hasJournal: boolean;
  /** Howdah's own. */
  migrations: readonly PendingMigration[];
  /** Applications that have some, in their order. */
  applications: readonly PendingApplication[];
  /** Howdah's and applications' whose files are not what was applied. Nothing is done about them. */
  edited: readonly EditedMigration[];
  /** Every queue there is to be: those configured, `default`, and all that were made before, also those that were removed. */
  queues: readonly string[];
  newQueues: readonly string[];
  /** Configured ones that were removed, whose schemas are there: to be made again. */
  restored: readonly string[];
  /** keep: nothing; add: only the new queues' part; replace: all of it. */
  sql: 'keep' | 'add' | 'replace';
  /** A later version's repeatable SQL is installed, and stays. */
  isSqlNewer: boolean;
  /** Whether a queue that was made before is to be migrated: Howdah's triggers must be away meanwhile. */
  hasOlderEngine: boolean;
}

/**
 * @throws {ForeignSchemaError} when a schema is there, and somebody else's, that is to be made
 * @throws {NewerSchemaError} when a later version has migrated the database, or has to make a queue
 * @throws {EngineMismatchError} when a newer engine than this version's has been at a queue
 * @throws {MigrationFolderError} when an application's migrations cannot be read
 * @throws {RenamedApplicationError} when they were applied as those of another
 */
export function planMigration(state: MigrationState, target: MigrationTarget): MigrationPlan {
  const { applications = [] } = target;
  const queues = [...new Set(['default', ...target.queues, ...state.queues])].sort();
  const newQueues = queues.filter((queue) => !state.queues.includes(queue));
  refuseForeignSchemas(state, newQueues);
  refuseNewerSchema(state);
  for (const each of applications) refuseRenamed(state, each);
  for (const queue of queues) refuseNewerEngine(state, queueSchema(queue));
  const isSqlNewer = state.installed !== undefined && state.installed.revision > sqlRevision();
  if (isSqlNewer && newQueues.length > 0) throw newQueuesOfLaterVersion(newQueues);
  const hasOlderEngine = state.queues.some((queue) => isOlder(state.engines.get(queueSchema(queue))));
  const sql = isSqlNewer ? 'keep' : planSql(state, queues);
  return {
    hasJournal: state.hasJournal,
    migrations: pendingMigrations(state),
    applications: pendingApplications(state, applications),
    edited: editedMigrations(state, applications),
    queues,
    newQueues,
    restored: state.removed.filter((queue) => target.queues.includes(queue)),
    sql: sql === 'add' && hasOlderEngine ? 'replace' : sql,
    isSqlNewer,
    hasOlderEngine,
  };
}

/** Whether a start would change nothing. */
export function isDone(plan: MigrationPlan): boolean {
  const { migrations, applications, sql } = plan;
  return (
    migrations.length === 0 && applications.length === 0 && absentQueues(plan).length === 0 && sql === 'keep'
  );
}

/** Whether nothing but new queues is due: what is there is at this version. */
export function isAddition({ migrations, applications, sql, hasJournal }: MigrationPlan): boolean {
  return hasJournal && migrations.length === 0 && applications.length === 0 && sql !== 'replace';
}

/** Queues that nobody can enqueue to yet: new ones, and those that were removed. */
export function absentQueues({
  newQueues,
  restored,
}: Pick<MigrationPlan, 'newQueues' | 'restored'>): string[] {
  return [...newQueues, ...restored].sort();
}

/** Such as: the queues mail, reports. */
export function describeQueues(names: readonly string[]): string {
  return `the queue${names.length === 1 ? '' : 's'} ${names.join(', ')}`;
}

/** What a database lacks, in words; nothing where all is done. Where there is no Howdah yet that is all there is to say. */
export function describePlan(plan: MigrationPlan): string {
  return isBare(plan) ? 'Howdah altogether' : describeDue(plan).join('; ');
}

/** Whether nothing of Howdah was ever there; a database of 0.1 has the first ones without a note of them. */
function isBare({ migrations }: MigrationPlan): boolean {
  const due = migrations.filter(({ isApplied }) => !isApplied);
  return due.length > 0 && due.length === numberedMigrations().length;
}

/** The same, one thing each. */
export function describeDue(plan: MigrationPlan): string[] {
  return [
    ...describeMigrations('the numbered migrations', plan.migrations),
    ...(absentQueues(plan).length > 0 ? [describeQueues(absentQueues(plan))] : []),
    ...(plan.sql === 'replace' ? ['this version’s views, functions and triggers'] : []),
    ...plan.applications.flatMap(({ application, migrations }) =>
      describeMigrations(`the migrations of application "${application}":`, migrations),
    ),
  ];
}

function describeMigrations(what: string, migrations: readonly PendingMigration[]): string[] {
  if (migrations.length === 0) return [];
  const due = migrations.filter(({ isApplied }) => !isApplied);
  if (due.length > 0) return [`${what} ${due.map(({ name }) => name).join(', ')}`];
  return [`a note of ${what} ${migrations.map(({ name }) => name).join(', ')}, which were applied before`];
}

function planSql(
  { installed, queues: registered }: MigrationState,
  queues: readonly string[],
): MigrationPlan['sql'] {
  if (installed?.revision !== sqlRevision()) return 'replace';
  if (installed.fingerprint === fingerprint(renderRepeatableSql(queues))) return 'keep';
  return installed.fingerprint === fingerprint(renderRepeatableSql([...registered].sort()))
    ? 'add'
    : 'replace';
}

function refuseNewerSchema({ applied }: MigrationState): void {
  if (![...(applied.get(HOWDAH)?.keys() ?? [])].some(isOfLaterVersion)) return;
  throw new NewerSchemaError(
    'a later version of Howdah has migrated this database; start that version or a later one (nothing was changed)',
  );
}

function newQueuesOfLaterVersion(queues: readonly string[]): NewerSchemaError {
  return new NewerSchemaError(
    `this database lacks ${describeQueues(queues)}, and a later version of Howdah has ` +
      'installed its functions in this database: start that version with these queues first (nothing was changed)',
  );
}

function refuseNewerEngine({ engines }: MigrationState, schema: string): void {
  const version = engines.get(schema) ?? 0;
  if (version <= ENGINE_SCHEMA_VERSION) return;
  throw new EngineMismatchError(
    `Schema "${schema}" is at version ${version} of graphile-worker's schema; this version of Howdah was built for ` +
      `${ENGINE_SCHEMA_VERSION}. Run the version of Howdah that belongs to it.`,
  );
}

function isOlder(version: number | undefined): boolean {
  return version === undefined || version < ENGINE_SCHEMA_VERSION;
}

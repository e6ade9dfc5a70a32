import pg from 'pg';
import { advanceSequences, findLaggingSequences } from './advance-sequences.ts';
import { createClient } from './connection.ts';
import { checkEngines } from './engine-fingerprint.ts';
import { engineStatements, LOCKED_JOBS } from './engine-schema.ts';
import { checkGrants } from './migration/check-grants.ts';
import { explainDenial, isDenial, migrationDue, sequencesDue } from './migration/due-error.ts';
import { LockWaitError } from './migration/lock-wait.ts';
import { applyMigrations } from './migration/numbered-migrations.ts';
import {
  describeNewQueues,
  isAddition,
  isDone,
  type MigrationPlan,
  planMigration,
} from './migration/plan.ts';
import { type MigrationState, readState } from './migration/state.ts';
import { LOOKING_SETTINGS, Turns } from './migration/turns.ts';
import { queueSchema } from './queue-schema.ts';
import {
  fingerprint,
  renderAddition,
  renderExhausted,
  renderRegistration,
  renderRemoval,
  renderRepeatableSql,
} from './repeatable-sql.ts';
import { sqlRevision } from './sql-revision.ts';

/** What a start waits for others' locks, unless told. */
const DEFAULT_WAIT_LIMIT_MS = 600_000;

/** What a start waits for them that can do without the queues it was to make. */
const LATE_AFTER_MS = 2_000;

export interface MigrateOptions {
  connectionString: string;
  /** Queues this deployment works on; `default` and every queue made before are always among them. */
  queues: readonly string[];
  /** The application's tables, with their schemas, whose sequences are looked after as Howdah's are. @default none */
  tables?: readonly string[];
  /** False to look only, and fail where something is due. @default true */
  mayMigrate?: boolean;
  /** Most that a step may wait for locks of others, in milliseconds. @default 10 minutes */
  waitLimitMs?: number;
  /** Told in a sentence for whom it waits, when that begins and every 10 s. @default nobody is told */
  onWait?: (message: string) => void;
  /** Between two tries of a step that others' locks are in the way of, in milliseconds. @default 500 */
  pauseMs?: number;
  /**
   * Queues that this process serves. Where one of them is there already, nothing but new queues is due and others' locks
   * are in the way of those, it goes on without (`Migrated.late`). @default none: it waits for them
   */
  served?: readonly string[];
  /** Gives up at once; what was under way is rolled back. @default nothing does */
  signal?: AbortSignal;
}

/** Queues that could not be made yet. */
export interface LateQueues {
  names: readonly string[];
  /** Whose locks are in the way. */
  because: string;
}

/** What a start found, or made of, the database. */
export interface Migrated {
  /** A later version's views, functions and triggers are installed: they stay, and this version works with them. */
  isSqlNewer: boolean;
  /** Undefined when every queue is there. */
  late?: LateQueues;
}

/**
 * The database at this version: numbered migrations, one engine schema per queue, and Howdah's views, functions and
 * triggers. Idempotent, and safe with many processes at once: they take turns, and later ones find nothing to do. Where
 * nothing is due, nothing is locked, and the right to read is enough.
 *
 * @throws {NewerSchemaError} when a later version has migrated the database
 * @throws {EngineMismatchError} when a queue's engine schema is not the one this version was built for
 * @throws {LockWaitError} when others were in the way for too long; trying again helps once they are gone
 * @throws {MigrationDueError} when something is due and this role may not do it, or `mayMigrate` is false; when the role
 *   lacks rights that API and workers need
 */
export async function migrateDatabase(options: MigrateOptions): Promise<Migrated> {
  const { connectionString, queues, mayMigrate = true, served = [], pauseMs, signal } = options;
  const { waitLimitMs = DEFAULT_WAIT_LIMIT_MS, onWait = () => {}, tables = [] } = options;
  signal?.throwIfAborted();
  const client = createClient({
    connectionString,
    applicationName: 'howdah migrate',
    settings: LOOKING_SETTINGS,
  });
  await client.connect();
  const cut = () => void client.end().catch(() => {});
  signal?.addEventListener('abort', cut);
  const turns = new Turns({ client, connectionString, waitLimitMs, onWait, pauseMs, signal });
  let plan: MigrationPlan | undefined;
  try {
    plan = await turns.look('look at what is installed', () => readPlan(client, queues));
    if (!mayMigrate && !isDone(plan)) throw await migrationDue(client, plan);
    const migrated = await bringUpToDate(client, { turns, queues, plan, served });
    await turns.look('look at what this role may do', () => checkGrants(client));
    await mendSequences(client, { turns, mayMigrate, tables });
    return migrated;
  } catch (error) {
    throw await explainDenial(client, { error, plan });
  } finally {
    signal?.removeEventListener('abort', cut);
    await turns.close();
    await client.end().catch(() => {});
  }
}

/** What a start of this version would do. @param queues those this deployment works on */
export async function readPlan(
  client: Pick<pg.ClientBase, 'query'>,
  queues: readonly string[],
): Promise<MigrationPlan> {
  return planMigration(await readState(client), queues);
}

/** Whether a start of this version would change nothing. @param queues those this deployment works on */
export async function isMigrated(
  client: Pick<pg.ClientBase, 'query'>,
  queues: readonly string[],
): Promise<boolean> {
  return isDone(await readPlan(client, queues));
}

interface Due {
  turns: Turns;
  queues: readonly string[];
  plan: MigrationPlan;
  served: readonly string[];
}

async function bringUpToDate(client: pg.Client, due: Due): Promise<Migrated> {
  const { turns, queues, plan, served } = due;
  if (isDone(plan)) return look(client, turns, plan);
  if (isAddition(plan)) {
    const canDoWithout = served.some((queue) => !plan.newQueues.includes(queue));
    return canDoWithout ? addOrGoOn(client, due) : addQueues(client, due);
  }
  if (!plan.hasJournal) await createJournal(client, turns);
  if (plan.migrations.length > 0) {
    await turns.take('apply numbered migrations', async () => {
      const { migrations } = await readPlan(client, queues);
      if (migrations.length > 0) await applyMigrations(client, migrations);
    });
  }
  return turns.take('install Howdah’s views, functions and triggers', () => installDue(client, queues));
}

async function look(client: pg.Client, turns: Turns, plan: MigrationPlan): Promise<Migrated> {
  const made = plan.queues.filter((queue) => !plan.newQueues.includes(queue));
  await turns.look('look at the engine’s schemas', () => checkEngines(client, made.map(queueSchema)));
  return { isSqlNewer: plan.isSqlNewer };
}

async function addOrGoOn(client: pg.Client, due: Due): Promise<Migrated> {
  try {
    return await addQueues(client, due, LATE_AFTER_MS);
  } catch (error) {
    if (!(error instanceof LockWaitError)) throw error;
    const { newQueues: names } = due.plan;
    return { ...(await look(client, due.turns, due.plan)), late: { names, because: error.because } };
  }
}

function addQueues(client: pg.Client, { turns, queues, plan }: Due, waitLimitMs?: number): Promise<Migrated> {
  const work = () => installDue(client, queues);
  return turns.take(`make ${describeNewQueues(plan)}`, work, waitLimitMs);
}

/** What is due by now. In a turn. */
async function installDue(client: pg.Client, queues: readonly string[]): Promise<Migrated> {
  const current = await readState(client);
  const due = planMigration(current, queues);
  if (!isDone(due)) await install(client, due, current);
  await checkEngines(client, due.queues.map(queueSchema));
  return { isSqlNewer: due.isSqlNewer };
}

/** A restore or a logical replica may have left sequences behind their tables: what they gave out would collide. */
async function mendSequences(
  client: pg.Client,
  { turns, mayMigrate, tables }: { turns: Turns; mayMigrate: boolean; tables: readonly string[] },
): Promise<void> {
  const found = await turns.look('look at the sequences', () => findLaggingSequences(client, tables));
  const lagging = found.map(({ name }) => name);
  if (lagging.length === 0) return;
  if (!mayMigrate) throw await sequencesDue(client, lagging);
  try {
    await turns.take('move sequences past the ids that are taken', () => advanceSequences(client, tables));
  } catch (error) {
    throw isDenial(error) ? await sequencesDue(client, lagging) : error;
  }
}

/** Somebody else was about to make the same. */
const MADE_BY_OTHERS: ReadonlySet<unknown> = new Set(['23505', '42P06', '42P07', '42710']);

/**
 * The table by which turns are taken. The very first starts may come here together, and `if not exists` does not see
 * what another transaction has not committed: the second waits for the first one's entry in the catalog, and then fails
 * with the name being taken. That is what it wanted, so it goes on. As drizzle's migrator made it in earlier versions.
 */
async function createJournal(client: pg.Client, turns: Turns): Promise<void> {
  try {
    await turns.takeFirst('make the table of migrations', async () => {
      await client.query(`
        create schema if not exists howdah_migrations;
        create table if not exists howdah_migrations.__drizzle_migrations (
          id serial primary key, hash text not null, created_at bigint)`);
    });
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && MADE_BY_OTHERS.has(error.code))) throw error;
  }
}

/** All in one statement text. Old and new commit together, so no job ends without its triggers in between. */
async function install(client: pg.Client, plan: MigrationPlan, state: MigrationState): Promise<void> {
  const text = await renderInstallation(plan, state);
  try {
    await client.query(text);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === LOCKED_JOBS)) throw error;
    throw new Error(
      'jobs are locked in a schema of an older graphile-worker: stop its workers and unlock what they held first',
      { cause: error },
    );
  }
}

async function renderInstallation(plan: MigrationPlan, state: MigrationState): Promise<string> {
  const { queues, newQueues } = plan;
  const text = renderRepeatableSql(queues);
  const parts =
    plan.sql === 'replace'
      ? [
          renderRemoval({ withTriggers: plan.hasOlderEngine }),
          await renderEngines(queues, state),
          text,
          renderExhausted(queues),
        ]
      : [await renderEngines(newQueues, state), renderAddition(queues, newQueues)];
  return [
    ...parts,
    'delete from howdah.installed_sql;',
    `insert into howdah.installed_sql (fingerprint, revision) values ('${fingerprint(text)}', ${sqlRevision()});`,
  ].join('\n');
}

async function renderEngines(queues: readonly string[], { engines }: MigrationState): Promise<string> {
  const parts = queues.map(async (queue) => {
    const schema = queueSchema(queue);
    return (await engineStatements(schema, engines.get(schema))) + renderRegistration(queue);
  });
  return (await Promise.all(parts)).join('\n');
}

import type pg from 'pg';
import { createClient } from '../connections/connection.ts';
import { LockWaitError } from '../locks/lock-wait.ts';
import { namingOfClient } from '../naming.ts';
import { advanceSequences, findLaggingSequences } from '../schema/advance-sequences.ts';
import { checkEngines } from '../schema/engine-fingerprint.ts';
import { queueSchema } from '../schema/queue-schema.ts';
import type { ApplicationMigrations } from './application-migrations.ts';
import { applyApplication, applyMigrations } from './apply-migrations.ts';
import { checkGrants } from './check-grants.ts';
import { explainDenial, isDenial, migrationDue, sequencesDue } from './due-error.ts';
import { describeEdited } from './edited-migrations.ts';
import { install } from './install.ts';
import { createJournal } from './journal.ts';
import { makeRoles } from './make-roles.ts';
import {
  absentQueues,
  describeQueues,
  isAddition,
  isDone,
  type MigrationPlan,
  type MigrationTarget,
  planMigration,
} from './plan.ts';
import { readState } from './state.ts';
import { lookingSettings, Turns } from './turns.ts';

export type { ApplicationMigrations, MigrationTarget };

/** What a start waits for others' locks, unless told. */
const DEFAULT_WAIT_LIMIT_MS = 600_000;

/** What a start waits for them that can do without the queues it was to make. */
const LATE_AFTER_MS = 2_000;

export interface MigrateOptions extends MigrationTarget {
  connectionString: string;
  /** False to look only, and fail where something is due. @default true */
  mayMigrate?: boolean;
  /** Most that a step may wait for locks of others, in milliseconds. @default 10 minutes */
  waitLimitMs?: number;
  /** Told in a sentence for whom it waits, when that begins and every 10 s. @default nobody is told */
  onWait?: (message: string) => void;
  /**
   * Told in a sentence of each applied migration whose file is another by now: the database has what it was, and nothing is
   * done about it. @default nobody is told
   */
  onEdited?: (message: string) => void;
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
 * The database at this version: numbered migrations, one engine schema per queue, Howdah's views, functions and triggers,
 * and then the applications' own numbered migrations, which may use all of that; and the roles, where it may make them. Idempotent, and safe with many processes at once: they take turns, and later ones find nothing to do. Where
 * nothing is due, nothing is locked, and the right to read is enough.
 *
 * @throws {ForeignSchemaError} when a schema is there, and somebody else's, that is to be made
 * @throws {NewerSchemaError} when a later version has migrated the database
 * @throws {EngineMismatchError} when a queue's engine schema is not the one this version was built for
 * @throws {LockWaitError} when others were in the way for too long; trying again helps once they are gone
 * @throws {MigrationFolderError} when an application's migrations cannot be read
 * @throws {RenamedApplicationError} when they were applied as those of another application
 * @throws {MigrationFailedError} when one of them fails: of those that were due of its application, none was applied
 * @throws {MigrationDueError} when something is due and this role may not do it, or `mayMigrate` is false; when the role
 *   lacks rights that API and workers need
 */
export async function migrateDatabase(options: MigrateOptions): Promise<Migrated> {
  const { connectionString, mayMigrate = true, served = [], pauseMs, signal } = options;
  const { waitLimitMs = DEFAULT_WAIT_LIMIT_MS, onWait = () => {}, onEdited = () => {} } = options;
  signal?.throwIfAborted();
  const client = createClient({
    connectionString,
    applicationName: 'howdah migrate',
    settings: lookingSettings(connectionString),
  });
  await client.connect();
  const cut = () => void client.end().catch(() => {});
  signal?.addEventListener('abort', cut);
  const turns = new Turns({ client, connectionString, waitLimitMs, onWait, pauseMs, signal });
  let plan: MigrationPlan | undefined;
  try {
    plan = await turns.look('look at what is installed', () => readPlan(client, options));
    for (const each of plan.edited) onEdited(namingOfClient(client).installed(describeEdited(each)));
    if (!mayMigrate && !isDone(plan)) throw await migrationDue(client, plan);
    const migrated = await bringUpToDate(client, { turns, target: options, plan, served });
    const { lacksRoles } = await turns.look('look at what this role may do', () => checkGrants(client));
    if (mayMigrate && lacksRoles) await turns.take('make the roles', () => makeRoles(client));
    await mendSequences(client, { turns, mayMigrate });
    return migrated;
  } catch (error) {
    throw await explainDenial(client, { error, plan });
  } finally {
    signal?.removeEventListener('abort', cut);
    await turns.close();
    await client.end().catch(() => {});
  }
}

/** What a start of this version would do. */
export async function readPlan(
  client: Pick<pg.ClientBase, 'query'>,
  target: MigrationTarget,
): Promise<MigrationPlan> {
  return planMigration(await readState(client), target);
}

/** Whether a start of this version would change nothing. */
export async function isMigrated(
  client: Pick<pg.ClientBase, 'query'>,
  target: MigrationTarget,
): Promise<boolean> {
  return isDone(await readPlan(client, target));
}

interface Due {
  turns: Turns;
  target: MigrationTarget;
  plan: MigrationPlan;
  served: readonly string[];
}

async function bringUpToDate(client: pg.Client, due: Due): Promise<Migrated> {
  const { turns, target, plan, served } = due;
  if (isDone(plan)) return look(client, turns, plan);
  if (isAddition(plan)) {
    const canDoWithout = served.some((queue) => !absentQueues(plan).includes(queue));
    return canDoWithout ? addOrGoOn(client, due) : addQueues(client, due);
  }
  if (!plan.hasJournal) await createJournal(client, turns);
  if (plan.migrations.length > 0) {
    await turns.take('apply numbered migrations', async () => {
      const { migrations } = await readPlan(client, target);
      if (migrations.length > 0) await applyMigrations(client, migrations);
    });
  }
  const migrated = await turns.take('install Howdah’s views, functions and triggers', () =>
    installDue(client, target),
  );
  for (const { application } of plan.applications) await bringApplicationUpToDate(client, due, application);
  return migrated;
}

function bringApplicationUpToDate(
  client: pg.Client,
  { turns, target }: Due,
  application: string,
): Promise<void> {
  const work = async () => {
    const { applications } = await readPlan(client, target);
    for (const each of applications) {
      if (each.application === application) await applyApplication(client, each);
    }
  };
  return turns.take(`apply the migrations of application "${application}"`, work);
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
    const names = absentQueues(due.plan);
    return { ...(await look(client, due.turns, due.plan)), late: { names, because: error.because } };
  }
}

function addQueues(client: pg.Client, { turns, target, plan }: Due, waitLimitMs?: number): Promise<Migrated> {
  const work = () => installDue(client, target);
  return turns.take(`make ${describeQueues(absentQueues(plan))}`, work, { waitLimitMs });
}

/** What is due by now. In a turn. */
async function installDue(client: pg.Client, target: MigrationTarget): Promise<Migrated> {
  const current = await readState(client);
  const due = planMigration(current, target);
  if (due.sql !== 'keep' || due.restored.length > 0) await install(client, due, current);
  await checkEngines(client, due.queues.map(queueSchema));
  return { isSqlNewer: due.isSqlNewer };
}

/** A restore or a logical replica may have left sequences behind their tables: what they gave out would collide. */
async function mendSequences(
  client: pg.Client,
  { turns, mayMigrate }: { turns: Turns; mayMigrate: boolean },
): Promise<void> {
  const found = await turns.look('look at the sequences', () => findLaggingSequences(client));
  const lagging = found.map(({ name }) => name);
  if (lagging.length === 0) return;
  if (!mayMigrate) throw await sequencesDue(client, lagging);
  try {
    await turns.take('move sequences past the ids that are taken', () => advanceSequences(client));
  } catch (error) {
    throw isDenial(error) ? await sequencesDue(client, lagging) : error;
  }
}

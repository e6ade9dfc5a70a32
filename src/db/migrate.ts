import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type pg from 'pg';
import { advanceSequences, findLaggingSequences } from './advance-sequences.ts';
import { withAdvisoryLock } from './advisory-lock.ts';
import { createClient } from './connection.ts';
import { checkEngine } from './engine-fingerprint.ts';
import { hasOlderEngine, migrateEngineSchema, refuseNewerEngine } from './engine-schema.ts';
import { inTransaction } from './in-transaction.ts';
import { queueSchema } from './queue-schema.ts';
import { dropRepeatableSql, fingerprint, renderRepeatableSql } from './repeatable-sql.ts';
import { refuseNewerSchema } from './schema-version.ts';

const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../drizzle', import.meta.url));

const LOCK_NOT_AVAILABLE = '55P03';

/** With half a second of waiting and this pause each: a minute. */
const MAX_TURNS = 60;
const TURN_PAUSE_MS = 500;

export interface MigrateOptions {
  connectionString: string;
  /** Queues this deployment works on; `default` and every queue made before are always among them. */
  queues: readonly string[];
}

/**
 * The database at this version: numbered migrations, one engine schema per queue, and Howdah's views, functions and
 * triggers. Idempotent, and safe with many processes at once: they take turns, and later ones find nothing to do.
 *
 * @throws {NewerSchemaError} when a later version has migrated the database
 * @throws {EngineMismatchError} when a queue's engine schema is not the one this version was built for
 */
export async function migrateDatabase({ connectionString, queues }: MigrateOptions): Promise<void> {
  const client = createClient({ connectionString, applicationName: 'howdah migrate' });
  await client.connect();
  try {
    await withAdvisoryLock(client, 'migrate', async () => {
      await refuseNewerSchema(client);
      await migrate(drizzle(client), {
        migrationsFolder: MIGRATIONS_FOLDER,
        migrationsSchema: 'howdah_migrations',
      });
      await bringUp(client, { connectionString, queues });
      await mendSequences(client);
    });
  } finally {
    await client.end();
  }
}

/** Engine schemas and repeatable SQL; nothing to do where both are in place. */
async function bringUp(client: pg.Client, { connectionString, queues }: MigrateOptions): Promise<void> {
  const all = await allQueues(client, queues);
  const text = renderRepeatableSql(all);
  if (await isInstalled(client, text)) return checkEngines(client, all);
  for (const queue of all) await refuseNewerEngine(client, queueSchema(queue));
  if (await hasOlderEngine(client)) await inTurns(client, () => uninstall(client));
  for (const queue of all) await migrateEngineSchema(client, queue, connectionString);
  await checkEngines(client, all);
  await inTurns(client, async () => {
    await install(client, text);
    for (const queue of all) await endExhaustedJobs(client, queueSchema(queue));
  });
}

/** A restore or a logical replica may have left sequences behind their tables: what they gave out would collide. */
async function mendSequences(client: pg.Client): Promise<void> {
  if ((await findLaggingSequences(client)).length > 0) await inTurns(client, () => advanceSequences(client));
}

/** Whether a start of this version would change nothing. @param queues those this deployment works on */
export async function isMigrated(
  client: Pick<pg.ClientBase, 'query'>,
  queues: readonly string[],
): Promise<boolean> {
  const { rows } = await client.query<{ name: string | null }>(
    "select to_regclass('howdah.installed_sql')::text as name",
  );
  if (!rows[0]?.name) return false;
  return isInstalled(client, renderRepeatableSql(await allQueues(client, queues)));
}

/**
 * The work in one transaction that waits for a lock for half a second at most, then lets go of all it has and begins
 * anew: what waits behind it, enqueues and workers, goes on in between, and none of them is the victim of a deadlock.
 *
 * @throws what made it fail; after a minute without getting the locks, that too
 */
async function inTurns(client: pg.Client, work: () => Promise<void>): Promise<void> {
  for (let turn = 1; ; turn++) {
    try {
      return await inTransaction(client, async () => {
        await client.query("set local lock_timeout = '500ms'");
        await work();
      });
    } catch (error) {
      const isLocked = error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE;
      if (!isLocked || turn === MAX_TURNS) throw error;
      await delay(TURN_PAUSE_MS);
    }
  }
}

async function checkEngines(client: pg.Client, queues: readonly string[]): Promise<void> {
  for (const queue of queues) await checkEngine(client, queueSchema(queue));
}

async function allQueues(
  client: Pick<pg.ClientBase, 'query'>,
  configured: readonly string[],
): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>('select name from howdah.queue_registry');
  return [...new Set(['default', ...configured, ...rows.map((row) => row.name)])].sort();
}

async function isInstalled(client: Pick<pg.ClientBase, 'query'>, text: string): Promise<boolean> {
  const { rows } = await client.query<{ fingerprint: string }>(
    'select fingerprint from howdah.installed_sql',
  );
  return rows[0]?.fingerprint === fingerprint(text);
}

/** Drop and re-creation commit together, so no job ends without its triggers in between. */
async function install(client: pg.Client, text: string): Promise<void> {
  await uninstall(client);
  await client.query(text);
  await client.query('insert into howdah.installed_sql (fingerprint) values ($1)', [fingerprint(text)]);
}

/** A failed job without attempts left stays in the engine's table when no trigger is there: so in an adopted schema. */
async function endExhaustedJobs(client: pg.Client, schema: string): Promise<void> {
  await client.query(
    `delete from ${client.escapeIdentifier(schema)}._private_jobs
     where locked_at is null and attempts >= max_attempts`,
  );
}

async function uninstall(client: pg.Client): Promise<void> {
  await client.query('delete from howdah.installed_sql');
  await dropRepeatableSql(client);
}

import { runMigrations } from 'graphile-worker';
import type { ClientBase } from 'pg';
import { EngineMismatchError } from './engine-fingerprint.ts';
import { inTransaction } from './in-transaction.ts';
import { openMigrationPool, openNewSchemaPool } from './migration-pool.ts';
import { queueSchema } from './queue-schema.ts';

/** Highest migration of the engine this version is built for. Source: graphile-worker 0.18.0, `sql/000020.sql`. */
export const ENGINE_SCHEMA_VERSION = 20;

/** Whether a queue's engine schema is about to be migrated: Howdah's views and triggers must be away meanwhile. */
export async function hasOlderEngine(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ schema_name: string }>(
    'select schema_name from howdah.queue_registry',
  );
  for (const { schema_name } of rows) {
    const table = `${client.escapeIdentifier(schema_name)}.migrations`;
    const { rows: latest } = await client.query<{ id: number | null }>(`select max(id) as id from ${table}`);
    if ((latest[0]?.id ?? 0) < ENGINE_SCHEMA_VERSION) return true;
  }
  return false;
}

/** @throws {EngineMismatchError} when the schema is there and a newer engine than this version's has been at it */
export async function refuseNewerEngine(client: ClientBase, schema: string): Promise<void> {
  const table = `${client.escapeIdentifier(schema)}.migrations`;
  const { rows } = await client.query('select from pg_class where oid = to_regclass($1)', [table]);
  if (rows.length === 0) return;
  const { rows: latest } = await client.query<{ id: number | null }>(`select max(id) as id from ${table}`);
  const version = latest[0]?.id ?? 0;
  if (version <= ENGINE_SCHEMA_VERSION) return;
  throw new EngineMismatchError(
    `Schema "${schema}" is at version ${version} of graphile-worker's schema; this version of Howdah was built for ` +
      `${ENGINE_SCHEMA_VERSION}. Run the version of Howdah that belongs to it.`,
  );
}

/**
 * The queue's graphile-worker schema at the engine's own version, its job ids drawn from `howdah.job_id_seq`.
 * Jobs already there stay. Running it again changes nothing.
 */
export async function migrateEngineSchema(
  client: ClientBase,
  queue: string,
  connectionString: string,
): Promise<void> {
  const schema = queueSchema(queue);
  await runEngineMigrations(client, schema, connectionString);
  await shareJobIds(client, schema);
  await client.query(
    'insert into howdah.queue_registry (name, schema_name) values ($1, $2) on conflict do nothing',
    [queue, schema],
  );
}

async function runEngineMigrations(
  client: ClientBase,
  schema: string,
  connectionString: string,
): Promise<void> {
  const { rows } = await client.query('select from pg_namespace where nspname = $1', [schema]);
  const pgPool =
    rows.length === 0 ? openNewSchemaPool(connectionString) : openMigrationPool(connectionString);
  try {
    await runMigrations({ pgPool, schema });
  } finally {
    await pgPool.end();
  }
}

/**
 * Replaces the table's identity by the shared sequence, once. The sequence first moves past every id the table ever
 * gave out, so that an adopted schema's jobs keep their ids and no id is given twice.
 */
async function shareJobIds(client: ClientBase, schema: string): Promise<void> {
  const table = `${client.escapeIdentifier(schema)}._private_jobs`;
  const { rows } = await client.query(
    "select 1 from pg_attribute where attrelid = $1::regclass and attname = 'id' and attidentity <> ''",
    [table],
  );
  if (rows.length === 0) return;
  await inTransaction(client, async () => {
    await client.query(`lock table ${table} in access exclusive mode`);
    await client.query(
      `select setval('howdah.job_id_seq', greatest(last_value + is_called::integer,
                                                   nextval(pg_get_serial_sequence($1, 'id'))), false)
       from howdah.job_id_seq`,
      [table],
    );
    await client.query(`alter table ${table} alter column id drop identity`);
    await client.query(`alter table ${table} alter column id set default nextval('howdah.job_id_seq')`);
  });
}

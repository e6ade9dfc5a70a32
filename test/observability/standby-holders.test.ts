import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/db/embedded/postgres.ts';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { readVacuumHolders } from '../../src/look/vacuum-holders.ts';
import { waitFor } from '../support/wait-for.ts';

/** One that writes its log for standbys, as the server that the other tests share does not. */
let server: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
let dataDir: string;
let pool: pg.Pool;
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'howdah-standby-'));
  await chmod(dataDir, 0o711);
  server = await startEmbeddedPostgres({ dataDir });
  const { connectionString } = server;
  await migrateDatabase({ connectionString, queues: ['default'] });
  pool = new pg.Pool({ connectionString });
  pool.on('error', () => {});
});
after(async () => {
  await pool?.end();
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test('a standby that tells of its queries is named, and so is the slot it leaves behind', async (t) => {
  const reports = await connectStandby('reports');
  t.after(() => reports.end());
  const standby = await untilHolder('standby');
  assert.deepEqual([standby.name, standby.startedAt, standby.ageSeconds], ['reports', null, null]);
  assert.ok(standby.pid);

  await pool.query("select pg_create_physical_replication_slot('left_behind', true)");
  const leaving = await connectStandby('leaving', 'left_behind');
  await untilHolder('slot');
  await leaving.end();
  await waitFor('the slot to be idle', async () => (await untilHolder('slot')).pid === null);
  const slot = await untilHolder('slot');
  assert.deepEqual([slot.name, slot.startedAt, slot.ageSeconds], ['left_behind', null, null]);
  for (let i = 0; i < 3; i++) await pool.query('select pg_current_xact_id()');
  assert.equal((await untilHolder('slot')).ageTransactions, slot.ageTransactions + 3);
});

/** What pg's client is made of, beyond what its types tell. */
type Streaming = pg.Connection & { sendCopyFromChunk(chunk: Buffer): void };

function untilHolder(kind: string) {
  return waitFor(`a ${kind}`, async () => (await readVacuumHolders(pool)).find((each) => each.kind === kind));
}

/** What a standby with hot_standby_feedback says when a query on it began just now. */
async function connectStandby(name: string, slot?: string): Promise<pg.Client> {
  const { rows } = await pool.query(
    `select pg_current_wal_flush_lsn() as lsn, pg_current_xact_id()::text as xid`,
  );
  const options = { connectionString: server.connectionString, application_name: name, replication: 'true' };
  const client = new pg.Client(options);
  client.on('error', () => {});
  await client.connect();
  const { connection } = client as unknown as { connection: Streaming };
  const streaming = once(connection, 'replicationStart');
  client.query(`START_REPLICATION ${slot ? `SLOT ${slot} ` : ''}PHYSICAL ${rows[0].lsn}`).catch(() => {});
  await streaming;
  connection.sendCopyFromChunk(hotStandbyFeedback(Number(rows[0].xid)));
  return client;
}

/** Source: Postgres' streaming replication protocol, "Hot standby feedback message". */
function hotStandbyFeedback(xmin: number): Buffer {
  const message = Buffer.alloc(25);
  message.write('h');
  message.writeInt32BE(xmin, 9);
  return message;
}

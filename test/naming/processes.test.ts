import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { startServiceProcess, untilUp } from '../integration/service-process.ts';
import { runHowdah } from '../support/howdah-cli.ts';
import { startStockCli } from '../support/stock-cli.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

const stack = new AsyncDisposableStack();
let database: TestDatabase;
let pool: pg.Pool;
let env: Record<string, string>;

before(async () => {
  database = await createTestDatabase();
  stack.defer(() => database.drop());
  pool = new pg.Pool({ connectionString: database.connectionString });
  stack.defer(() => pool.end());
  await pool.query('create schema staging_bank');
  const url = new URL(database.connectionString);
  url.searchParams.set('options', '-c search_path=staging_bank'); // where this bank's own tables are
  env = { DATABASE_URL: url.href.replaceAll('+', '%20'), HOWDAH_SCHEMA: 'staging' };
});

after(() => stack.disposeAsync());

const howdah = (...args: string[]) => runHowdah(args, env);

async function stateOf(id: string): Promise<string> {
  const { rows } = await pool.query('select state from staging.jobs where id = $1', [id]);
  return rows[0]?.state;
}

describe('with HOWDAH_SCHEMA=staging', () => {
  test('a service migrates, and runs beside the one that is there', async () => {
    const smtp = { SMTP_URL: 'smtp://127.0.0.1:9', PUBLIC_URL: 'https://bank.example' };
    const service = startServiceProcess({ env: { ...env, ...smtp } }, stack);
    await untilUp(service);
    const { rows } = await pool.query('select distinct queue from staging.workers order by 1');
    assert.deepEqual(rows, [{ queue: 'critical' }, { queue: 'default' }]);
    assert.equal((await pool.query('select from howdah.workers')).rows.length, 0);
    const { stdout } = await howdah('enqueue', 'delete_expired_verifications', '--json');
    const { id } = JSON.parse(stdout);
    await waitFor('the job to be done', async () => (await stateOf(id)) === 'completed');
    service.signal('SIGTERM');
    assert.equal(await service.exited, 0);
  });

  test('doctor examines that one, and an explanation names its functions', async () => {
    const doctor = await howdah('doctor', '--text');
    assert.doesNotMatch(doctor.stdout, /howdah\.[a-z]|graphile_worker[_ .]/);
    const { stdout } = await howdah('enqueue', 'delete_expired_verifications', '--delay', '1h', '--json');
    const explained = await howdah('explain', JSON.parse(stdout).id, '--json');
    assert.match(explained.stdout, /select staging\.run_job_now/);
  });

  test('howdah sql sends what it is given as it is', async () => {
    const { stdout } = await howdah('sql', 'select count(*)::int as n from howdah.jobs', '--json');
    assert.deepEqual(JSON.parse(stdout), [{ n: 0 }]);
  });

  test('the stock command line runs a queue of it, by its schema’s name', async () => {
    const { stdout } = await howdah('enqueue', 'delete_expired_verifications', '--json');
    const { id } = JSON.parse(stdout);
    const cli = startStockCli(
      { args: ['--schema', 'staging_engine', '--once'], databaseUrl: '', env },
      stack,
    );
    assert.equal(await cli.exited, 0, cli.output());
    assert.equal(await stateOf(id), 'completed');
    const other = startStockCli({ args: ['--schema', 'graphile_worker'], databaseUrl: '', env }, stack);
    assert.equal(await other.exited, 1);
    assert.match(
      other.output(),
      /--schema: expected staging_engine \(queue "default"\) or staging_engine_<queue>/,
    );
  });

  test('what would be migrated is printed for it', async () => {
    const { stdout } = await runHowdah(['migrate', '--sql'], { ...env, HOWDAH_SCHEMA: 'other' });
    assert.match(stdout, /create schema if not exists other_migrations/);
    assert.match(stdout, /"other"\."queue_registry"/);
    assert.match(stdout, /other_engine_critical/);
    assert.doesNotMatch(
      stdout,
      /\bhowdah\.(?!(actor|request_id|pool|gate|releasing|runner|lease|begun|results)\b)[a-z"]|graphile_worker[_."]/,
    );
  });
});

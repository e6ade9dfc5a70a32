import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { withSessions } from '../../src/config/database/database-address.ts';
import { createPool } from '../../src/db/connections/connection.ts';
import { lookAtSessions } from '../../src/db/connections/look-at-sessions.ts';
import { runHowdah } from '../support/howdah-cli.ts';
import { noPgBouncer, type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { type ScriptedSmtpServer, startScriptedSmtpServer } from '../support/smtp-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Bank, openBank, signUpJobs } from './bank.ts';
import { runToItsEnd, startServiceProcess, untilUp } from './service-process.ts';

const TIMEOUT_MS = 20_000;

describe('behind PgBouncer', { skip: noPgBouncer }, () => {
  const stack = new AsyncDisposableStack();
  let bank: Bank;
  let pooler: PgBouncer;
  let keeping: PgBouncer;
  let smtp: ScriptedSmtpServer;
  let direct: string;

  before(async () => {
    bank = await openBank(stack);
    direct = bank.database.connectionString;
    pooler = await startPgBouncer(stack, direct, 'transaction');
    keeping = await startPgBouncer(stack, direct, 'session');
    smtp = await startScriptedSmtpServer();
    stack.defer(() => smtp.stop());
  });

  after(() => stack.disposeAsync());

  test('what it makes of sessions is found out', async () => {
    const kinds = [direct, keeping.url, pooler.url].map(
      async (url) => (await lookAtSessions(url, TIMEOUT_MS)).kind,
    );
    assert.deepEqual(await Promise.all(kinds), ['own', 'kept', 'shared']);
  });

  for (const command of ['all', 'worker', 'api', 'migrate']) {
    test(`a start in transaction mode without another way says what it needs, and leaves nothing there (${command})`, async () => {
      const env = { DATABASE_URL: pooler.url, SMTP_URL: smtp.url, PUBLIC_URL: 'http://bank.example' };
      const { exitCode, complaints } = await runToItsEnd({ command, env });
      assert.equal(exitCode, 1);
      assert.match(
        complaints,
        /^DATABASE_URL leads through a pooler that gives each transaction another session \(transaction mode\): set DATABASE_DIRECT_URL .*\n?$/,
      );
      await assertUntouched();
    });
  }

  test('requests and tasks go through it, what needs a session goes directly, and all works', async () => {
    await bank.pool.query(`alter database ${bank.database.name} set datestyle = 'German'`);
    await bank.pool.query(`alter database ${bank.database.name} set timezone = 'Asia/Kolkata'`);
    await using opened = new AsyncDisposableStack();
    const pooled = await startPgBouncer(opened, direct, 'transaction');
    const env = { DATABASE_URL: pooled.url, DATABASE_DIRECT_URL: direct, SMTP_URL: smtp.url };
    const service = startServiceProcess({ env }, opened);
    const url = await untilUp(service);
    for (const account of ['ada', 'grace', 'edsger']) {
      const { verify, welcome } = await signUpJobs(url, account);
      for (const id of [verify, welcome]) assert.equal((await bank.untilState(id, 'completed')).attempt, 1);
    }
    await waitFor('the service to be ready', async () => (await fetch(`${url}/readyz`)).ok);
    const names = new Set(await pooled.clients());
    assert.ok(names.has('howdah api') && names.has('howdah'), [...names].join());
    for (const name of names) assert.doesNotMatch(name, /howdah:|liveness|control|migrate/);
    service.signal('SIGTERM');
    assert.equal(await service.exited, 0);
    await assertUntouched();
    await bank.pool.query(`alter database ${bank.database.name} reset all`);
  });

  test('in session mode one address is enough, and sessions have all settings', async () => {
    await bank.pool.query(
      `alter database ${bank.database.name} set default_transaction_isolation = 'serializable'`,
    );
    await using opened = new AsyncDisposableStack();
    const env = { DATABASE_URL: keeping.url, SMTP_URL: smtp.url };
    const url = await untilUp(startServiceProcess({ env }, opened));
    const { verify } = await signUpJobs(url, 'barbara');
    await bank.untilState(verify, 'completed');
    const pool = createPool({
      connectionString: withSessions(keeping.url, 'kept'),
      applicationName: 'howdah',
    });
    opened.defer(() => pool.end());
    const { rows } = await pool.query('show default_transaction_isolation');
    assert.deepEqual(rows, [{ default_transaction_isolation: 'read committed' }]);
    await bank.pool.query(`alter database ${bank.database.name} reset all`);
  });

  test('a default that Howdah cannot set through it is named with its remedy', async () => {
    await bank.pool.query(
      `alter database ${bank.database.name} set default_transaction_isolation = 'serializable'`,
    );
    await using opened = new AsyncDisposableStack();
    const pooled = await startPgBouncer(opened, direct, 'transaction');
    const env = { DATABASE_URL: pooled.url, DATABASE_DIRECT_URL: direct };
    const { exitCode, complaints } = await runToItsEnd({ command: 'api', env });
    await bank.pool.query(`alter database ${bank.database.name} reset all`);
    assert.equal(exitCode, 1);
    assert.match(
      complaints,
      /^DATABASE_URL: sessions there have default_transaction_isolation = serializable \(Howdah relies on read committed\).*; as a superuser: alter role "\w+" in database "howdah_test_\w+" set default_transaction_isolation = 'read committed';\n?$/,
    );
  });

  test('another database by the other way is refused', async () => {
    await using opened = new AsyncDisposableStack();
    const other = await openBank(opened);
    const env = { DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: other.database.connectionString };
    const { complaints } = await runToItsEnd({ command: 'api', env });
    assert.match(complaints, /^DATABASE_DIRECT_URL: expected the same database as that of DATABASE_URL\n?$/);
  });

  test('commands work through it, and doctor says what a worker lacks', async () => {
    const look = await runHowdah(['queues', '--json'], { DATABASE_URL: pooler.url });
    assert.equal(look.exitCode, 0, look.stderr);
    const { stdout } = await runHowdah(['doctor', '--text'], { DATABASE_URL: pooler.url });
    assert.match(
      stdout,
      /ERROR DATABASE_URL leads through a pooler that gives each transaction another session\n +→ set DATABASE_DIRECT_URL/,
    );
    assert.match(stdout, /ok +engine of queue "critical"/);
    await assertUntouched();
    const both = await runHowdah(['doctor', '--text'], {
      DATABASE_URL: pooler.url,
      DATABASE_DIRECT_URL: direct,
    });
    assert.match(both.stdout, /ok +transactions through a pooler, sessions directly/);
  });

  /** None of the sessions that the pooler has holds a lock or another setting than at first. */
  async function assertUntouched(): Promise<void> {
    const { rows } = await bank.pool.query(
      `select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
    );
    assert.equal(rows.length, 0, 'an advisory lock was left behind');
    const pool = createPool(
      { connectionString: withSessions(pooler.url, 'shared'), applicationName: 'test' },
      { max: 5 },
    );
    const clients = await Promise.all(Array.from({ length: 5 }, () => pool.connect()));
    for (const client of clients) await client.query('begin');
    for (const client of clients) {
      const { rows: settings } = await client.query(
        "select name, setting from pg_settings where source = 'session' and name not in ('DateStyle', 'TimeZone', 'standard_conforming_strings', 'application_name', 'client_encoding')",
      );
      assert.deepEqual(settings, []);
      await client.query('rollback');
      client.release();
    }
    await pool.end();
  }
});

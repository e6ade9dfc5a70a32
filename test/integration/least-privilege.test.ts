import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { openPool } from '../support/open-pool.ts';
import { type ScriptedSmtpServer, startScriptedSmtpServer } from '../support/smtp-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Bank, linkIn, openBank } from './bank.ts';
import { runToItsEnd, type ServiceProcess, startServiceProcess, untilUp } from './service-process.ts';

/** Postgres' insufficient_privilege. */
const DENIED = { code: '42501' };

const stack = new AsyncDisposableStack();
let bank: Bank;
let smtp: ScriptedSmtpServer;
let login: pg.Pool;
let env: Record<string, string>;

before(async () => {
  bank = await openBank(stack);
  smtp = await startScriptedSmtpServer();
  stack.defer(() => smtp.stop());
  const url = await createLogin(['howdah_worker']);
  login = openPool(url);
  login.on('error', () => {});
  stack.defer(() => login.end());
  env = { DATABASE_URL: url, SMTP_URL: smtp.url, PUBLIC_URL: 'http://bank.example', LOG_LEVEL: 'info' };
});

after(() => stack.disposeAsync());

/** The address of a login of the test's own, dropped with the stack. */
async function createLogin(roles: string[]): Promise<string> {
  const name = `howdah_login_${randomBytes(6).toString('hex')}`;
  await bank.pool.query(`create role ${name} login password '${name}'`);
  for (const role of roles) await bank.pool.query(`grant ${role} to ${name}`);
  stack.defer(async () => {
    await bank.pool.query(`drop owned by ${name}`);
    await bank.pool.query(`drop role ${name}`);
  });
  const url = new URL(bank.database.connectionString);
  url.username = url.password = name;
  return url.href;
}

function start(command: string, more: Record<string, string> = {}): Promise<string> {
  return untilUp(startServiceProcess({ command, env: { ...env, ...more } }, stack));
}

async function post(url: string, path: string, body: unknown): Promise<{ job?: { id: string } }> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer the-operator-for-tests' },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  assert.ok(response.status < 300, `${path}: ${JSON.stringify(answer)}`);
  return answer as { job?: { id: string } };
}

/** As if no worker had been there for minutes, and a job had been finished for long. */
async function missTicks(): Promise<void> {
  await bank.pool.query(`
    update graphile_worker._private_known_crontabs
    set known_since = now() - interval '2 hours', last_execution = now() - interval '61 minutes';
    update howdah.upkeep_turns set due_at = due_at - interval '1 hour';
    update howdah.job_history set expires_at = now() - interval '2 days'
    where id = (select min(id) from howdah.job_history)`);
}

describe('API and worker as a login that is only a member of howdah_worker', () => {
  let api: string;
  let worker: ServiceProcess;

  before(async () => {
    api = await start('api', { AUTO_MIGRATE: 'off' });
    worker = startServiceProcess({ command: 'worker', env }, stack);
    await untilUp(worker);
  });

  test('sign a customer up, send the mails and verify the address', async () => {
    await post(api, '/v1/users', {
      account: 'ada',
      username: 'Ada',
      email: 'ada@example.com',
      password: 'correct horse battery',
    });
    await waitFor('both mails', () => smtp.accepted.length === 2);
    const link = linkIn(smtp.received.find(({ text }) => text.includes('/verify-email'))?.text ?? '');
    await post(api, '/v1/verify-email', Object.fromEntries(new URL(link).searchParams));
    const { rows } = await bank.pool.query('select email_verified_at is not null as done from users');
    assert.deepEqual(rows, [{ done: true }]);
    await waitFor('both to be in the history', async () =>
      (await bank.jobs()).every(({ state }) => state === 'completed'),
    );
  });

  test('are ready, and tell what they do', async () => {
    assert.equal((await fetch(`${api}/readyz`)).status, 200);
    const headers = { authorization: 'Bearer the-operator-for-tests' };
    for (const path of ['/metrics', '/v1/jobs', '/v1/queues', '/v1/workers', '/v1/schedules', '/v1/tasks']) {
      const response = await fetch(`${api}${path}`, { headers });
      assert.equal(response.status, 200, `${path}: ${await response.text()}`);
    }
  });

  test('do what operators ask for, and the log of changes says for whom', async () => {
    await post(api, '/v1/queues/default/pause', {});
    const { job: { id } = { id: '' } } = await post(api, '/v1/jobs', {
      task: 'delete_expired_verifications',
      payload: {},
      delay: '1h',
      unique_key: 'k',
      sequence: 's',
    });
    await post(api, `/v1/jobs/${id}/reschedule`, { run_at: '2100-01-01T00:00:00Z' });
    await post(api, `/v1/jobs/${id}/cancel`, {});
    await post(api, `/v1/jobs/${id}/retry`, {});
    await post(api, '/v1/queues/default/resume', {});
    await bank.untilState(id, 'completed');
    const { rows } = await bank.pool.query(
      'select distinct actor, request_id is not null as asked from howdah.audit_log',
    );
    assert.deepEqual(rows, [{ actor: 'admin', asked: true }]);
  });

  test('rescue what a killed worker held', async () => {
    const { rows: before } = await bank.pool.query(
      'select token from howdah.runners where released_at is null',
    );
    worker.signal('SIGKILL');
    await worker.exited;
    await missTicks();
    await start('worker');
    await waitFor('the dead runners to be released', async () => {
      const { rows } = await bank.pool.query(
        'select from howdah.runners where released_at is null and token = any ($1)',
        [before.map(({ token }) => token)],
      );
      return rows.length === 0;
    });
  });

  test('run what the clock asks for', async () => {
    const done = "select from howdah.jobs where key = 'delete_expired_verifications' and state = 'completed'";
    await waitFor('a tick', async () => (await bank.pool.query(done)).rowCount);
  });

  test('do all the upkeep', async () => {
    const left = "select from howdah.job_history where expires_at < now() - interval '1 day'";
    await waitFor('the pruning', async () => (await bank.pool.query(left)).rowCount === 0);
    const { rows } = await bank.pool.query('select kind, last_error from howdah.upkeep order by kind');
    assert.deepEqual(
      rows,
      ['audit_log', 'charts', 'finished_jobs', 'former_tasks', 'runners', 'sources'].map((kind) => ({
        kind,
        last_error: null,
      })),
    );
  });

  test('lack nothing of what is listed, and every table is in the list', async () => {
    const { rows } = await login.query('select * from howdah.missing_worker_grants(current_user::text)');
    assert.deepEqual(rows, []);
    const { rows: unlisted } = await bank.pool.query(`
      select c.relname as name from pg_class c
      where c.relkind in ('r', 'p') and c.relnamespace = 'howdah'::regnamespace
        and format('howdah.%I', c.relname) not in (select g.object from howdah.worker_grants() g where g.kind = 'table')`);
    assert.deepEqual(unlisted, []);
  });

  test('have queues that the owner makes later', async () => {
    await migrateDatabase({ connectionString: bank.database.connectionString, queues: ['later'] });
    await start('worker', { QUEUES: 'later:2', AUTO_MIGRATE: 'off' });
    const { job: { id } = { id: '' } } = await post(api, '/v1/jobs', {
      task: 'delete_expired_verifications',
      payload: {},
      queue: 'later',
    });
    await bank.untilState(id, 'completed');
  });

  for (const statement of [
    'drop table howdah.job_history',
    'alter table howdah.job_history add column mine text',
    'truncate howdah.job_history',
    'drop schema graphile_worker cascade',
    'alter table graphile_worker._private_jobs disable trigger all',
    'drop trigger howdah_gate on graphile_worker._private_jobs',
    'create function howdah.mine() returns void language sql as $$ select $$',
    'create table graphile_worker.mine (id integer)',
    'create schema mine',
    'drop function howdah.skip_row()',
    'select howdah.grant_roles()',
    'select howdah.advance_sequences()',
    'select howdah.adopt_installation()',
    "select setval('howdah.job_id_seq', 1)",
    'update howdah.installed_sql set revision = 0',
    'delete from howdah_migrations.__drizzle_migrations',
    'delete from howdah.migrations',
    "insert into howdah.application_grants values ('mine', 'all', 'table', 'howdah.migrations')",
    'begin; lock table howdah_migrations.__drizzle_migrations in share row exclusive mode',
    "update howdah.audit_log set actor = 'nobody'",
    'delete from public.users',
    'grant howdah_worker to howdah_viewer',
  ]) {
    test(`cannot: ${statement}`, async () => {
      const session = await login.connect();
      try {
        await assert.rejects(session.query(statement), DENIED);
      } finally {
        session.release(true);
      }
    });
  }
});

describe('a start whose role may not do what is due', () => {
  test('says what is due, that it may not, and who may', async () => {
    const { exitCode, complaints } = await runToItsEnd({
      command: 'worker',
      env: { ...env, QUEUES: 'undue:1' },
    });
    assert.equal(exitCode, 1);
    assert.match(
      complaints,
      /^this database lacks the queue undue, and role "howdah_login_\w+" may not .*run npx howdah migrate as role "\w+"/,
    );
    assert.equal(complaints.trim().split('\n').length, 1);
  });

  test('with AUTO_MIGRATE=off it says so without a try, whatever it may', async () => {
    const { exitCode, complaints } = await runToItsEnd({
      command: 'worker',
      env: { ...env, DATABASE_URL: bank.database.connectionString, QUEUES: 'undue:1', AUTO_MIGRATE: 'off' },
    });
    assert.equal(exitCode, 1);
    assert.match(
      complaints,
      /^migrating is off here \(AUTO_MIGRATE=off, or migrate: false\), and this database lacks the queue undue: run npx howdah migrate as role "\w+"/,
    );
  });

  test('and a role without any grant learns which one it needs', async () => {
    const { exitCode, complaints } = await runToItsEnd({
      command: 'worker',
      env: { ...env, DATABASE_URL: await createLogin([]) },
    });
    assert.equal(exitCode, 1);
    assert.match(
      complaints,
      /^role "howdah_login_\w+" may not look at Howdah's tables .*grant howdah_worker to/,
    );
  });
});

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type Customers, openCustomers } from '../bank/users/open-customers.ts';
import { openClient } from '../support/open-client.ts';
import { type ScriptedSmtpServer, type SmtpScript, startScriptedSmtpServer } from '../support/smtp-server.ts';
import { type StockCli, startStockCli } from '../support/stock-cli.ts';
import { waitFor } from '../support/wait-for.ts';

interface WorkerRow {
  token: string;
  queue: string;
  kind: string;
  pid: number;
  concurrency: number;
  state: string;
  pool_id: string;
  tasks: string[];
}

let customers: Customers;
let stack: AsyncDisposableStack;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  customers = await openCustomers();
  stack.defer(() => customers.drop());
});

afterEach(() => stack.disposeAsync());

const databaseUrl = () => customers.connectionString;

async function startSmtp(script: SmtpScript = {}): Promise<ScriptedSmtpServer> {
  const smtp = await startScriptedSmtpServer(script);
  stack.defer(() => smtp.stop());
  return smtp;
}

function start(smtp: ScriptedSmtpServer, env: Record<string, string> = {}, more: string[] = []): StockCli {
  const args = ['--schema', 'graphile_worker_critical', '--jobs', '3', ...more];
  return startStockCli({ args, databaseUrl: databaseUrl(), smtpUrl: smtp.url, env }, stack);
}

const workers = () => customers.rows<WorkerRow>('select * from howdah.workers order by started_at');

function untilListed(cli: StockCli): Promise<WorkerRow> {
  return waitFor('the command line to be in howdah.workers', async () => {
    if (cli.hasEnded()) throw new Error(`it ended: ${cli.output()}`);
    return (await workers()).find(({ pid, pool_id }) => pid === cli.pid && pool_id !== null);
  });
}

interface Job {
  id: string;
  state: string;
  attempt: number;
  worker: string | null;
  last_error: string | null;
}

async function verifyJob(): Promise<Job> {
  const [job] = await customers.rows<Job>(`select * from howdah.jobs where task = 'send_verify_email'`);
  assert.ok(job);
  return job;
}

const untilState = (state: string) =>
  waitFor(`the job to be ${state}`, async () => {
    const job = await verifyJob();
    return job.state === state ? job : undefined;
  });

/** Keeps others waiting for what the statement locks, until released. */
async function hold(statement: string): Promise<() => Promise<void>> {
  const client = await openClient(databaseUrl());
  client.on('error', () => {});
  stack.defer(() => client.end().catch(() => {}));
  await client.query('begin');
  await client.query(statement);
  return async () => void (await client.query('commit'));
}

describe('the stock command line', () => {
  test('runs the mail of a sign-up at once, as a worker of the fleet, and logs the same events', async () => {
    const smtp = await startSmtp();
    const cli = start(smtp, {}, ['--poll-interval', '60000']); // so that it has to hear of it
    const worker = await untilListed(cli);
    assert.deepEqual([worker.queue, worker.kind, worker.concurrency], ['critical', 'graphile-worker', 3]);
    assert.ok(worker.tasks.includes('send_verify_email'));
    await customers.signUpAda();
    const job = await untilState('completed');
    assert.equal(job.worker, worker.pool_id);
    assert.equal(smtp.accepted.length, 1);
    const line = await waitFor('the log line', () =>
      cli
        .output()
        .split('\n')
        .find((each) => each.includes('"task completed"')),
    );
    const { type, queue, job_id, attempt } = JSON.parse(line);
    assert.deepEqual(
      { type, queue, job_id, attempt },
      { type: 'send_verify_email', queue: 'critical', job_id: job.id, attempt: 1 },
    );
    await customers.rows(
      `insert into graphile_worker_critical.migrations (id, breaking) values (1000, true)`,
    );
    await customers.rows(`notify "worker:migrate", '{"migrationNumber": 1000, "breaking": true}'`);
    await cli.exited;
  });

  test('keeps a job whose end the database refuses, and ends it when that is over, with one mail', async () => {
    const smtp = await startSmtp();
    await untilListed(start(smtp));
    await customers.rows(`
      create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$;
      create trigger a_refuse before delete on graphile_worker_critical._private_jobs
      for each row execute function public.refuse()`);
    await customers.signUpAda();
    await waitFor('the end to be owed', async () => {
      const [worker] = await customers.rows<{ trouble: string | null }>('select trouble from howdah.workers');
      return worker?.trouble === 'refused';
    });
    await customers.rows('drop trigger a_refuse on graphile_worker_critical._private_jobs');
    assert.equal((await untilState('completed')).attempt, 1);
    assert.equal(smtp.accepted.length, 1);
  });

  test('killed with SIGKILL, its jobs run in another one within 5 s', async () => {
    const smtp = await startSmtp({ data: ({ number }) => (number === 1 ? 'hang' : 'accept') });
    const [first, second] = [start(smtp), start(smtp)];
    const rows = [await untilListed(first), await untilListed(second)];
    await customers.signUpAda();
    await waitFor('the mail server to have the mail', () => smtp.received.length === 1);
    const { worker } = await untilState('running');
    await waitFor('a heartbeat that names the job', async () =>
      (await workers()).some(({ state }) => state === 'busy'),
    );
    const victim = rows[0]?.pool_id === worker ? first : second;
    victim.signal('SIGKILL');
    const killedAt = performance.now();
    const job = await untilState('completed');
    const tookMs = performance.now() - killedAt;
    assert.ok(tookMs < 5_000, `took ${tookMs} ms`);
    assert.equal(job.attempt, 2);
    assert.notEqual(job.worker, worker);
    assert.deepEqual(
      (await workers()).map(({ pid }) => pid),
      [victim === first ? second.pid : first.pid],
    );
  });

  test('told to end by SIGTERM, it gives a job that outlasts its limit back, no attempt lost', async () => {
    const smtp = await startSmtp({ data: () => 'hang' });
    const cli = start(smtp, { SHUTDOWN_TIMEOUT: '100ms' });
    await untilListed(cli);
    await customers.signUpAda();
    await waitFor('the mail server to have the mail', () => smtp.received.length === 1);
    cli.signal('SIGTERM');
    await cli.exited;
    const { state, attempt, worker } = await verifyJob();
    assert.deepEqual({ state, attempt, worker }, { state: 'available', attempt: 0, worker: null });
    assert.deepEqual(await workers(), []);
    const [runner] = await customers.rows(
      'select retired_because, released_at is not null as done from howdah.runners',
    );
    assert.deepEqual(runner, { retired_because: 'stopped', done: true });
    assert.doesNotMatch(cli.output(), /"level":"?(50|error)/);
  });

  test('told to end while a lock keeps the end of a run from being written, it names the job and the holder', async () => {
    const smtp = await startSmtp();
    const cli = start(smtp);
    await untilListed(cli);
    await hold('lock table howdah.job_history in share mode');
    await customers.signUpAda();
    await waitFor('the end of the run to wait', async () => {
      const [row] = await customers.rows(
        `select from pg_stat_activity where wait_event_type = 'Lock' and application_name like 'howdah:%'`,
      );
      return row;
    });
    cli.signal('SIGTERM');
    await cli.exited;
    const { id } = await verifyJob();
    const line = cli
      .output()
      .split('\n')
      .find((each) => each.includes('the ends of runs were not written'));
    const { job_ids, held_by } = JSON.parse(line ?? '{}');
    assert.deepEqual(job_ids, [id], cli.output());
    assert.match(held_by, /^pid \d+ \(user /);
  });

  test('takes nothing from a paused queue, and goes on when it is resumed', async () => {
    const smtp = await startSmtp();
    const cli = start(smtp);
    await untilListed(cli);
    await customers.rows("select howdah.pause_queue('critical')");
    await customers.signUpAda();
    const [before] = await customers.rows<{ at: Date }>('select clock_timestamp() as at');
    await waitFor('three seconds of heartbeats, and so a poll', async () => {
      const [row] = await customers.rows<{ is_over: boolean }>(
        `select heartbeat_at > $1::timestamptz + interval '3 seconds' as is_over from howdah.workers`,
        [before?.at],
      );
      return row?.is_over;
    });
    const { state, attempt } = await verifyJob();
    assert.deepEqual({ state, attempt }, { state: 'available', attempt: 0 });
    assert.equal((await workers())[0]?.state, 'paused');
    await customers.rows("select howdah.resume_queue('critical')");
    await untilState('completed');
  });

  test('cancelled, a job’s run ends at once and the job stays cancelled', async () => {
    const smtp = await startSmtp({ data: () => 'hang' });
    const cli = start(smtp);
    await untilListed(cli);
    await customers.signUpAda();
    await waitFor('the mail server to have the mail', () => smtp.received.length === 1);
    const { id } = await verifyJob();
    await customers.rows('select howdah.cancel_job($1)', [id]);
    const cancelledAt = performance.now();
    await untilState('cancelled');
    assert.ok(performance.now() - cancelledAt < 2_000);
  });

  test('retired by the database, it ends its runs and itself', async () => {
    const smtp = await startSmtp({ data: () => 'hang' });
    const cli = start(smtp);
    const { pool_id } = await untilListed(cli);
    await customers.signUpAda();
    await waitFor('the mail server to have the mail', () => smtp.received.length === 1);
    await customers.rows('select graphile_worker_critical.force_unlock_workers(array[$1])', [pool_id]);
    assert.equal(await cli.exited, 1);
    assert.match(cli.output(), /this worker lost its place in the fleet and ends; its jobs go to others/);
    const { state, worker } = await verifyJob();
    assert.deepEqual({ state, worker }, { state: 'available', worker: null });
  });

  test('having lost its job while it was stopped, its late completion changes nothing and it ends', async () => {
    const smtp = await startSmtp();
    const cli = start(smtp);
    const { token } = await untilListed(cli);
    await customers.rows("select howdah.pause_queue('critical')");
    await customers.signUpAda();
    const release = await hold('select from verifications for update');
    await customers.rows("select howdah.resume_queue('critical')");
    await untilState('running');
    await waitFor('its handler to wait for the row', async () => {
      const [row] = await customers.rows(
        `select from pg_stat_activity where wait_event_type = 'Lock' and query like 'update "verifications"%'`,
      );
      return row;
    });
    cli.signal('SIGSTOP');
    await customers.rows("select howdah.retire_runner($1, 'lost, for a test')", [token]);
    await customers.rows('select howdah.release_runner($1)', [token]);
    assert.equal((await verifyJob()).state, 'available');
    await release();
    cli.signal('SIGCONT');
    assert.equal(await cli.exited, 1);
    const { state, worker } = await verifyJob();
    assert.deepEqual({ state, worker }, { state: 'available', worker: null });
    assert.match(cli.output(), /runner \S+ is retired|lost its place in the fleet/);
  });
});

/** What the command line said that ends by itself. */
async function runToItsEnd(args: string[], env: Record<string, string> = {}) {
  const cli = startStockCli({ args, databaseUrl: databaseUrl(), env }, stack);
  return { exitCode: await cli.exited, output: cli.output() };
}

describe('the stock command line says in one line, without a stack,', () => {
  const cases: { what: string; args: string[]; env?: Record<string, string>; says: RegExp }[] = [
    {
      what: 'that a setting is wrong',
      args: ['--schema', 'graphile_worker_critical'],
      env: { QUEUES: 'critical:no' },
      says: /^The configuration has a mistake:\n {2}QUEUES: .*\n$/,
    },
    {
      what: 'that a setting of a worker is missing',
      args: [],
      env: { SMTP_URL: '' },
      says: /SMTP_URL: required by a worker/,
    },
    {
      what: 'that the database cannot be reached',
      args: [],
      env: { DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:9/none' },
      says: /^DATABASE_URL: cannot connect to postgres:\/\/nobody:\*\*\*@127\.0\.0\.1:9\/none: .*\n$/,
    },
    {
      what: 'that a schema is no queue',
      args: ['--schema', 'graphile_worker_bulk'],
      says: /--schema: there is no queue "bulk"\. Queues here: graphile_worker_critical, graphile_worker\. /,
    },
    {
      what: 'that a schema is none of Howdah’s',
      args: ['--schema', 'other'],
      says: /--schema: expected graphile_worker \(queue "default"\) or graphile_worker_<queue>, received "other"/,
    },
    {
      what: 'that the queue default has the schema without a name',
      args: ['--schema', 'graphile_worker_default'],
      says: /--schema: expected graphile_worker \(queue "default"\).*received "graphile_worker_default"/,
    },
    {
      what: 'that schedules are not its own to choose',
      args: ['--crontab', '/dev/null'],
      says: /--crontab: schedules are those of the application’s crontab/,
    },
    {
      what: 'that the connection is a setting',
      args: ['--connection', 'postgres://127.0.0.1/other'],
      says: /--connection: set DATABASE_URL instead/,
    },
  ];
  for (const { what, args, env, says } of cases) {
    test(what, async () => {
      const { exitCode, output } = await runToItsEnd(args, env);
      assert.equal(exitCode, 1);
      assert.match(output, says);
      assert.doesNotMatch(output, /^ +at /m);
    });
  }
});

describe('the stock command line’s other commands', () => {
  for (const args of [['--schema-only'], ['--cleanup', 'GC_TASK_IDENTIFIERS,DELETE_PERMAFAILED_JOBS']]) {
    test(`${args.join(' ')} does its work without a runner`, async () => {
      const { exitCode, output } = await runToItsEnd(args);
      assert.equal(exitCode, 0, output);
      assert.deepEqual(await customers.rows('select from howdah.runners'), []);
    });
  }

  test('--once runs what there is and ends, out of the register', async () => {
    const smtp = await startSmtp();
    await customers.signUpAda();
    const args = ['--schema', 'graphile_worker_critical', '--once'];
    const cli = startStockCli({ args, databaseUrl: databaseUrl(), smtpUrl: smtp.url }, stack);
    assert.equal(await cli.exited, 0, cli.output());
    assert.equal((await verifyJob()).state, 'completed');
    assert.deepEqual(await workers(), []);
  });
});

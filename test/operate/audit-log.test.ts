import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { inBatches } from '../../src/work/upkeep/in-batches.ts';
import { upkeepKinds } from '../../src/work/upkeep/upkeep-kinds.ts';
import { runHere } from '../support/howdah-cli.ts';
import { putJob, scalar } from '../support/job-states.ts';
import { createTestLogin, type TestLogin } from '../support/test-login.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

let queue: TestQueue;
let operator: TestLogin;
before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
  operator = await createTestLogin(queue.database, queue.pool, ['howdah_operator']);
  process.env['DATABASE_URL'] = queue.database.connectionString;
});
beforeEach(() =>
  queue.pool.query(
    'truncate graphile_worker._private_jobs, howdah.job_history, howdah.job_outcomes, howdah.queue_settings, howdah.audit_log',
  ),
);
after(async () => {
  await operator.drop();
  await queue.close();
});

/** The log without what differs from run to run, oldest first, as operators read it. */
async function log() {
  const { rows } = await operator.pool.query(
    'select actor, action, request_id, job_ids, details from howdah.audit_log order by id',
  );
  return rows;
}

describe('the audit log has a row, by the role that logged in, for', () => {
  const onOneJob: [string, string, string, object][] = [
    [
      'jobs.cancel',
      'available',
      `cancel_job($1, 'a duplicate')`,
      { reason: 'a duplicate', state: 'cancelled' },
    ],
    ['jobs.cancel', 'running', 'cancel_job($1)', { state: 'running' }],
    ['jobs.discard', 'retryable', `discard_job($1, 'hopeless')`, { reason: 'hopeless', state: 'discarded' }],
    ['jobs.retry', 'discarded', 'retry_job($1)', { state: 'available' }],
    ['jobs.run_now', 'scheduled', 'run_job_now($1)', { state: 'available' }],
    [
      'jobs.reschedule',
      'scheduled',
      `reschedule_job($1, '2050-01-01T00:00:00Z')`,
      { run_at: '2050-01-01T00:00:00+00:00', state: 'scheduled' },
    ],
  ];
  for (const [action, state, call, details] of onOneJob) {
    test(`${action} of a job that is ${state}`, async () => {
      const id = await putJob(queue, state as 'running');
      await operator.pool.query("set timezone = 'UTC'");
      await operator.pool.query(`select howdah.${call}`, [id]);
      assert.deepEqual(await log(), [
        { actor: operator.name, action, request_id: null, job_ids: [id], details },
      ]);
    });
  }

  test('what is done to queues', async () => {
    await operator.pool.query(`select howdah.pause_queue('default', 'bob: the mail is down')`);
    await operator.pool.query(`select howdah.resume_queue('default')`);
    await operator.pool.query(`select howdah.set_fleet_concurrency('default', 7)`);
    assert.deepEqual(
      (await log()).map(({ action, details }) => [action, details]),
      [
        ['queues.pause', { queue: 'default', by: 'bob: the mail is down', is_new: true }],
        ['queues.resume', { queue: 'default', is_new: true }],
        ['queues.set_fleet_concurrency', { queue: 'default', runs: 7 }],
      ],
    );
  });

  test('all jobs that one bulk command changed, without the payload it asked for', async () => {
    const ids = [await putJob(queue, 'available'), await putJob(queue, 'scheduled')];
    const call = `howdah.cancel_jobs(queue => 'default', payload_contains => '{"who": "ada"}', reason => 'enough')`;
    await operator.pool.query(`select ${call}`);
    const details = { filter: { queue: 'default' }, by_payload: true, max: 1000, reason: 'enough' };
    const [row, ...others] = await log();
    assert.deepEqual([row.action, row.job_ids, row.details], ['jobs.bulk_cancel', ids, details]);
    assert.deepEqual(others, []);
  });

  test('each command of npx howdah, by the account on this machine', async () => {
    const added = await runHere(['enqueue', 'works', '{}', '--delay', '1h']);
    const { id } = JSON.parse(added.stdout);
    await runHere(['run-now', id]);
    await runHere(['pause', 'default']);
    await runHere(['cancel', '--task', 'works']);
    const rows = await log();
    const actions = ['jobs.run_now', 'queues.pause', 'jobs.bulk_cancel'];
    assert.deepEqual(
      rows.map(({ action }) => action),
      actions,
    );
    assert.deepEqual(new Set(rows.map(({ actor }) => actor)), new Set([userInfo().username]));
    assert.deepEqual(await scalar(queue, 'select distinct application from howdah.audit_log'), 'howdah cli');
  });
});

describe('the audit log has no row for', () => {
  test('what was rolled back', async () => {
    const id = await putJob(queue, 'available');
    const client = await operator.pool.connect();
    await client.query('begin');
    await client.query('select howdah.cancel_job($1)', [id]);
    await client.query('rollback');
    client.release();
    assert.deepEqual(await log(), []);
  });

  test('what was refused, changed nothing or only counted', async () => {
    const id = await putJob(queue, 'available');
    await assert.rejects(operator.pool.query('select howdah.cancel_job(-1)'), { code: 'HWJOB' });
    await operator.pool.query(`select howdah.cancel_jobs(state => 'scheduled')`);
    await operator.pool.query('select howdah.cancel_jobs(dry_run => true)');
    assert.deepEqual(await log(), []);
    assert.equal((await queue.job(id)).state, 'available');
  });
});

describe('whoever is named as the actor', () => {
  const name = (actor: string) =>
    `select set_config('howdah.actor', '${actor}', true), set_config('howdah.request_id', 'r1', true)`;

  async function pauseAs(pool: TestLogin['pool'], actor: string): Promise<string> {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query(name(actor));
      await client.query(`select howdah.pause_queue('default')`);
      await client.query('commit');
    } finally {
      client.release();
    }
    return (await log()).at(-1).actor;
  }

  test('stands for itself when the service names it', async () => {
    assert.equal(await pauseAs(queue.pool, 'admin'), 'admin');
    assert.equal((await log()).at(-1).request_id, 'r1');
  });

  test('has the role that logged in beside it when another session does', async () => {
    assert.equal(await pauseAs(operator.pool, 'admin'), `admin (${operator.name})`);
    assert.equal((await log()).at(-1).request_id, null);
  });
});

describe('pruning the audit log', () => {
  const prune = async ({ days = 90, signal = new AbortController().signal } = {}) => {
    const kinds = upkeepKinds({ auditRetentionMs: days * 86_400_000 });
    const [kind] = kinds.filter((each) => each.kind === 'audit_log');
    assert.ok(kind);
    return (await inBatches(queue.pool, kind, { signal })).count;
  };
  const fill = (from: number, to: number, age: string) =>
    queue.pool.query(
      `insert into howdah.audit_log (at, actor, application, action)
       select now() - $3::interval, 'ada', 'psql', 'jobs.cancel' from generate_series($1::int, $2::int)`,
      [from, to, age],
    );
  afterEach(() => queue.pool.query('truncate howdah.audit_log'));

  test('removes rows older than told, however many, and keeps the others', async () => {
    await fill(1, 2_500, '91 days');
    await fill(1, 3, '89 days');
    assert.equal(await prune(), 2_500);
    assert.equal((await log()).length, 3);
    assert.equal(await prune(), 0);
    assert.equal(await prune({ days: 88 }), 3);
  });

  test('stops between two batches when its signal fires', async () => {
    await fill(1, 10, '91 days');
    assert.equal(await prune({ signal: AbortSignal.abort() }), 0);
    assert.equal((await log()).length, 10);
  });
});

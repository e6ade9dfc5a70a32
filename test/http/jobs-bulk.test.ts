import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type ApiJob, openApi, type TestApi } from './open-api.ts';
import { mistakenFields, outcomeOf, readProblem } from './open-app.ts';

let api: TestApi;
before(async () => {
  api = await openApi();
});
beforeEach(() => api.clear());
after(() => api.drop());

interface Report {
  action: string;
  dry_run: boolean;
  matched: number;
  changed: number;
  skipped: number;
  is_complete: boolean;
}

async function bulk(action: string, body: unknown): Promise<Report> {
  return api.json<Report>(200, 'POST', `/v1/jobs/bulk/${action}`, { body });
}

/** Enqueues so many alike; returns their ids. */
async function enqueueMany(count: number, options: Record<string, unknown> = {}): Promise<string[]> {
  const job = { task: 'send_welcome_email', payload: { user_account: 'ada' }, ...options };
  const jobs = Array.from({ length: count }, () => job);
  const answer = await api.json<{ jobs: ApiJob[] }>(201, 'POST', '/v1/jobs/batch', { body: { jobs } });
  return answer.jobs.map(({ id }) => id);
}

async function countByState(): Promise<Record<string, number>> {
  const rows = await api.customers.rows<{ state: string; count: number }>(
    'select state, count(*)::int as count from howdah.jobs group by state order by state',
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

describe('a bulk command', () => {
  test('in a dry run counts and changes nothing', async () => {
    await enqueueMany(5);
    await enqueueMany(3, { queue: 'critical' });
    const report = await bulk('cancel', { filter: { queue: 'critical' }, dry_run: true });
    const counts = { matched: 3, changed: 0, skipped: 0, is_complete: true };
    assert.deepEqual(report, { action: 'cancel', dry_run: true, ...counts });
    assert.deepEqual(await countByState(), { available: 8 });
  });

  test('in a dry run counts more than it would change, unless it is told how far', async () => {
    await enqueueMany(1_001);
    const order = { filter: { queue: 'default' }, dry_run: true };
    const { matched, is_complete } = await bulk('cancel', order);
    assert.deepEqual([matched, is_complete], [1_001, true]);
    assert.equal((await bulk('cancel', { ...order, max: 7 })).matched, 7);
    assert.equal((await bulk('cancel', { filter: { queue: 'default' } })).changed, 1_000);
  });

  test('works in batches of 1,000 with a row of the audit log each, and has them counted', async () => {
    const counts: number[] = [];
    const count = ({ jobs }: { jobs: number }) => void counts.push(jobs);
    api.customers.events.on('jobs.cancelled', count);
    const ids = await enqueueMany(2_500);
    const report = await bulk('cancel', {
      filter: { task: 'send_welcome_email' },
      max: 10_000,
      reason: 'cleared',
    });
    assert.deepEqual([report.matched, report.changed, report.is_complete], [2500, 2500, true]);
    api.customers.events.off('jobs.cancelled', count);
    assert.deepEqual(counts, [1000, 1000, 500]);
    assert.deepEqual(await countByState(), { cancelled: 2500 });
    const rows = await api.customers.rows<{ job_ids: string[] }>(
      `select job_ids::text[] from howdah.audit_log where action = 'jobs.bulk_cancel' order by id`,
    );
    assert.deepEqual(
      rows.map(({ job_ids }) => job_ids.length),
      [1000, 1000, 500],
    );
    assert.deepEqual(new Set(rows.flatMap(({ job_ids }) => job_ids)), new Set(ids));
    const [error] = await api.customers.rows('select distinct last_error from howdah.job_history');
    assert.deepEqual(error, { last_error: 'cleared' });
  });

  test('stops at its cap, the oldest first, and says that there may be more', async () => {
    const ids = await enqueueMany(6);
    const report = await bulk('discard', { filter: { queue: 'default' }, max: 4 });
    assert.deepEqual([report.matched, report.changed, report.is_complete], [4, 4, false]);
    const left = await api.customers.rows<{ id: string }>(
      `select id from howdah.jobs where state = 'available' order by id`,
    );
    assert.deepEqual(
      left.map(({ id }) => id),
      ids.slice(4),
    );
  });

  test('retries discarded and retryable jobs, and others only when asked for', async () => {
    await enqueueMany(2);
    await bulk('discard', { filter: { queue: 'default' } });
    await enqueueMany(3);
    await bulk('cancel', { filter: { state: 'available' } });
    assert.equal((await bulk('retry', { filter: { queue: 'default' } })).changed, 2);
    assert.deepEqual(await countByState(), { available: 2, cancelled: 3 });
    assert.equal((await bulk('retry', { filter: { state: 'cancelled' } })).changed, 3);
    assert.deepEqual(await countByState(), { available: 5 });
  });

  test('takes several states, and no other job than theirs', async () => {
    await enqueueMany(2);
    await enqueueMany(3, { delay: '1h' });
    await bulk('discard', { filter: { state: 'available' } });
    await enqueueMany(4);
    const report = await bulk('retry', { filter: { state: ['discarded', 'scheduled'] } });
    assert.deepEqual([report.matched, report.changed], [5, 5]);
    assert.deepEqual(await countByState(), { available: 9 });
  });

  test('makes scheduled jobs available, and counts those of a sequence as skipped', async () => {
    await enqueueMany(3, { delay: '1h' });
    await enqueueMany(2, { sequence: 's', delay: '1h' });
    const report = await bulk('run-now', { filter: { state: 'scheduled' } });
    assert.deepEqual([report.matched, report.changed, report.skipped], [5, 4, 1]);
    assert.deepEqual(await countByState(), { available: 4, scheduled: 1 });
  });

  test('cancels running jobs once, and comes to an end', async () => {
    const [id] = await enqueueMany(1);
    await api.customers.rows(
      `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'pool-x', attempts = 1 where id = $1`,
      [id],
    );
    const report = await bulk('cancel', { filter: { state: 'running' } });
    assert.deepEqual([report.matched, report.changed], [1, 1]);
    assert.deepEqual(await countByState(), { running: 1 });
  });

  test('leaves out what somebody else is at, rather than wait', async () => {
    const [id] = await enqueueMany(3);
    const client = await api.customers.pool.connect();
    try {
      await client.query('begin');
      await client.query('select 1 from graphile_worker._private_jobs where id = $1 for update', [id]);
      const report = await bulk('cancel', { filter: { queue: 'default' } });
      assert.deepEqual([report.matched, report.changed, report.skipped], [3, 2, 1]);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });

  test('takes every condition', async () => {
    await enqueueMany(1);
    const at = '2031-01-01T00:00:00Z';
    const filter = { queue: 'default', state: 'available', task: 'send_welcome_email', created_before: at };
    const more = { payload_contains: { user_account: 'ada' } };
    assert.equal(
      (await bulk('cancel', { filter: { ...filter, ...more, worker: 'w' }, dry_run: true })).matched,
      0,
    );
    assert.equal(
      (await bulk('cancel', { filter: { ...filter, created_after: at }, dry_run: true })).matched,
      0,
    );
    assert.equal((await bulk('cancel', { filter: { ...filter, ...more } })).changed, 1);
    const [audit] = await api.customers.rows<{ details: object }>(
      `select details from howdah.audit_log where action = 'jobs.bulk_cancel'`,
    );
    assert.doesNotMatch(JSON.stringify(audit), /user_account/);
  });

  const MISTAKES: [string, unknown, string][] = [
    ['no condition', { filter: {} }, 'filter'],
    ['no filter', {}, 'filter'],
    ['an unknown condition', { filter: { stat: 'x', key: 'k' } }, 'filter.stat'],
    ['a cap out of range', { filter: { queue: 'default' }, max: 0 }, 'max'],
    ['a state that it is not for', { filter: { state: 'completed' } }, 'filter.state'],
    ['one of several that it is not for', { filter: { state: ['available', 'completed'] } }, 'filter.state'],
    ['a state there is not', { filter: { state: ['available', 'pending'] } }, 'filter.state'],
    ['states with commas', { filter: { state: 'available,scheduled' } }, 'filter.state'],
    ['no state at all', { filter: { state: [] } }, 'filter.state'],
    ['a dry run in words', { filter: { queue: 'default' }, dry_run: 'yes' }, 'dry_run'],
  ];
  for (const [what, body, field] of MISTAKES) {
    test(`answers 422 to ${what}, naming ${field}`, async () => {
      await enqueueMany(1);
      assert.deepEqual(await mistakenFields(await api.send('POST', '/v1/jobs/bulk/cancel', { body })), [
        field,
      ]);
      assert.deepEqual(await countByState(), { available: 1 });
    });
  }

  for (const dry_run of [true, false]) {
    test(`answers 404 to an unknown queue, naming the field, ${dry_run ? 'dry' : 'not dry'}`, async () => {
      const body = { filter: { queue: 'nowhere' }, dry_run };
      const { status, errors } = await readProblem(await api.send('POST', '/v1/jobs/bulk/cancel', { body }));
      assert.deepEqual([status, errors.map(({ field }) => field)], [404, ['filter.queue']]);
    });

    test(`answers 422 to a payload that Postgres cannot hold, ${dry_run ? 'dry' : 'not dry'}`, async () => {
      const body = { filter: { payload_contains: { a: ['x\ud800'] } }, dry_run };
      const { status, errors } = await readProblem(await api.send('POST', '/v1/jobs/bulk/cancel', { body }));
      assert.equal(status, 422);
      assert.deepEqual(errors, [
        {
          field: 'filter.payload_contains',
          message: 'a[0]: expected text without \\u0000 and halves of surrogate pairs, received an object',
        },
      ]);
    });
  }

  for (const action of ['retry', 'cancel', 'run-now', 'discard']) {
    test(`${action} is for operators`, async () => {
      const body = { filter: { queue: 'default' } };
      const response = await api.send('POST', `/v1/jobs/bulk/${action}`, { body, token: 'viewer' });
      assert.deepEqual(await outcomeOf(response), [403, 'forbidden']);
    });
  }
});

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { z } from 'zod';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { type ApiJob, openApi, type TestApi } from './open-api.ts';
import { outcomeOf, readProblem } from './open-app.ts';

let api: TestApi;
before(async () => {
  api = await openApi();
  const resize = defineTask({ name: 'resize', payload: z.object({ width: z.int() }), maxRetries: 1 });
  await announceTasks(api.customers.pool, createCatalogue([resize]));
});
beforeEach(() => api.clear());
after(() => api.drop());

const WELCOME = { task: 'send_welcome_email', payload: { user_account: 'ada' } };

async function countJobs(): Promise<number> {
  const [row] = await api.customers.rows<{ count: number }>('select count(*)::int as count from howdah.jobs');
  return row?.count ?? -1;
}

describe('POST /v1/jobs', () => {
  test('enqueues with the task’s own defaults, and shows the job', async () => {
    const response = await api.send('POST', '/v1/jobs', { body: WELCOME });
    assert.equal(response.status, 201);
    const { job } = (await response.json()) as { job: ApiJob };
    assert.equal(response.headers.get('Location'), `/v1/jobs/${job.id}`);
    const { queue, task, state, max_attempts, payload, errors } = job;
    assert.deepEqual(
      { queue, task, state, max_attempts, payload, errors },
      {
        queue: 'default',
        task: WELCOME.task,
        state: 'available',
        max_attempts: 4,
        payload: WELCOME.payload,
        errors: [],
      },
    );
  });

  test('takes every option', async () => {
    const deadline = '2031-01-01T00:00:00.000Z';
    const options = {
      queue: 'critical',
      delay: '1h',
      priority: -3,
      max_retries: 7,
      timeout: '90s',
      deadline,
    };
    const more = { retention: '7d', sequence: 'ada', headers: { origin: 'test' }, unique_key: 'u' };
    const job = await api.enqueue({ ...options, ...more });
    assert.equal(job['queue'], 'critical');
    assert.equal(job.state, 'scheduled');
    assert.equal(job['priority'], -3);
    assert.equal(job['max_attempts'], 8);
    assert.equal(job['timeout'], '90s');
    assert.equal(job['deadline'], deadline);
    assert.equal(job['sequence'], 'ada');
    assert.deepEqual(job['headers'], { origin: 'test' });
    const inMs = Date.parse(String(job['run_at'])) - Date.parse(String(job['created_at']));
    assert.ok(Math.abs(inMs - 3_600_000) < 5_000);
  });

  test('takes an instant with an offset, and a key that replaces', async () => {
    const first = await api.enqueue({ run_at: '2031-01-01T02:00:00+02:00', key: 'k' });
    assert.equal(first['run_at'], '2031-01-01T00:00:00.000Z');
    const second = await api.enqueue({ run_at: '2032-01-01T00:00:00Z', key: 'k' });
    assert.deepEqual(
      [second.id, second['run_at'], second['key']],
      [first.id, '2032-01-01T00:00:00.000Z', 'k'],
    );
  });

  test('takes the first and the last instant of the years 1 to 9999, and says so of others', async () => {
    for (const run_at of ['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'])
      assert.equal((await api.enqueue({ run_at }))['run_at'], run_at);
    const body = { ...WELCOME, run_at: '9999-12-31T23:59:59-05:00' };
    const { errors } = await readProblem(await api.send('POST', '/v1/jobs', { body }));
    assert.match(errors[0]?.message ?? '', /^expected an instant of the years 1 to 9999 in UTC, .*-05:00"$/);
  });

  test('runs a task that only another deployment knows, and checks its payload', async () => {
    const { job } = await api.json<{ job: ApiJob }>(201, 'POST', '/v1/jobs', {
      body: { task: 'resize', payload: { width: 3 } },
    });
    assert.equal(job['max_attempts'], 2);
    const refused = await readProblem(
      await api.send('POST', '/v1/jobs', { body: { task: 'resize', payload: { width: 'wide' } } }),
    );
    assert.deepEqual(
      [refused.status, refused.code, refused.errors[0]?.field],
      [422, 'invalid_payload', 'payload.width'],
    );
  });

  test('answers 404 to an unknown task with those there are, and to an unknown queue', async () => {
    const task = await readProblem(
      await api.send('POST', '/v1/jobs', { body: { ...WELCOME, task: 'nothing' } }),
    );
    assert.deepEqual([task.status, task.code, task.errors[0]?.field], [404, 'unknown_task', 'task']);
    assert.match(task.detail, /send_welcome_email/);
    const queue = await readProblem(
      await api.send('POST', '/v1/jobs', { body: { ...WELCOME, queue: 'nowhere' } }),
    );
    assert.deepEqual([queue.status, queue.code, queue.errors[0]?.field], [404, 'unknown_queue', 'queue']);
    assert.match(queue.detail, /critical/);
  });

  for (const [wrong, field] of [
    [{ queue: 'nowhere' }, 'jobs[1].queue'],
    [{ task: 'nothing' }, 'jobs[1].task'],
  ] as const) {
    test(`names ${field} of a batch when it is unknown`, async () => {
      const body = { jobs: [WELCOME, { ...WELCOME, ...wrong }] };
      const { status, errors } = await readProblem(await api.send('POST', '/v1/jobs/batch', { body }));
      assert.deepEqual([status, errors.map((each) => each.field)], [404, [field]]);
    });
  }

  test('answers 409 to a duplicate with the id of the job that holds the key', async () => {
    const holder = await api.enqueue({ unique_key: 'once' });
    const body = { ...WELCOME, unique_key: 'once' };
    const problem = await readProblem(await api.send('POST', '/v1/jobs', { body }));
    assert.deepEqual([problem.status, problem.code], [409, 'duplicate_job']);
    assert.deepEqual(problem.details, { job_id: holder.id, queue: 'default' });
    assert.equal(await countJobs(), 1);
  });

  const MISTAKES: [string, Record<string, unknown>, string][] = [
    ['a payload that does not fit', { payload: { user_account: 7 } }, 'payload.user_account'],
    ['an unknown option', { proirity: 1 }, 'proirity'],
    ['a duration without a unit', { delay: '10' }, 'delay'],
    ['a duration that is a number', { delay: 10 }, 'delay'],
    ['a duration over 100 years', { delay: '99999999999999d' }, 'delay'],
    ['a delay beside run_at', { delay: '1s', run_at: '2031-01-01T00:00:00Z' }, 'run_at'],
    ['an instant without an offset', { run_at: '2031-01-01T00:00:00' }, 'run_at'],
    ['a day alone', { run_at: '2031-01-01' }, 'run_at'],
    ['a time of a day that is none', { run_at: '2031-01-01T24:00:00' }, 'run_at'],
    ['an instant that is none', { deadline: '2031-02-30T00:00:00Z' }, 'deadline'],
    ['an instant before our calendar', { run_at: '0000-01-01T00:00:00Z' }, 'run_at'],
    ['an instant after it', { run_at: '9999-12-31T23:59:59-05:00' }, 'run_at'],
    ['too many retries', { max_retries: 40_000 }, 'max_retries'],
    ['a broken priority', { priority: 1.5 }, 'priority'],
    ['a unique key beside a key', { key: 'k', unique_key: 'u' }, 'unique_key'],
    ['a unique time beside a key', { key: 'k', unique_for: '1h' }, 'unique_for'],
    ['a unique time of nothing', { unique_for: '0s' }, 'unique_for'],
    ['a key mode without a key', { key_mode: 'ignore' }, 'key_mode'],
    ['an unknown key mode', { key: 'k', key_mode: 'never' }, 'key_mode'],
    ['a key with NUL', { key: 'k\0' }, 'key'],
    ['a task with NUL', { task: '\0' }, 'task'],
    ['headers that are no texts', { headers: { a: 1 } }, 'headers.a'],
    ['a timeout that an integer cannot hold', { timeout: '365d' }, 'timeout'],
  ];
  for (const [what, options, field] of MISTAKES) {
    test(`answers 422 to ${what}, naming ${field}, and enqueues nothing`, async () => {
      const problem = await readProblem(
        await api.send('POST', '/v1/jobs', { body: { ...WELCOME, ...options } }),
      );
      const isPayload = field.startsWith('payload');
      const code = isPayload ? 'invalid_payload' : 'invalid_request';
      assert.deepEqual([problem.status, problem.code], [422, code]);
      assert.deepEqual(
        problem.errors.map((each) => each.field),
        [field],
      );
      assert.match(problem.errors[0]?.message ?? '', /^(expected|Invalid)/);
      assert.equal(await countJobs(), 0);
    });
  }

  test('says in the words of the API what was expected, and as it came what was received', async () => {
    const both = { ...WELCOME, key: 'k', unique_key: 'delayMs' };
    const problem = await readProblem(await api.send('POST', '/v1/jobs', { body: both }));
    assert.deepEqual(problem.errors, [
      { field: 'unique_key', message: 'expected nothing beside key, received "delayMs"' },
    ]);
    const late = { ...WELCOME, delay: '1s', run_at: '2031-01-01T00:00:00Z' };
    const { errors } = await readProblem(await api.send('POST', '/v1/jobs', { body: late }));
    assert.deepEqual(errors, [
      { field: 'run_at', message: 'expected nothing beside delay, received 2031-01-01T00:00:00.000Z' },
    ]);
    for (const [options, field, message] of [
      [{ debounce: '5s' }, 'debounce', 'a key beside it, received 5s'],
      [{ unique_for: '0s' }, 'unique_for', '1 ms to 100 years, received 0s'],
      [{ deadline: '2031-02-30T00:00:00Z' }, 'deadline', 'a day and a time that there are, e.g. '],
      [{ run_at: '10000-01-01T00:00:00Z' }, 'run_at', 'an instant of the years 1 to 9999 in UTC, e.g. '],
      [
        { headers: { '': 'a' } },
        'headers',
        'names of 1 to 256 characters, all of them valid, none NUL, received ""',
      ],
    ] as const) {
      const asked = { body: { ...WELCOME, ...options } };
      const [told] = (await readProblem(await api.send('POST', '/v1/jobs', asked))).errors;
      assert.equal(told?.field, field);
      assert.equal(told?.message.startsWith(`expected ${message}`), true, told?.message);
    }
    const unescaped = await api.send('GET', '/v1/jobs?created_after=2026-01-01T00:00:00+01:00');
    assert.match(
      (await readProblem(unescaped)).errors[0]?.message ?? '',
      /a \+ in an address is written %2B/,
    );
  });

  test('answers 422 to text that Postgres cannot hold, alone and in a batch, naming the field', async () => {
    for (const note of ['\0', 'a\ud800']) {
      const resize = { task: 'resize', payload: { width: 1, note } };
      const one = await readProblem(await api.send('POST', '/v1/jobs', { body: resize }));
      assert.deepEqual(
        [one.status, one.code, one.errors[0]?.field],
        [422, 'invalid_payload', 'payload.note'],
      );
      const jobs = [WELCOME, resize];
      const many = await readProblem(await api.send('POST', '/v1/jobs/batch', { body: { jobs } }));
      assert.deepEqual([many.status, many.errors[0]?.field], [422, 'jobs[1].payload.note']);
    }
  });

  test('is for operators', async () => {
    assert.deepEqual(
      await outcomeOf(await api.send('POST', '/v1/jobs', { body: WELCOME, token: 'viewer' })),
      [403, 'forbidden'],
    );
    assert.deepEqual(await outcomeOf(await api.send('POST', '/v1/jobs', { body: WELCOME, token: 'none' })), [
      401,
      'unauthorized',
    ]);
    assert.equal(await countJobs(), 0);
  });

  test('takes a body of a megabyte and no more', async () => {
    const ofKib = (kib: number) => ({ task: 'resize', payload: { width: 1, note: 'x'.repeat(kib * 1024) } });
    assert.equal((await api.send('POST', '/v1/jobs', { body: ofKib(900) })).status, 201);
    const body = JSON.stringify(ofKib(1100));
    const headers = { 'Content-Length': String(body.length) };
    assert.deepEqual(await outcomeOf(await api.send('POST', '/v1/jobs', { body, headers })), [
      413,
      'body_too_large',
    ]);
  });

  test('records who did what in the audit log, without the payload', async () => {
    const headers = { 'X-Request-Id': 'request-7' };
    const { job } = await api.json<{ job: ApiJob }>(201, 'POST', '/v1/jobs', { body: WELCOME, headers });
    const rows = await api.customers.rows(
      'select actor, action, request_id, job_ids::text[], details from howdah.audit_log',
    );
    const details = { tasks: ['send_welcome_email'], queues: ['default'] };
    assert.deepEqual(rows, [
      { actor: 'admin', action: 'jobs.enqueue', request_id: 'request-7', job_ids: [job.id], details },
    ]);
  });
});

describe('POST /v1/jobs/batch', () => {
  test('enqueues all in the order of the request', async () => {
    const jobs = Array.from({ length: 50 }, (_, n) => ({
      ...WELCOME,
      queue: n % 2 ? 'critical' : 'default',
      priority: n,
    }));
    const answer = await api.json<{ jobs: ApiJob[] }>(201, 'POST', '/v1/jobs/batch', { body: { jobs } });
    assert.deepEqual(
      answer.jobs.map(({ queue }) => queue),
      jobs.map(({ queue }) => queue),
    );
    const rows = await api.customers.rows<{ id: string; priority: number }>(
      'select id, priority from howdah.jobs order by priority',
    );
    assert.deepEqual(
      rows.map(({ id }) => id),
      answer.jobs.map(({ id }) => id),
    );
    const [audit] = await api.customers.rows<{ job_ids: string[] }>(
      'select job_ids::text[] from howdah.audit_log',
    );
    assert.deepEqual(
      audit?.job_ids,
      answer.jobs.map(({ id }) => id),
    );
  });

  test('enqueues none when one is wrong, and names it', async () => {
    const jobs = [
      WELCOME,
      { ...WELCOME, payload: {} },
      { ...WELCOME, delay: '1s', run_at: '2031-01-01T00:00:00Z' },
    ];
    const problem = await readProblem(await api.send('POST', '/v1/jobs/batch', { body: { jobs } }));
    assert.deepEqual(
      problem.errors.map(({ field }) => field),
      ['jobs[1].payload.user_account', 'jobs[2].run_at'],
    );
    assert.equal(await countJobs(), 0);
  });

  test('refuses duplicates of one batch, naming the second', async () => {
    const jobs = [
      { ...WELCOME, unique_key: 'a' },
      { ...WELCOME, unique_key: 'a' },
    ];
    const problem = await readProblem(await api.send('POST', '/v1/jobs/batch', { body: { jobs } }));
    assert.deepEqual([problem.status, problem.details?.['index']], [409, 1]);
    assert.equal(await countJobs(), 0);
  });

  for (const jobs of [[], 'none', undefined, Array.from({ length: 10_001 }, () => WELCOME)]) {
    test(`answers 422 to ${Array.isArray(jobs) ? `${jobs.length} jobs` : jobs}`, async () => {
      const problem = await readProblem(await api.send('POST', '/v1/jobs/batch', { body: { jobs } }));
      assert.deepEqual([problem.status, problem.errors.map(({ field }) => field)], [422, ['jobs']]);
    });
  }

  test('takes 10,000 jobs', async () => {
    const jobs = Array.from({ length: 10_000 }, () => WELCOME);
    const answer = await api.json<{ jobs: ApiJob[] }>(201, 'POST', '/v1/jobs/batch', { body: { jobs } });
    assert.equal(new Set(answer.jobs.map(({ id }) => id)).size, 10_000);
  });
});

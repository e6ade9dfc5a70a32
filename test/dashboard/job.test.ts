import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { completeJob, FAIL, fetchJob, type JobState, putJob } from '../support/job-states.ts';
import { openSession, untilBlocked } from '../support/session.ts';
import { ADMIN, openDashboard, type TestDashboard, type Visitor } from './open-dashboard.ts';
import { addHostileJob, queueOf, seedJobs } from './seed-jobs.ts';

let dashboard: TestDashboard;
let admin: Visitor;
let ids: Record<JobState, string>;
before(async () => {
  dashboard = await openDashboard();
  admin = dashboard.as('admin');
  ids = await seedJobs(dashboard);
});
after(() => dashboard.close());

async function stateOf(id: string): Promise<string> {
  const { rows } = await dashboard.pool.query('select state from howdah.jobs where id = $1', [id]);
  return rows[0]?.state;
}

function act(id: string, command: string, fields: Record<string, string> = {}): Promise<string> {
  return admin.submit(`/dashboard/jobs/${id}/${command}`, { back: `jobs/${id}`, ...fields });
}

describe('the page of a job', () => {
  test('says why it does not run, what would change that, and how it came to be so', async () => {
    const page = await admin.page(`/dashboard/jobs/${ids.retryable}`);
    assert.match(
      page,
      /class="explained retryable"><p>Run 1 of 4 failed \(no luck\); the next is at <time datetime=/,
    );
    assert.match(page, /Retry makes it available at once\. Start a worker whose QUEUES names default/);
    assert.match(page, /<ol class="timeline">.*Created.*Run 1 failed.*is tried again.*retryable/s);
    assert.match(page, /<code>Error<\/code>: no luck/);
  });

  test('says it in the reader’s language, with the words of the database below', async () => {
    const answer = await fetch(new URL(`/dashboard/jobs/${ids.retryable}`, dashboard.origin), {
      headers: { 'Accept-Language': 'zh-CN', Authorization: 'Bearer the-operator-of-the-pages' },
    });
    const page = await answer.text();
    assert.match(page, /上一次执行失败，正等待重试/);
    assert.match(page, /lang="en">.*Run 1 of 4 failed/);
  });

  test('has every state', async () => {
    for (const [state, id] of Object.entries(ids)) {
      const page = await admin.page(`/dashboard/jobs/${id}`);
      assert.match(page, new RegExp(`<h1>Job ${id} .*class="state ${state}"`));
    }
  });

  test('shows payload and result with every digit, to admins alone', async () => {
    const id = await addHostileJob(dashboard);
    const page = await admin.page(`/dashboard/jobs/${id}`);
    assert.match(page, /class="json-bigint">9007199254740993</);
    assert.doesNotMatch(page, /<img|<script>document/);
    const seen = await dashboard.as('viewer').page(`/dashboard/jobs/${id}`);
    assert.doesNotMatch(seen, /9007199254740993|<form class="command"|onerror=.*from/);
    assert.match(seen, /for admins alone/);
  });

  test('folds what a long error says, and shows what turns around how a text is read', async () => {
    const { pool } = dashboard;
    const { rows } = await pool.query(`select howdah.enqueue('works', payload => $1::json)::text as id`, [
      JSON.stringify({ who: 'a\u202eb' }),
    ]);
    const { id } = rows[0];
    await fetchJob(dashboard, id);
    const message = Array.from({ length: 40 }, (_, n) => `line ${n}`).join('\n');
    await pool.query(FAIL, [
      id,
      `howdah-verdict:${JSON.stringify({ kind: 'retry', delayMs: 60_000, name: 'Error', message })}`,
    ]);
    const page = await admin.page(`/dashboard/jobs/${id}`);
    assert.match(
      page,
      /<details class="failure"><summary><code>Error<\/code>: line 0\n[^<]*line 5…<\/summary>\nline 6\n[^<]*line 39<\/details>/,
    );
    assert.match(page, /class="json-string">&quot;a\\u202eb&quot;</);
  });

  test('says in words where a broker put its message, to admins alone', async () => {
    const { pool, origin } = dashboard;
    const id = await putJob(queueOf(dashboard), 'completed');
    const path = `/dashboard/jobs/${id}`;
    const headers = { 'Accept-Language': 'zh-CN', Authorization: `Bearer ${ADMIN}` };
    for (const [result, english, chinese] of [
      [
        '{"exchange": "mail", "routing_key": "<new>"}',
        /exchange mail, routing key &lt;new&gt;</,
        /交换机 mail，路由键/,
      ],
      ['{"exchange": "", "routing_key": "mails"}', /to RabbitMQ: queue mails</, /RabbitMQ：队列 mails</],
      [
        '{"topic": "users.v1", "partition": 0, "offset": 9007199254740993}',
        /topic users.v1, partition 0, offset 9007199254740993</,
        /主题 users.v1，分区 0，偏移量 9007199254740993</,
      ],
    ] as const) {
      await pool.query('update howdah.job_history set result = $2 where id = $1', [id, result]);
      assert.match(await admin.page(path), english);
      assert.match(await (await fetch(new URL(path, origin), { headers })).text(), chinese);
      assert.doesNotMatch(await dashboard.as('viewer').page(path), /Handed to/);
    }
    const other = '{"topic": "users.v1", "partition": 0, "offset": null}';
    await pool.query('update howdah.job_history set result = $2 where id = $1', [id, other]);
    assert.doesNotMatch(await admin.page(path), /Handed to/);
  });

  test('that is gone says that it may have been removed', async () => {
    for (const id of ['999999999', 'nothing', '0']) {
      assert.match(await admin.page(`/dashboard/jobs/${id}`, 404), /removed when its retention was over/);
    }
  });

  test('of a payload that is large shows its beginning, and no form that could not be sent', async () => {
    const { rows } = await dashboard.pool.query(
      `select howdah.enqueue('works', payload => json_build_object('who', 'ada', 'list', (select json_agg(repeat('x', 900)) from generate_series(1, 1000))))::text as id`,
    );
    const page = await admin.page(`/dashboard/jobs/${rows[0].id}`);
    assert.ok(page.length < 400_000, String(page.length));
    assert.match(page, /and more, not shown here/);
    assert.match(page, /too large to be edited here/);
    assert.doesNotMatch(page, /<textarea/);
  });

  test('leads to others with its key, of its sequence and of its trace', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const enqueue = async (option: string, value: unknown) => {
      const text = `select howdah.enqueue('works', payload => '{"who": "ada"}', ${option} => $1)::text as id`;
      return (await dashboard.pool.query(text, [value])).rows[0].id;
    };
    for (const [by, option, value] of [
      ['With the same key', 'key', 'mail-7'],
      ['Of the same sequence', 'sequence', 'account-7'],
      ['Of the same trace', 'headers', { traceparent }],
    ] as const) {
      const first = await enqueue(option, value);
      await act(first, 'cancel');
      const second = await enqueue(option, value);
      const page = await admin.page(`/dashboard/jobs/${second}`);
      assert.match(page, new RegExp(`${by}.*id="job-${first}"`, 's'), by);
    }
  });
});

describe('a button of a job', () => {
  test('retries it', async () => {
    assert.match(await act(ids.discarded, 'retry'), /role="status"[^>]*>The job runs again/);
    assert.equal(await stateOf(ids.discarded), 'available');
  });

  test('retries nothing on a page that is older than what became of the job', async () => {
    const id = await putJob(queueOf(dashboard), 'discarded');
    const path = `/dashboard/jobs/${id}`;
    const old = await admin.page(path);
    const [, shown = ''] = /name="shown" value="([a-z]+)"/.exec(old) ?? [];
    await dashboard.pool.query('select howdah.retry_job($1)', [id]);
    await fetchJob(dashboard, id);
    await completeJob(dashboard, id);
    for (const [language, said] of [
      ['en', 'It has changed meanwhile: it was discarded and is completed. Nothing was done.'],
      ['zh-Hans', '任务在此期间已改变'],
    ] as const) {
      const caller = { Authorization: `Bearer ${ADMIN}`, Accept: 'text/html', 'Accept-Language': language };
      const answer = await fetch(new URL(`${path}/retry`, dashboard.origin), {
        method: 'POST',
        headers: { ...caller, Origin: dashboard.origin, 'Sec-Fetch-Site': 'same-origin' },
        body: new URLSearchParams({ back: `jobs/${id}`, shown }),
      });
      assert.equal(answer.status, 409);
      assert.ok((await answer.text()).includes(said), said);
      assert.equal(await stateOf(id), 'completed');
    }
    await act(id, 'retry', { shown: 'completed' });
    assert.equal(await stateOf(id), 'available');
  });

  test('retries nothing that another retries, and that completes, while it is pressed', async () => {
    const id = await putJob(queueOf(dashboard), 'discarded');
    const other = await openSession(dashboard.pool);
    const pool = other.client as never;
    await other.run('select howdah.retry_job($1)', [id]);
    await fetchJob({ pool }, id);
    await completeJob({ pool }, id);
    const pressed = admin.send(`/dashboard/jobs/${id}/retry`, { shown: 'discarded' });
    await untilBlocked(dashboard.pool, 1);
    await other.end('commit');
    const answer = await pressed;
    assert.equal(answer.status, 409);
    assert.match(await answer.text(), /it was discarded and is completed/);
    assert.equal(await stateOf(id), 'completed');
  });

  test('runs it now', async () => {
    await act(ids.scheduled, 'run-now');
    assert.equal(await stateOf(ids.scheduled), 'available');
  });

  test('cancels it with a reason', async () => {
    const id = await putJob(queueOf(dashboard), 'available');
    assert.match(await act(id, 'cancel', { reason: 'sent <by> hand' }), /sent &lt;by&gt; hand/);
    assert.equal(await stateOf(id), 'cancelled');
  });

  test('discards it', async () => {
    const id = await putJob(queueOf(dashboard), 'retryable');
    await act(id, 'discard');
    assert.equal(await stateOf(id), 'discarded');
  });

  test('sets when it runs, as an instant in UTC or from now on', async () => {
    const id = await putJob(queueOf(dashboard), 'scheduled');
    await act(id, 'reschedule', { at: '2031-02-03T04:05' });
    const { rows } = await dashboard.pool.query('select run_at from howdah.jobs where id = $1', [id]);
    assert.equal(rows[0]?.run_at.toISOString(), '2031-02-03T04:05:00.000Z');
    await act(id, 'reschedule', { after: '+2h' });
    const left = 'extract(epoch from run_at - now())::float8 as left';
    const later = await dashboard.pool.query(`select ${left} from howdah.jobs where id = $1`, [id]);
    const seconds = later.rows[0]?.left; // by a clock that is about the database's
    assert.ok(seconds > 7_000 && seconds < 7_260, String(seconds));
    for (const fields of [{}, { at: 'soon' }, { after: '5' }, { at: '2031-02-03T04:05', after: '2h' }]) {
      const answer = await admin.send(`/dashboard/jobs/${id}/reschedule`, fields);
      assert.equal(answer.status, 422, JSON.stringify(fields));
    }
  });

  test('that does not fit its state says so, and what does', async () => {
    const id = await putJob(queueOf(dashboard), 'available');
    await fetchJob(dashboard, id);
    const answer = await admin.send(`/dashboard/jobs/${id}/discard`, {});
    assert.equal(answer.status, 409);
    assert.match(await answer.text(), /cannot be discarded/);
  });

  test('enqueues it again with another payload, and leads to the new job', async () => {
    const page = await act(ids.completed, 'enqueue-again', { payload: '{"who": "bob", "n": 2}' });
    assert.match(page, /role="status"[^>]*>The job is enqueued/);
    assert.match(page, /json-string">&quot;bob&quot;/);
    assert.doesNotMatch(page, new RegExp(`<h1>Job ${ids.completed} `));
  });

  test('enqueues it with every digit of its numbers', async () => {
    const payload = '{"who": "bob", "n": 9007199254740993}';
    const page = await act(ids.completed, 'enqueue-again', { payload });
    assert.match(page, /json-bigint">9007199254740993</);
  });

  test('enqueues nothing that does not fit the task, and says what is wrong with it', async () => {
    const wrong = await admin.send(`/dashboard/jobs/${ids.completed}/enqueue-again`, {
      payload: '{"who": 7}',
    });
    assert.equal(wrong.status, 422);
    assert.match(await wrong.text(), /payload\.who|who/);
    const broken = await admin.send(`/dashboard/jobs/${ids.completed}/enqueue-again`, { payload: '{"who":' });
    assert.equal(broken.status, 422);
    const page = await broken.text();
    assert.match(
      page,
      /<details class="menu[^>]* open>.*<code>payload<\/code>: expected JSON.*<textarea[^>]*>\{&quot;who&quot;:<\/textarea>/s,
    );
    assert.match(page, new RegExp(`name="back" value="jobs/${ids.completed}"`));
  });

  test('is not for viewers', async () => {
    const viewer = dashboard.as('viewer');
    for (const command of ['retry', 'run-now', 'cancel', 'discard', 'reschedule', 'enqueue-again']) {
      const answer = await viewer.send(`/dashboard/jobs/${ids.available}/${command}`, {});
      assert.equal(answer.status, 403, command);
    }
  });
});

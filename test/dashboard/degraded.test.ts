import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { createEmptyDatabase } from '../support/test-database.ts';
import { createTestLogin } from '../support/test-login.ts';
import { waitFor } from '../support/wait-for.ts';
import { ADMIN, openDashboard, type TestDashboard } from './open-dashboard.ts';
import { addJobs, seedJobs } from './seed-jobs.ts';

const REQUEST_TIMEOUT_MS = 1_000;

let dashboard: TestDashboard;
let paths: string[];
before(async () => {
  dashboard = await openDashboard({ requestTimeoutMs: REQUEST_TIMEOUT_MS });
  const ids = await seedJobs(dashboard);
  // Where a queue is behind, the first page says why, and reads the job for that.
  await dashboard.pool.query(
    `update graphile_worker._private_jobs set run_at = now() + interval '1 hour' where locked_at is null`,
  );
  const pages = [
    'jobs',
    'failures',
    'queues',
    'queues/default',
    'workers',
    'sources',
    'schedules',
    'tasks',
    'audit',
  ];
  const ofOne = ['tasks/works', `jobs/${ids.discarded}`, 'jobs/act?action=cancel&scope=all&q=task:works'];
  paths = ['/dashboard', ...[...pages, ...ofOne].map((page) => `/dashboard/${page}`)];
});
after(() => dashboard.close());

/** Every page with that status, and these words in it. */
async function everyPage(of: TestDashboard, status: number, ...words: RegExp[]): Promise<void> {
  for (const path of paths) {
    const page = await of.as('admin').page(path, status);
    for (const each of words) assert.match(page, each, path);
  }
}

describe('pages of a database', () => {
  test('that was not migrated say so, and what brings it up to date', async () => {
    await using stack = new AsyncDisposableStack();
    const database = await createEmptyDatabase();
    stack.defer(() => database.drop());
    const bare = await openDashboard({ connectionString: database.connectionString });
    stack.defer(() => bare.close());
    await everyPage(bare, 503, /does not exist/, /npx howdah migrate/, /data-live="on"/);
  });

  test('of an older version say so as well', async () => {
    await using stack = new AsyncDisposableStack();
    const older = await openDashboard();
    stack.defer(() => older.close());
    await older.pool.query('alter table howdah.task_charts rename column waits to older_waits');
    await older.pool.query('drop function howdah.explain_queues cascade');
    const page = await older.as('admin').page('/dashboard', 503);
    assert.match(page, /explain_queues.* does not exist/);
    assert.match(page, /npx howdah migrate/);
    assert.match(await older.as('admin').page('/dashboard/jobs'), /<h1>Jobs/);
  });

  test('that lets the service not look name its role, and what to grant', async () => {
    await using stack = new AsyncDisposableStack();
    const login = await createTestLogin(dashboard, dashboard.pool);
    stack.defer(() => login.drop());
    const poor = await openDashboard({ connectionString: login.connectionString });
    stack.defer(() => poor.close());
    const grant = new RegExp(`grant howdah_worker to &quot;${login.name}&quot;`);
    await everyPage(poor, 503, /permission denied/, grant);
    await dashboard.pool.query(`grant howdah_worker to ${login.name}`);
    await untilFresh(() => everyPage(poor, 200));
  });

  for (const role of ['howdah_viewer', 'howdah_operator']) {
    test(`are all read with the rights of ${role}`, async () => {
      await using stack = new AsyncDisposableStack();
      const login = await createTestLogin(dashboard, dashboard.pool, [role]);
      stack.defer(() => login.drop());
      const own = await openDashboard({ connectionString: login.connectionString });
      stack.defer(() => own.close());
      await everyPage(own, 200);
      const refused = await own.as('admin').send('/dashboard/queues/default/limit', { limit: '3' });
      const text = await refused.text();
      if (role === 'howdah_operator') assert.equal(refused.status, 303, text);
      else assert.match(text, /permission denied[\s\S]*grant howdah_worker to/);
    });
  }

  for (const [table, told] of [
    ['graphile_worker._private_jobs', ['/dashboard', '/dashboard/jobs']],
    ['howdah.task_charts', ['/dashboard', '/dashboard/queues/default']],
    ['howdah.job_history', ['/dashboard/jobs']],
  ] as [string, string[]][]) {
    test(`are answered in time, in words, while somebody holds a lock on ${table}`, async () => {
      await using stack = new AsyncDisposableStack();
      const { connectionString, pool } = dashboard;
      const own = await openDashboard({ connectionString, requestTimeoutMs: REQUEST_TIMEOUT_MS });
      stack.defer(() => own.close());
      await own.as('nobody').page('/dashboard/login');
      const client = await pool.connect();
      await client.query(`begin; lock table ${table} in access exclusive mode`);
      try {
        for (const path of told) {
          const page = await inTime(own, path, 503);
          assert.match(page, /Somebody holds a lock/, path);
          assert.match(page, /npx howdah doctor/);
        }
        if (!told.includes('/dashboard'))
          assert.match(await inTime(own, '/dashboard', 200), /What fails cannot be read right now/);
      } finally {
        await client.query('rollback');
        client.release();
      }
      const healed = await untilFresh(() => own.as('admin').page('/dashboard'));
      assert.match(healed, /<h2>Queues/);
    });
  }

  test('that tell of jobs that ended beside something else come without that, and say so, while somebody holds a lock on them', async () => {
    await using stack = new AsyncDisposableStack();
    const own = await openDashboard({ requestTimeoutMs: 20_000 });
    stack.defer(() => own.close());
    await addJobs(own, 1);
    await own.pool.query(`update graphile_worker._private_jobs set run_at = now() - interval '1 hour'`);
    await own.pool.query(
      `insert into howdah.cron_entries (identifier, task, queue, cron, application) values ('hourly', 'works', 'default', '0 * * * *', 'a')`,
    );
    const admin = own.as('admin');
    await own.as('nobody').page('/dashboard/login');
    const client = await own.pool.connect();
    stack.defer(async () => {
      await client.query('rollback');
      client.release();
    });
    await client.query('begin; lock table howdah.job_history in access exclusive mode');
    const leftOut = /Somebody holds a lock on what belongs here/;
    for (const path of ['', '/queues/default', '/workers', '/schedules/default/hourly'])
      assert.match(await inTime(own, `/dashboard${path}`, 200), leftOut, path);
    assert.match(await admin.page('/dashboard'), /1 queue is behind: .*because no worker serves default/);
    assert.match(await admin.page('/dashboard/queues'), /queue-default/);
  });

  test('are all answered in time for as long as a lock stays, tell open pages so, and are live after it', async () => {
    await using stack = new AsyncDisposableStack();
    const { connectionString, pool } = dashboard;
    const own = await openDashboard({ connectionString, requestTimeoutMs: REQUEST_TIMEOUT_MS });
    stack.defer(() => own.close());
    await everyPage(own, 200);
    const open = await listen(own);
    stack.defer(() => open.close());
    const holder = await pool.connect();
    await holder.query('begin; lock table graphile_worker._private_jobs in access exclusive mode');
    const round = () => Promise.allSettled(paths.map((path) => inTime(own, path)));
    const held = [...(await round()), ...(await round())];
    const isTold = await open.told('lost').then(
      () => true,
      () => false,
    );
    const { rowCount: stillHeld } = await holder.query('select');
    await holder.query('rollback');
    holder.release();
    for (const each of held) assert.equal(each.status, 'fulfilled', String(Object(each).reason));
    assert.deepEqual([isTold, stillHeld], [true, 1]);
    await open.told('changed');
    await untilFresh(() => everyPage(own, 200));
  });
});

/** What that page says, within the time that requests have. @param status 200 or 503 unless given */
async function inTime(of: TestDashboard, path: string, status?: number): Promise<string> {
  const begunAt = performance.now();
  const answer = await ask(of, path);
  const page = await answer.text();
  const tookMs = performance.now() - begunAt;
  assert.ok(tookMs < 3 * REQUEST_TIMEOUT_MS, `${path} took ${tookMs} ms`);
  const expected = status === undefined ? [200, 503] : [status];
  assert.ok(expected.includes(answer.status), `${path} ${answer.status}: ${page}`);
  return page;
}

function ask({ origin }: TestDashboard, path: string, signal: AbortSignal | null = null): Promise<Response> {
  const headers = { Accept: 'text/html', Authorization: `Bearer ${ADMIN}` };
  return fetch(new URL(path, origin), { headers, signal });
}

/** An open page that hears what is told to all; `told` waits for that event, of those after the ones waited for. */
async function listen(of: TestDashboard) {
  const closing = new AbortController();
  const { body } = await ask(of, '/dashboard/live', closing.signal);
  assert.ok(body);
  let text = '';
  const hearing = (async () => {
    for await (const part of body.pipeThrough(new TextDecoderStream())) text += part;
  })().catch(() => {});
  return {
    async told(event: string) {
      const end = await waitFor(event, () => text.indexOf(`event: ${event}\n`) + 1);
      text = text.slice(end);
    },
    close() {
      closing.abort();
      return hearing;
    },
  };
}

/** What pages share is read every two seconds: a reading from before is shown, or told, meanwhile. */
async function untilFresh<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(100);
    }
  }
}

describe('pages without a database', () => {
  test('say so, with the status of something that passes, and are there again with it', async () => {
    await using stack = new AsyncDisposableStack();
    const proxy = await startTcpProxy(dashboard.connectionString);
    stack.defer(() => proxy.stop());
    const cutOff = await openDashboard({ connectionString: proxy.url });
    stack.defer(() => cutOff.close());
    proxy.refuse();
    const unopened = await fetch(`${cutOff.origin}/dashboard`, { headers: { Accept: 'text/html' } });
    assert.equal(unopened.status, 503);
    assert.match(unopened.headers.get('Content-Type') ?? '', /text\/html/);
    assert.equal(unopened.headers.get('Refresh'), '5');
    await unopened.arrayBuffer();
    proxy.admit();
    await everyPage(cutOff, 200);
    proxy.refuse();
    const jobs = paths.filter((path) => /jobs|audit|workers/.test(path));
    for (const path of jobs) {
      const page = await cutOff.as('admin').page(path, 503);
      assert.match(page, /The database does not answer/, path);
    }
    proxy.admit();
    for (const path of jobs) await cutOff.as('admin').page(path);
  });
});

describe('the first page', () => {
  test('says in red that no worker is alive, and how to start one', async () => {
    const page = await dashboard.as('viewer').page('/dashboard');
    assert.match(page, /class="verdict bad"><h1>No worker is alive/);
    assert.match(page, /npx howdah worker/);
  });

  test('names the button that would help a queue, rather than a call in SQL', async () => {
    await using stack = new AsyncDisposableStack();
    const own = await openDashboard();
    stack.defer(() => own.close());
    await addJobs(own, 1);
    await own.pool.query(`update graphile_worker._private_jobs set run_at = now() - interval '1 hour'`);
    await own.pool.query(`select howdah.pause_queue('default', 'x')`);
    const page = await own.as('viewer').page('/dashboard');
    assert.match(page, /Resume on the page of the queue lets it go on/);
    assert.doesNotMatch(page, /select howdah/);
  });

  test('says of charts that nobody has counted for lately that they are out of date', async () => {
    await using stack = new AsyncDisposableStack();
    const own = await openDashboard();
    stack.defer(() => own.close());
    const countedUntil = (minutes: number) =>
      own.pool.query(
        `insert into howdah.chart_progress as p (counted_until, rolled_until)
         select m.at, date_bin('1 hour', m.at, 'epoch') from date_bin('1 minute', now() - make_interval(mins => $1), 'epoch') m (at)
         on conflict on constraint chart_progress_pkey do update set counted_until = excluded.counted_until`,
        [minutes],
      );
    await countedUntil(14);
    const viewer = own.as('viewer');
    assert.match(
      await viewer.page('/dashboard/queues/default'),
      /Charts are out of date.*1\d(\.\d)? min ago/,
    );
    assert.match(await viewer.page('/dashboard'), /Charts are out of date/);
    await countedUntil(1);
    assert.doesNotMatch(await viewer.page('/dashboard/queues/default'), /Charts are out of date/);
  });

  test('says of counts that are estimates that they are about so many', async () => {
    await using stack = new AsyncDisposableStack();
    const big = await openDashboard();
    stack.defer(() => big.close());
    await addJobs(big, 12_000);
    await big.pool.query('analyze graphile_worker._private_jobs');
    assert.match(await big.as('viewer').page('/dashboard'), /<dt>Waiting<\/dt><dd>about \d/);
    assert.match(
      await big.as('viewer').page('/dashboard/jobs'),
      /available <span class="tab-count">[\d,]+\+</,
    );
  });
});

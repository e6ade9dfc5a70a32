import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { ADMIN, openDashboard, type TestDashboard, VIEWER } from '../dashboard/open-dashboard.ts';
import { seedJobs } from '../dashboard/seed-jobs.ts';
import type { JobState } from '../support/job-states.ts';
import type { TestDatabase } from '../support/test-database.ts';
import { openTestQueue, testTask } from '../support/test-queue.ts';
import { logIn, openBrowser, openPage, WITHOUT_BROWSER } from './open-browser.ts';

describe('who operates in a browser', { skip: WITHOUT_BROWSER }, () => {
  let dashboard: TestDashboard;
  let browser: Browser;
  let jobs: Record<JobState, string>;
  before(async () => {
    dashboard = await openDashboard();
    jobs = await seedJobs(dashboard);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await dashboard?.close();
  });

  test('pauses a queue with a reason, which others see at once, and resumes it', async () => {
    const { page, complaints } = await openPage(browser, dashboard.origin);
    const other = await openPage(browser, dashboard.origin);
    await logIn(other.page, VIEWER);
    await other.page.goto('/dashboard/queues/default');
    await page.goto('/dashboard/login');
    await page.getByLabel('Token', { exact: true }).fill(ADMIN);
    await page.getByLabel('Your name').fill('Ada');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.goto('/dashboard/queues/default');
    await page.getByLabel('Reason').fill('mail is down');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('status').getByText('The queue is paused').waitFor();
    await page.getByText('Paused by Ada (admin): mail is down').waitFor();
    await other.page.getByText('Paused by Ada (admin): mail is down').waitFor();
    await page.goto('/dashboard/queues');
    await page
      .locator('[data-row]', { hasText: 'default' })
      .locator('.badge', { hasText: 'paused' })
      .waitFor();
    await page.goto(`/dashboard/jobs/${jobs.available}`);
    assert.match((await page.locator('.explained').textContent()) ?? '', /paused[\s\S]*Resume on the page/);
    await page.goto('/dashboard/queues/default');
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('status').getByText('hands out jobs again').waitFor();
    await page.goto('/dashboard/audit');
    assert.match((await page.textContent('main')) ?? '', /Ada \(admin\)[\s\S]*queues\.pause/);
    assert.deepEqual([...complaints, ...other.complaints], []);
    await Promise.all([page.context().close(), other.page.context().close()]);
  });

  test('as a viewer finds no button, and no request of theirs does anything', async () => {
    const { page } = await openPage(browser, dashboard.origin);
    await logIn(page, VIEWER);
    const pages = [
      '',
      '/jobs',
      '/failures',
      '/queues',
      '/queues/default',
      '/workers',
      '/sources',
      '/schedules',
      '/tasks',
    ];
    const before = await stateOf(dashboard);
    for (const path of [
      ...pages,
      '/tasks/works',
      '/audit',
      ...Object.values(jobs).map((id) => `/jobs/${id}`),
    ]) {
      await page.goto(`/dashboard${path}`);
      const posted = page.locator('main form[method=post], main [data-shortcut], main a[href*="act?"]');
      assert.equal(await posted.count(), 0, path);
      assert.equal(await page.locator('.json').count(), 0, `${path} shows no payload`);
      for (const key of ['x', 'r', 'c']) await page.keyboard.press(key);
      assert.match(page.url(), new RegExp(`/dashboard${path}$`));
    }
    const id = jobs.available;
    const commands = ['retry', 'cancel', 'discard', 'run-now', 'reschedule', 'enqueue-again'];
    const all = [
      ...commands.map((name) => `jobs/${id}/${name}`),
      'queues/default/pause',
      'queues/default/limit',
    ];
    for (const path of [...all, 'tasks/works', 'jobs/act', 'failures/0123456789abcdef/canary']) {
      const status = await page.evaluate(`fetch('${dashboard.origin}/dashboard/${path}', {
        method: 'POST', body: new URLSearchParams({ payload: '{}', limit: '1', action: 'cancel', scope: 'all' }),
      }).then(({ status }) => status)`);
      assert.ok(status === 403 || status === 404 || status === 405, `${path}: ${status}`);
    }
    assert.deepEqual(await stateOf(dashboard), before);
    await page.context().close();
  });

  test('is told of a full queue in the verdict, on its page and on the page of the job that waits', async () => {
    await using stack = new AsyncDisposableStack();
    const { connectionString } = dashboard;
    const database: TestDatabase = { connectionString, name: '', drop: async () => {} };
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const queue = await openTestQueue([[testTask('hangs'), () => held]], database);
    stack.defer(() => queue.close());
    stack.defer(release);
    await queue.pool.query('delete from graphile_worker._private_jobs');
    const enqueue = async () =>
      (await queue.pool.query(`select howdah.enqueue('hangs', '{}')::text as id`)).rows[0]?.id as string;
    const running = await enqueue();
    await queue.start([{ name: 'default', concurrency: 1 }]);
    await queue.untilState(running, 'running');
    const waiting = await enqueue();
    await queue.pool.query(
      `update graphile_worker._private_jobs set run_at = now() - interval '10 minutes' where id = $1`,
      [waiting],
    );
    const { page, complaints } = await openPage(browser, dashboard.origin);
    await logIn(page, VIEWER);
    const said = `the oldest job of default has waited 10 min, because all places of default are taken`;
    await page.locator('.verdict.bad', { hasText: said }).waitFor();
    await page.getByRole('link', { name: `Job ${waiting} waits longest.` }).click();
    const explained = page.locator('.explained');
    await explained.getByText(`The only place of the queue default is taken, by job ${running}.`).waitFor();
    await page.goto('/dashboard/queues/default');
    await page.locator('.trouble', { hasText: 'because all places of default are taken' }).waitFor();
    await page.goto('/dashboard');
    await queue.pool.query('delete from graphile_worker._private_jobs where id = $1', [waiting]);
    await page.locator('.verdict:not(.bad)').waitFor();
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test('has the exact instant on every time, in UTC or their own zone, and every digit of a number', async () => {
    const { rows } = await dashboard.pool.query<{ id: string }>(
      `select howdah.enqueue('works', '{"who": "ada", "n": 9007199254740993, "deep": [123456789012345678901234567890]}')::text as id`,
    );
    const { page, complaints } = await openPage(browser, dashboard.origin, {
      timezoneId: 'Asia/Tokyo',
      locale: 'en-GB',
    });
    await logIn(page, ADMIN);
    await page.goto(`/dashboard/jobs/${rows[0]?.id}`);
    const json = (await page.locator('.json').first().textContent()) ?? '';
    assert.match(json, /"n": 9007199254740993/);
    assert.match(json, /123456789012345678901234567890/);
    const time = page.locator('.timeline time').first();
    const at = new Date((await time.getAttribute('datetime')) ?? '');
    const exactly = async (timeZone: string) => {
      const format = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium', timeZone });
      const title = ((await time.getAttribute('title')) ?? '').replace(/\s/g, ' ');
      assert.ok(title.startsWith(format.format(at).replace(/\s/g, ' ')), `${title} in ${timeZone}`);
    };
    await exactly('UTC');
    await page.getByRole('button', { name: 'UTC' }).click();
    await page.getByRole('button', { name: 'Local time' }).waitFor();
    await exactly('Asia/Tokyo');
    await page.goto('/dashboard/jobs');
    const relative = page.locator('time[data-relative]').first();
    assert.match((await relative.textContent()) ?? '', /\d+ (sec|min|s)\S* ago|in \d+/);
    assert.match((await relative.getAttribute('title')) ?? '', /\d{4},? .*\d{1,2}:\d\d:\d\d/);
    const field = page.locator('[data-search]');
    await field.focus();
    await page.getByRole('option').first().waitFor(); // its script is loaded with the first focus
    await field.fill('error:"since:2026-11-26" until:2026-11-26T08:00 since:2026-11-25 finished-until:1h');
    await field.press('Enter');
    await page.waitForURL(/q=/);
    const written = 'error:"since:2026-11-26" until:2026-11-26T08:00+09:00 since:2026-11-25T00:00+09:00';
    assert.equal(await page.locator('[data-search]').inputValue(), `${written} finished-until:1h`);
    assert.equal(await page.locator('#search-mistakes .trouble').count(), 0);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
});

/** What commands would have changed. */
async function stateOf({ pool }: TestDashboard): Promise<unknown> {
  const { rows } = await pool.query(
    `select (select jsonb_agg(to_jsonb(j) order by j.id) from (select id, state, run_at from howdah.jobs) j) as jobs,
            (select jsonb_agg(to_jsonb(q) order by q.queue) from (select queue, is_paused, fleet_concurrency from howdah.queue_stats()) q) as queues,
            (select count(*) from howdah.audit_log) as audited`,
  );
  return rows;
}

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { ADMIN, openDashboard, type TestDashboard } from '../dashboard/open-dashboard.ts';
import { addJobs, announceWorks, queueOf } from '../dashboard/seed-jobs.ts';
import { putJob } from '../support/job-states.ts';
import { waitFor } from '../support/wait-for.ts';
import { logIn, openBrowser, openPage, WITHOUT_BROWSER } from './open-browser.ts';

describe('what somebody has at hand in a browser', { skip: WITHOUT_BROWSER }, () => {
  let dashboard: TestDashboard;
  let browser: Browser;
  before(async () => {
    dashboard = await openDashboard();
    await announceWorks(dashboard);
    await addJobs(dashboard, 3);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await dashboard?.close();
  });

  test('is searched for by Enter right after a completion was taken', async () => {
    const { page } = await openPage(browser, dashboard.origin);
    await logIn(page, ADMIN);
    await page.goto('/dashboard/jobs');
    await page.keyboard.press('/');
    await page.keyboard.type('queue:def');
    await page.getByRole('option', { name: 'default' }).waitFor();
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    await page.route('**/jobs/complete?*', async (route) => {
      await held; // the answer is on its way
      await route.continue().catch(() => {});
    });
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.equal(await page.inputValue('#q'), 'queue:default ');
    await page.keyboard.press('Enter');
    letGo();
    await page.waitForURL(/q=queue%3Adefault\+?$/);
    await page.context().close();
  });

  test('is never put where the text was before more was written', async () => {
    const { page } = await openPage(browser, dashboard.origin);
    await logIn(page, ADMIN);
    await page.goto('/dashboard/jobs');
    await page.keyboard.press('/');
    await page.keyboard.type('que');
    await page.getByRole('option', { name: 'queue:' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.route('**/jobs/complete?*', (route) => route.abort());
    await page.keyboard.type('er');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=queer$/);
    await page.context().close();
  });

  test('is told until it was read, also where the page is drawn anew', async () => {
    const id = await putJob(queueOf(dashboard), 'discarded');
    const { page } = await openPage(browser, dashboard.origin);
    await logIn(page, ADMIN);
    await page.goto(`/dashboard/jobs/${id}`);
    await page.keyboard.press('r');
    await page.getByRole('status').getByText('The job').waitFor();
    await page.evaluate(`new Promise((resolve) => {
      document.addEventListener('htmx:after:swap', resolve, { once: true });
      document.getElementById('live').dispatchEvent(new CustomEvent('howdah-changed'));
    })`);
    assert.equal(await page.getByRole('status').count(), 1);
    await page.reload();
    assert.equal(await page.getByRole('status').count(), 0);
    await page.context().close();
  });

  test('is in the row that it was in, whatever comes before it', async () => {
    const change = (n: number) =>
      dashboard.pool.query(`select howdah.record_change('jobs.enqueue', '{1}'::bigint[], '{"n": ${n}}')`);
    await change(41);
    const { page } = await openPage(browser, dashboard.origin);
    await logIn(page, ADMIN);
    await page.goto('/dashboard/audit');
    await page.keyboard.press('j');
    await page.locator('[data-row] summary').first().click();
    await page.locator('[data-row] a').first().focus();
    await change(42);
    await page.evaluate(`document.getElementById('live').dispatchEvent(new CustomEvent('howdah-changed'))`);
    await page.locator('[data-row]', { hasText: 'n: 42' }).waitFor();
    const row = page.locator('[data-row]:focus-within');
    assert.match((await row.textContent()) ?? '', /n: 41/);
    assert.match((await page.locator('[data-row]:has(details[open])').textContent()) ?? '', /n: 41/);
    await page.context().close();
  });

  test('is a schedule’s next run now, and the job that comes of it', async () => {
    await dashboard.pool.query(
      `insert into howdah.cron_entries (identifier, task, queue, cron, payload)
       values ('nightly', 'works', 'default', '0 3 * * *', '{"who": "the clock"}')`,
    );
    const { page, complaints } = await openPage(browser, dashboard.origin);
    await logIn(page, ADMIN);
    await page.goto('/dashboard/schedules');
    await page.locator('[data-row]', { hasText: 'nightly' }).getByRole('button', { name: 'Run now' }).click();
    const notice = page.getByRole('status').filter({ hasText: 'The job is enqueued.' });
    await notice.waitFor();
    assert.equal(new URL(page.url()).search, '', 'a page that is loaded again does not say so');
    await notice.getByRole('link', { name: /^Job \d+$/ }).click();
    await page.getByRole('heading', { name: /Job \d+ works/ }).waitFor();
    assert.match((await page.locator('.json').first().textContent()) ?? '', /"who": "the clock"/);
    const { rows } = await dashboard.pool.query('select max(id)::text as id from howdah.jobs');
    assert.ok(page.url().endsWith(`/dashboard/jobs/${rows[0]?.id}`), page.url());
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test('is not drawn anew while nobody sees it or wants it, and is at once when somebody does', async () => {
    const seen = await openPage(browser, dashboard.origin);
    const { page, complaints } = await openPage(browser, dashboard.origin);
    for (const each of [seen.page, page]) {
      await logIn(each, ADMIN);
      const isLive = each.waitForResponse(/\/dashboard\/live$/);
      await each.goto('/dashboard/queues/default');
      await isLive;
    }
    const isLeft = () => page.waitForEvent('requestfailed', (request) => request.url().endsWith('/live'));
    const paused = (each: Page) => each.getByText('Paused by somebody');
    const gone = { state: 'hidden' } as const;
    const atOnce = { timeout: 15_000 }; // before all pages are drawn anew anyway, each half minute
    let left = isLeft();
    await setHidden(page, true);
    await left;
    await dashboard.pool.query(`select howdah.pause_queue('default', 'somebody')`);
    await paused(seen.page).waitFor();
    assert.equal(await paused(page).count(), 0, 'hidden');
    await setHidden(page, false);
    await paused(page).waitFor(atOnce);
    left = isLeft();
    await page.keyboard.press('p');
    await left;
    await dashboard.pool.query(`select howdah.resume_queue('default')`);
    await paused(seen.page).waitFor(gone);
    for (const isHidden of [true, false]) await setHidden(page, isHidden);
    await page.evaluate('new Promise(requestAnimationFrame)');
    assert.equal(await paused(page).count(), 1, 'kept as it was, whoever looks');
    await page.keyboard.press('p');
    await paused(page).waitFor({ ...gone, ...atOnce });
    await dashboard.pool.query(`select howdah.pause_queue('default', 'somebody')`);
    await paused(page).waitFor();
    await dashboard.pool.query(`select howdah.resume_queue('default')`);
    assert.deepEqual(
      complaints.filter((each) => !each.includes('/live')),
      [],
    );
    for (const each of [seen.page, page]) await each.context().close();
  });

  test('is all selected only while each row is', async () => {
    const { page } = await openPage(browser, dashboard.origin);
    await logIn(page, ADMIN);
    await page.goto('/dashboard/jobs');
    const all = page.locator('[data-select-all]');
    await all.check();
    await page.locator('[data-row] input').first().uncheck();
    assert.equal(await all.isChecked(), false);
    assert.equal(await page.evaluate(`document.querySelector('[data-select-all]').indeterminate`), true);
    await page.locator('[data-row] input').first().check();
    assert.equal(await all.isChecked(), true);
    await page.context().close();
  });

  test('has charts in the colours and the zone that are chosen', async () => {
    await dashboard.pool.query(
      `insert into howdah.chart_progress (counted_until, rolled_until)
       select m.at, date_bin('1 hour', m.at, 'epoch') from date_bin('1 minute', now(), 'epoch') m (at)
       on conflict on constraint chart_progress_pkey do nothing`,
    );
    const { page } = await openPage(browser, dashboard.origin, {
      timezoneId: 'Asia/Kathmandu',
      colorScheme: 'light',
    });
    await logIn(page, ADMIN);
    await page.goto('/dashboard/queues/default');
    await page.keyboard.press('p');
    await page.locator('canvas').first().waitFor();
    const legend = (await page.locator('.u-legend').first().textContent()) ?? '';
    assert.match(legend, /completed\W*0.*discarded\W*0/, 'the latest values, while nobody points at others');
    await countWithoutCharts(page);
    const inLight = await picture(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    const inDark = await anotherPicture(page, inLight);
    await page.locator('#zone-switch').click();
    await anotherPicture(page, inDark);
    assert.equal(await page.evaluate('withoutCharts'), 0, 'they stay in sight while they are drawn anew');
    assert.equal(await page.locator('.uplot').count(), await page.locator('figure[data-chart]').count());
    await page.context().close();
  });
});

/** As when somebody turns to another tab, and back. */
async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} });
    document.dispatchEvent(new Event('visibilitychange'));
  `);
}

/** From now on `withoutCharts` counts how often the page was changed and then left without a chart. */
async function countWithoutCharts(page: Page): Promise<void> {
  await page.evaluate(`
    withoutCharts = 0;
    new MutationObserver(() => { if (!document.querySelector('canvas')) withoutCharts += 1; })
      .observe(document.body, { childList: true, subtree: true });
  `);
}

function picture(page: Page): Promise<string> {
  return page.evaluate(`document.querySelector('canvas').toDataURL()`);
}

/** Fails where it stays the same. */
async function anotherPicture(page: Page, known: string): Promise<string> {
  await waitFor('another picture', async () => (await picture(page)) !== known);
  return picture(page);
}

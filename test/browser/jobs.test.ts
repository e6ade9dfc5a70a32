import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { ADMIN, openDashboard, type TestDashboard } from '../dashboard/open-dashboard.ts';
import { addHostileJob, addJobs, announceWorks, MARKUP, queueOf } from '../dashboard/seed-jobs.ts';
import { putJob } from '../support/job-states.ts';
import { logIn, openBrowser, openPage, WITHOUT_BROWSER } from './open-browser.ts';

async function chosenOption(page: Page): Promise<string | undefined> {
  const [option] = await page.getByRole('option', { selected: true }).allTextContents();
  return option;
}

/** Has what would go on by itself after 200 ms wait for `goOn()`, which does nothing once it was called off. */
const ON_DEMAND = `{
  const { setTimeout, clearTimeout } = window;
  window.setTimeout = (work, ms, ...rest) => {
    if (ms !== 200) return setTimeout(work, ms, ...rest);
    window.goOn = () => setTimeout(work);
    return 'on demand';
  };
  window.clearTimeout = (timer) => {
    if (timer === 'on demand') window.goOn = () => {};
    else clearTimeout(timer);
  };
}`;

describe('jobs in a browser', { skip: WITHOUT_BROWSER }, () => {
  let dashboard: TestDashboard;
  let browser: Browser;
  before(async () => {
    dashboard = await openDashboard();
    await announceWorks(dashboard);
    browser = await openBrowser();
  });
  beforeEach(async () => {
    await dashboard.pool.query('delete from graphile_worker._private_jobs');
    await dashboard.pool.query('truncate howdah.job_history, howdah.job_errors');
  });
  after(async () => {
    await browser?.close();
    await dashboard?.close();
  });

  test('are searched, stepped through, selected and retried by keys alone', async () => {
    for (const state of ['discarded', 'available', 'discarded'] as const)
      await putJob(queueOf(dashboard), state);
    const { page, complaints } = await openPage(browser, dashboard.origin);
    await logIn(page, ADMIN);
    await page.keyboard.press('g');
    await page.keyboard.press('j');
    await page.waitForURL(/\/dashboard\/jobs$/);
    await page.keyboard.press('/');
    await page.getByRole('option', { name: 'queue:' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await drawAnew(page);
    await page.keyboard.press('/');
    await page.keyboard.type('state:disc');
    await page.getByRole('option', { name: 'discarded' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.equal(await page.inputValue('#q'), 'state:discarded ');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=state%3Adiscarded/);
    await page.locator('[data-row]').nth(1).waitFor();
    assert.equal(await page.locator('[data-row]').count(), 2);
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.locator('[data-selected-count]', { hasText: /^2$/ }).waitFor();
    await page.keyboard.press('r');
    await page.getByRole('heading', { name: 'Retry 2 jobs?' }).waitFor();
    await page.goBack(); // whereupon the browser selects again what was
    await page.locator('[data-selected-count]', { hasText: '2' }).waitFor();
    await page.keyboard.press('r');
    await page.getByRole('heading', { name: 'Retry 2 jobs?' }).waitFor();
    await page.locator('button:focus').waitFor(); // a browser gives it that a moment after the heading is there
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Retried' }).waitFor();
    const { rows } = await dashboard.pool.query(`select state from howdah.jobs`);
    assert.deepEqual(
      rows.map(({ state }) => state),
      ['available', 'available', 'available'],
    );
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test('are searched by an option chosen before the options for the last keys are here, or just then', async () => {
    const { page } = await openPage(browser, dashboard.origin);
    await logIn(page, ADMIN);
    for (const order of ['taken first', 'answered first']) {
      await page.goto('/dashboard/jobs');
      const held = Promise.withResolvers<void>();
      const isLate = (url: URL) => url.searchParams.get('q') === 'state:disc' && url.searchParams.has('at');
      await page.route(isLate, (route) => held.promise.then(() => route.continue()));
      await page.keyboard.press('/');
      await page.keyboard.type('state:');
      await page.getByRole('option', { name: 'discarded' }).waitFor();
      await page.keyboard.type('disc');
      while ((await chosenOption(page)) !== 'discarded') await page.keyboard.press('ArrowDown');
      if (order === 'answered first') {
        const answered = page.waitForResponse((response) => isLate(new URL(response.url())));
        held.resolve();
        await answered;
        await page.getByRole('option').nth(1).waitFor({ state: 'detached' });
      }
      await page.keyboard.press('Enter');
      assert.equal(await page.inputValue('#q'), 'state:discarded ', order);
      held.resolve();
      await page.unrouteAll({ behavior: 'wait' });
    }
    await page.context().close();
  });

  test('are all acted on that match, step by step without a hand', async () => {
    await addJobs(dashboard, 2_500);
    const { page, complaints } = await openPage(browser, dashboard.origin);
    await logIn(page, ADMIN);
    await page.goto('/dashboard/jobs?q=task:works');
    await page
      .getByRole('form', { name: 'With all that match' })
      .getByRole('button', { name: 'Cancel' })
      .click();
    await page.getByRole('heading', { name: 'Cancel 2,500 jobs?' }).waitFor();
    await page.getByLabel('Reason').fill(MARKUP);
    await page.getByRole('button', { name: 'Cancel (2,500 jobs)' }).click();
    await page.getByRole('heading', { name: 'Cancelled' }).waitFor();
    assert.deepEqual(await page.locator('.figures dd').allTextContents(), ['2,500', '2,500', '0']);
    await page.getByRole('link', { name: 'Back to the jobs' }).click();
    assert.match((await page.locator('td.error').first().textContent()) ?? '', /<img src=x/);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test('are seen to be worked on in another language, and left alone after the work was broken off', async () => {
    await addJobs(dashboard, 4_500);
    const { page, complaints } = await openPage(browser, dashboard.origin);
    await logIn(page, ADMIN);
    await page.addInitScript(ON_DEMAND);
    await page.goto('/dashboard/jobs/act?action=discard&scope=all&q=task:works');
    await page.getByRole('button', { name: 'Discard (4,500 jobs)' }).click();
    await page.getByRole('heading', { name: 'Discarding' }).waitFor();
    // In the very moment in which the next step would begin.
    await page.evaluate(`document.querySelector('button[value=zh-Hans]').click(); goOn()`);
    await page.getByRole('heading', { name: '正在放弃' }).waitFor();
    assert.match((await page.textContent('main')) ?? '', /2,000 \/ 4,500/);
    await page.waitForURL((url) => !url.searchParams.has('going'));
    await page.evaluate('goOn()');
    await page.getByText('4,000 / 4,500').waitFor();
    await page.getByRole('button', { name: '中止' }).click();
    await page.getByRole('heading', { name: '已中止' }).waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Broken off' }).waitFor();
    assert.deepEqual(await page.locator('.figures dd').allTextContents(), ['4,000', '4,000', '0']);
    const { rows } = await dashboard.pool.query(
      'select count(*)::int as n from howdah.jobs where finished_at is null',
    );
    assert.equal(rows[0]?.n, 500);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test('show what users wrote as text', async () => {
    const id = await addHostileJob(dashboard);
    await dashboard.pool.query(
      'update graphile_worker._private_jobs set last_error = $2, locked_at = now(), locked_by = $2 where id = $1',
      [id, MARKUP],
    );
    const { page, complaints } = await openPage(browser, dashboard.origin);
    await logIn(page, ADMIN);
    for (const path of [`jobs/${id}`, `jobs?q=${encodeURIComponent(MARKUP)}`, `jobs?q=key:"${MARKUP}"`]) {
      await page.goto(`/dashboard/${path}`);
      assert.doesNotMatch(await page.title(), /broken/);
      assert.equal(await page.locator('main img, main script').count(), 0, path);
    }
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test('are cancelled one by one by keys alone, and show how far a run has come while it does', async () => {
    const waiting = await putJob(queueOf(dashboard), 'available');
    const { page, complaints } = await openPage(browser, dashboard.origin);
    await logIn(page, ADMIN);
    await page.goto(`/dashboard/jobs/${waiting}`);
    await page.keyboard.press('c');
    await page.getByText('Enqueue again…').click();
    assert.equal(await page.locator('details.menu[open]').count(), 1, 'one takes the place of the other');
    await page.locator('h1').click();
    assert.equal(await page.locator('details.menu[open]').count(), 0);
    await page.keyboard.press('c');
    await page.keyboard.press('Escape');
    await page.keyboard.press('c');
    await page.keyboard.type('not wanted');
    await page.keyboard.press('Enter');
    await page.getByRole('status').waitFor();
    assert.match((await page.locator('.explained').textContent()) ?? '', /cancelled.*not wanted/);
    const running = await putJob(queueOf(dashboard), 'running');
    await page.goto(`/dashboard/jobs/${running}`);
    await dashboard.pool.query(
      `insert into howdah.job_reports (job_id, attempt, worker, progress, progress_message)
       select id, attempt, worker, 42, $2 from howdah.jobs where id = $1`,
      [running, MARKUP],
    );
    await page.getByText('42 %').waitFor();
    assert.equal(await page.locator('main img').count(), 0);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test('are read and acted on without a script', async () => {
    const id = await putJob(queueOf(dashboard), 'discarded');
    await addJobs(dashboard, 2_100);
    const { page } = await openPage(browser, dashboard.origin, { javaScriptEnabled: false });
    await page.goto('/dashboard/login');
    await page.getByLabel('Token', { exact: true }).fill(ADMIN);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.goto('/dashboard/jobs?q=state:discarded');
    await page.getByLabel(`Select job ${id}`).check();
    await retryButton(page).click();
    await page.getByRole('button', { name: 'Retry (1 job)' }).click();
    await page.getByRole('heading', { name: 'Retried' }).waitFor();
    await page.goto(`/dashboard/jobs/${id}`);
    await page.getByText('Cancel…').click();
    await page.getByRole('button', { name: 'Cancel this job' }).click();
    await page.getByRole('status').waitFor();
    await page.goto('/dashboard/jobs/act?action=cancel&scope=all&q=task:works');
    await page.getByRole('button', { name: 'Cancel (2,100 jobs)' }).click();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('heading', { name: 'Cancelled' }).waitFor();
    await page.context().close();
  });
});

function retryButton(page: Page) {
  return page.getByRole('form', { name: 'With the selected jobs' }).getByRole('button', { name: 'Retry' });
}

/** As the page does when something changed. */
async function drawAnew(page: Page): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    document.addEventListener('htmx:after:swap', resolve, { once: true });
    document.getElementById('live').dispatchEvent(new CustomEvent('howdah-changed'));
  })`);
}

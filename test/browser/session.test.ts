import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { createHttpHandler } from '../../src/http.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { openDashboard, type TestDashboard, VIEWER } from '../dashboard/open-dashboard.ts';
import { announceWorks, queueOf } from '../dashboard/seed-jobs.ts';
import { listen } from '../http/hosts/listen.ts';
import { putJob } from '../support/job-states.ts';
import { logIn, openBrowser, openPage, WITHOUT_BROWSER } from './open-browser.ts';

/** One that would be another if it were decoded once too often, or not once. */
const TOKEN = '100%25-of-a+token%ü#?';
const HOUR_MS = 3_600_000;

describe('a session in a browser', { skip: WITHOUT_BROWSER }, () => {
  let dashboard: TestDashboard;
  let browser: Browser;
  before(async () => {
    dashboard = await openDashboard({ adminToken: TOKEN });
    await announceWorks(dashboard);
    await putJob(queueOf(dashboard), 'discarded');
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await dashboard?.close();
  });

  async function open(): Promise<{ page: Page; complaints: string[] }> {
    const opened = await openPage(browser, dashboard.origin);
    await logIn(opened.page, encodeURIComponent(TOKEN));
    return opened;
  }

  test('begins by the printed link, which leaves no token in the address, nor when it is opened once more', async () => {
    const { page, complaints } = await open();
    await page.goto(`/dashboard/login#${encodeURIComponent(TOKEN)}`);
    await page.locator('html.has-script').waitFor();
    assert.equal(page.url(), `${dashboard.origin}/dashboard`);
    await page.goto('/dashboard/jobs#content');
    assert.equal(page.url(), `${dashboard.origin}/dashboard/jobs#content`);
    assert.deepEqual(complaints, []);
  });

  test('works with an address that has anything behind its #', async () => {
    const { page, complaints } = await open();
    await page.goto('/dashboard/queues#%');
    await page.locator('html.has-script').waitFor();
    await page.context().clearCookies();
    await page.goto('/dashboard/login#%E0%A4%A');
    await page.locator('html.has-script').waitFor();
    assert.deepEqual(
      complaints.filter((each) => !each.includes('401')),
      [],
    );
  });

  test('outlives a restart of the service, and a page that was open meanwhile is live again by itself', async () => {
    await using stack = new AsyncDisposableStack();
    const serve = async (port: number) => {
      const { connectionString } = dashboard;
      const log = createLogger({ level: 'silent' });
      const options = { connectionString, basePath: '/', adminToken: TOKEN, viewerToken: VIEWER, log };
      const handler = createHttpHandler(options);
      const host = await listen(createServer(handler.node), port);
      const ending = stack.use(new AsyncDisposableStack());
      ending.defer(async () => host.close?.());
      ending.defer(() => handler.close());
      return { origin: host.origin, end: () => ending.disposeAsync() };
    };
    const first = await serve(0);
    const { page } = await openPage(browser, first.origin);
    await logIn(page, encodeURIComponent(TOKEN));
    const isLive = page.waitForResponse(/\/dashboard\/live$/);
    await page.goto('/dashboard/queues/default');
    await isLive;
    await first.end();
    const live = page.locator('#live-switch');
    await live.getByText('Connection lost').waitFor();
    await dashboard.pool.query(`select howdah.pause_queue('default', 'somebody')`);
    await serve(Number(new URL(first.origin).port));
    await page.getByText('Paused by somebody').waitFor();
    await live.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('Paused by somebody').waitFor({ state: 'hidden' });
    await page.context().close();
  });

  test('that is over leads an open page to the login, and from there back', async () => {
    const { page } = await open();
    await page.goto('/dashboard/queues/default?range=day');
    await page.context().clearCookies();
    await page.locator('#live').dispatchEvent('howdah-changed');
    await page.waitForURL(/\/dashboard\/login\?to=/);
    await page.getByLabel('Token').fill(TOKEN);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL(`${dashboard.origin}/dashboard/queues/default?range=day`);
  });

  test('shows how long ago something was by the clock of the service, whatever the own one says', async () => {
    for (const aheadMs of [3 * HOUR_MS, -50 * HOUR_MS]) {
      const { page } = await openPage(browser, dashboard.origin);
      await page.clock.install({ time: new Date(Date.now() + aheadMs) });
      await logIn(page, encodeURIComponent(TOKEN));
      await page.goto('/dashboard/jobs');
      await page.clock.runFor(2_000);
      const said = await page.locator('td time').first().textContent();
      assert.match(said ?? '', /\d+ (sec|min)\.? ago/);
    }
  });
});

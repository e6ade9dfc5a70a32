import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { ADMIN, openDashboard, type TestDashboard, VIEWER } from '../dashboard/open-dashboard.ts';
import type { TestDatabase } from '../support/test-database.ts';
import { openTestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { logIn, openBrowser, openPage, WITHOUT_BROWSER } from './open-browser.ts';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };
const QUEUE = '/dashboard/queues/critical';

describe('a queue is removed in a browser', { skip: WITHOUT_BROWSER }, () => {
  let dashboard: TestDashboard;
  let browser: Browser;
  before(async () => {
    dashboard = await openDashboard();
    await dashboard.pool.query(`update howdah.tasks set queue = 'default'`);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await dashboard?.close();
  });
  beforeEach(async () => {
    await dashboard.pool.query(`select howdah.restore_queue('critical')`);
    await dashboard.pool.query(`select howdah.enqueue('t', queue => 'critical', allow_unknown => true)`);
  });

  async function open(options: BrowserContextOptions = {}) {
    const opened = await openPage(browser, dashboard.origin, options);
    await opened.page.goto('/dashboard/login');
    await opened.page.locator('input[name=token]').fill(ADMIN);
    await opened.page.locator('main form button').click();
    await opened.page.waitForURL(/\/dashboard$/);
    await untilThere(opened.page, 1);
    return opened;
  }

  test('by mouse: what waits in it is in the way, until it is to be cancelled', async () => {
    const { page, complaints } = await open();
    await page.getByText('Remove…').click();
    await page.getByRole('button', { name: 'Remove the queue' }).click();
    await page.getByRole('alert').getByText('Jobs that wait in it: 1.').waitFor();
    await page.getByRole('link', { name: 'Back' }).click();
    await page.waitForURL(/queues\/critical$/);
    await page.getByText('Remove…').click();
    await page.getByLabel('Cancel the jobs that wait in it first').check();
    await page.getByRole('button', { name: 'Remove the queue' }).click();
    await page.getByRole('status').getByText('The queue is removed').waitFor();
    assert.match(page.url(), /\/dashboard\/queues$/);
    assert.equal(await page.locator('[data-row]', { hasText: 'critical' }).count(), 0);
    assert.deepEqual(
      complaints.filter((line) => !line.includes('409')),
      [],
    );
    await page.context().close();
  });

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with' : 'without';
    test(`on a phone in Chinese by keyboard alone, ${how} scripts`, async () => {
      const { page } = await open({ ...PHONE, locale: 'zh-CN', javaScriptEnabled });
      await tabTo(page, page.locator('#menu-remove summary'));
      await page.keyboard.press('Enter');
      const form = page.locator('#menu-remove form');
      await form.waitFor();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      const { width, x } = (await form.boundingBox()) ?? { width: 0, x: -1 };
      assert.ok(x >= 0 && x + width <= 390, `${x} ${width}`);
      await page.keyboard.press('Enter');
      const alert = page.getByRole('alert');
      await alert.getByText('其中有等待中的任务：1 个').waitFor();
      assert.doesNotMatch((await alert.textContent()) ?? '', /expected|received|queue/);
      await tabTo(page, alert.getByRole('link'));
      await page.keyboard.press('Enter');
      await tabTo(page, page.locator('#menu-remove summary'));
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Space');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByRole('status').getByText('队列已移除').waitFor();
      await page.context().close();
    });
  }

  test('not while a worker serves it, which its page does not offer and an old page is told', async () => {
    await using stack = new AsyncDisposableStack();
    const { page } = await open({ javaScriptEnabled: false });
    const { connectionString } = dashboard;
    const database: TestDatabase = { connectionString, name: '', drop: async () => {} };
    const queue = await openTestQueue([[testTask('t'), async () => {}]], database);
    stack.defer(() => queue.close());
    await queue.start([{ name: 'critical', concurrency: 1 }]);
    await page.getByText('Remove…').click();
    await page.getByRole('button', { name: 'Remove the queue' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText(/Workers that serve it: \S+ \d+\./).waitFor();
    await untilThere(page, 0);
    await page.context().close();
  });

  test('never the one that tasks go to by default, nor by a viewer', async () => {
    const { page } = await openPage(browser, dashboard.origin);
    await logIn(page, VIEWER);
    await page.goto(QUEUE);
    assert.equal(await page.getByText('Remove…').count(), 0);
    await page.goto('/dashboard/queues/default');
    assert.equal(await page.getByText('Remove…').count(), 0);
    const viewer = await dashboard.as('viewer').send(`${QUEUE}/remove`, { force: 'true' });
    assert.equal(viewer.status, 403);
    const answer = await dashboard.as('admin').send('/dashboard/queues/default/remove', { force: 'true' });
    assert.equal(answer.status, 409);
    assert.match(await answer.text(), /Tasks that name no queue go there/);
    await page.context().close();
  });
});

/** Its page, with so many menus that remove it: what pages share is read every two seconds. */
async function untilThere(page: Page, menuCount: number): Promise<void> {
  await waitFor('the page of the queue', async () => {
    const answer = await page.goto(QUEUE);
    return answer?.status() === 200 && (await page.locator('#menu-remove').count()) === menuCount;
  });
}

/** Goes on by the keyboard as somebody does who cannot point at it. */
async function tabTo(page: Page, place: Locator): Promise<void> {
  await place.waitFor();
  for (let steps = 0; steps < 80; steps += 1) {
    if ((await place.and(page.locator(':focus')).count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  assert.fail('the keyboard does not lead there');
}

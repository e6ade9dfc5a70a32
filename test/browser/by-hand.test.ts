import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { ADMIN, openDashboard, type TestDashboard } from '../dashboard/open-dashboard.ts';
import { seedJobs } from '../dashboard/seed-jobs.ts';
import { logIn, openBrowser, openPage, WITHOUT_BROWSER } from './open-browser.ts';

const PAGES = ['', 'jobs', 'failures', 'queues', 'workers', 'sources', 'schedules', 'tasks', 'audit'];
/** What the navigation calls the pages after `g`. */
const GO = {
  j: 'jobs',
  f: 'failures',
  q: 'queues',
  w: 'workers',
  m: 'sources',
  s: 'schedules',
  t: 'tasks',
  a: 'audit',
  o: '',
};
/** What the help names: whoever adds a key presses it below. */
const KEYS = '/ j k Enter x r c g then o j f q w m s t a p ?'.split(' ');
/** Presses of Tab that are enough for any page of the seeded database. */
const MOST_TABS = 150;

interface Focus {
  html: string;
  outline: string;
  number: number;
}

describe('whoever uses the pages', { skip: WITHOUT_BROWSER }, () => {
  let dashboard: TestDashboard;
  let browser: Browser;
  let ofOne: string[];
  before(async () => {
    dashboard = await openDashboard();
    const { retryable } = await seedJobs(dashboard);
    ofOne = [`jobs/${retryable}`, 'queues/default', 'tasks/works'];
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await dashboard?.close();
  });

  test('by Tab alone reaches all that can be used, in order, and sees where they are', async () => {
    const { page } = await openPage(browser, dashboard.origin);
    await logIn(page, ADMIN);
    for (const path of [...PAGES, ...ofOne]) {
      await page.goto(`/dashboard/${path}`.replace(/\/$/, ''));
      await page.keyboard.press('p'); // so that nothing is drawn anew meanwhile
      const missed = await reachAll(page);
      assert.deepEqual(missed, [], path);
      await page.keyboard.press('p');
    }
    await page.context().close();
  });

  test('by keys goes to each page, has help, and leaves it', async () => {
    const { page, complaints } = await openPage(browser, dashboard.origin);
    await logIn(page, ADMIN);
    for (const [key, path] of Object.entries(GO)) {
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await page.waitForURL(`${dashboard.origin}/dashboard${path === '' ? '' : `/${path}`}`);
    }
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    await help.waitFor();
    const told = (await help.locator('kbd').allTextContents()).flatMap((each) => each.split(' '));
    assert.deepEqual(told, KEYS, 'the help names the keys that tests press');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.goto('/dashboard/jobs');
    await page.keyboard.press('k');
    const rows = await page.locator('[data-row]').count();
    assert.equal(await rowWithFocus(page), rows - 1, 'k begins with the last row');
    await page.keyboard.press('j');
    assert.equal(await rowWithFocus(page), rows - 1, 'j stays in the last row');
    for (const selected of ['1', '0', '1']) {
      await page.keyboard.press('x');
      assert.equal(await page.locator('[data-selected-count]').textContent(), selected);
    }
    for (const [key, title] of [
      ['c', 'Cancel 1 job?'],
      ['r', 'Retry 1 job?'],
    ] as const) {
      await page.goto('/dashboard/jobs?q=state:retryable');
      for (const each of ['j', 'x', key]) await page.keyboard.press(each);
      await page.getByRole('heading', { name: title }).waitFor();
    }
    await page.goto('/dashboard/jobs');
    await page.keyboard.press('k');
    const id = await page.locator('[data-row] a').last().textContent();
    await page.keyboard.press('Enter');
    await page.waitForURL(`${dashboard.origin}/dashboard/jobs/${id}`);
    await page.goto('/dashboard/jobs');
    await page.keyboard.press('p');
    await page.locator('#live-switch', { hasText: 'Paused' }).waitFor();
    assert.equal(await page.locator('#live-switch').getAttribute('aria-pressed'), 'true');
    await page.keyboard.press('p');
    await page.locator('#live-switch', { hasText: 'Live' }).waitFor();
    await page.goto('/dashboard/queues');
    await page.keyboard.press('/');
    await page.locator('[data-search]:focus').waitFor(); // that of jobs
    await page.keyboard.type('jkxrc?p');
    assert.equal(await page.inputValue('[data-search]'), 'jkxrc?p', 'keys are text in a field');
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test('without a script reads every page, and its buttons work', async () => {
    const { page } = await openPage(browser, dashboard.origin, { javaScriptEnabled: false });
    await page.goto('/dashboard/queues/default');
    await page.getByLabel('Token', { exact: true }).fill(ADMIN);
    await page.getByRole('button', { name: 'Log in' }).click();
    assert.match(page.url(), /\/dashboard\/queues\/default$/);
    for (const path of [...PAGES, ...ofOne]) {
      await page.goto(`/dashboard/${path}`.replace(/\/$/, ''));
      await page.locator('main h1').first().waitFor();
      assert.equal(
        await page.locator('.js-only:visible').count(),
        0,
        `${path} has no button that does nothing`,
      );
    }
    await page.goto('/dashboard/queues/default');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByText('The queue is paused').waitFor();
    await page.getByRole('link', { name: 'Dismiss' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('hands out jobs again').waitFor();
    await page.goto('/dashboard/tasks/works');
    await page.getByLabel('who *').fill('ada');
    await page.getByRole('button', { name: 'Enqueue', exact: true }).click();
    await page.getByText('The job is enqueued.').waitFor();
    assert.match(page.url(), /\/dashboard\/jobs\/\d+\?done=enqueued/);
    await page.goto('/dashboard/failures');
    await page.getByRole('link', { name: 'no luck' }).click();
    await page.getByRole('button', { name: 'Retry five' }).click();
    await page.getByText('One job is retried first.').waitFor();
    await page.getByRole('button', { name: '简体中文' }).click();
    assert.equal(await page.getAttribute('html', 'lang'), 'zh-Hans');
    await page.getByRole('button', { name: '退出登录' }).click();
    assert.match(page.url(), /\/dashboard\/login$/);
    await page.context().close();
  });
});

/** What can be used and does not get the focus by Tab, or gets it unseen. */
async function reachAll(page: Page): Promise<string[]> {
  const all = (await page.evaluate(`(() => {
    const usable = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')];
    const seen = usable.filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.disabled && each.tabIndex >= 0);
    seen.forEach((each, index) => { each.dataset.number = String(index); });
    document.activeElement.blur();
    return seen.map((each) => each.outerHTML.slice(0, 120));
  })()`)) as string[];
  const reached = new Set<number>();
  const unseen: string[] = [];
  for (let presses = 0; presses < MOST_TABS && reached.size < all.length; presses += 1) {
    await page.keyboard.press('Tab');
    const { html, outline, number } = (await page.evaluate(`(() => {
      const at = document.activeElement;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at);
      return { html: at.outerHTML.slice(0, 120), outline: boxShadow + ' ' + outlineStyle + ' ' + outlineWidth, number: Number(at.dataset.number ?? -1) };
    })()`)) as Focus;
    if (number < 0) continue;
    if (/^none none|0px$/.test(outline)) unseen.push(`no focus is seen on ${html}`);
    reached.add(number);
  }
  return [...unseen, ...all.filter((_, index) => !reached.has(index))];
}

function rowWithFocus(page: Page): Promise<number> {
  return page.evaluate(
    `[...document.querySelectorAll('[data-row]')].indexOf(document.activeElement.closest('[data-row]'))`,
  );
}

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { LANGUAGES } from '../../src/dashboard/texts/languages.ts';
import { ADMIN, openDashboard, type TestDashboard } from '../dashboard/open-dashboard.ts';
import { seedJobs } from '../dashboard/seed-jobs.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { logIn, openBrowser, openPage, WITHOUT_BROWSER } from './open-browser.ts';

const PAGES = [
  '',
  '/jobs',
  '/failures',
  '/queues',
  '/queues/default',
  '/workers',
  '/sources',
  '/schedules',
  '/tasks',
  '/audit',
];
/** Names of things, of settings, of units, and what the database says by itself. */
const NAMES = new Set(
  'howdah token viewer crontab utc english works default critical bank admin npx migrate worker json luck schema state task since key queue error graphile start'.split(
    ' ',
  ),
);

test('Chinese sentences have Chinese punctuation', () => {
  const said = textsOf(LANGUAGES['zh-Hans'].texts);
  assert.ok(said.length > 300, String(said.length));
  const wrong = /[\p{Script=Han}”][,;:?!()]|[,;:?!()] ?[\p{Script=Han}“]/u;
  assert.deepEqual(
    said.filter((text) => wrong.test(text)),
    [],
  );
});

/** All texts, with a Chinese word for what they are about. */
function textsOf(part: unknown): string[] {
  if (typeof part === 'string') return [part];
  if (typeof part === 'function') return textsOf(part(...Array(part.length).fill('某事')));
  return typeof part === 'object' && part !== null ? Object.values(part).flatMap(textsOf) : [];
}

describe('pages in a browser', { skip: WITHOUT_BROWSER }, () => {
  const stack = new AsyncDisposableStack();
  let dashboard: TestDashboard;
  let proxy: TcpProxy;
  let browser: Browser;
  let ofOne: string[];
  before(async () => {
    const own = await openDashboard();
    stack.defer(() => own.close());
    const { available, retryable, discarded, scheduled } = await seedJobs(own);
    await makeLate(own, available);
    ofOne = [retryable, discarded, scheduled].map((id) => `/jobs/${id}`);
    proxy = await startTcpProxy(own.connectionString);
    stack.defer(() => proxy.stop());
    dashboard = await openDashboard({ connectionString: proxy.url });
    stack.defer(() => dashboard.close());
    browser = await openBrowser();
    stack.defer(() => browser.close());
  });
  after(() => stack.disposeAsync());

  test('are Chinese for those whose browser asks for it, with no English word of ours left', async () => {
    const { page, complaints } = await openPage(browser, dashboard.origin, { locale: 'zh-CN' });
    await page.goto('/dashboard/login');
    assert.deepEqual(await englishWords(page), []);
    await logIn(page, ADMIN);
    const found: Record<string, string[]> = {};
    for (const path of [
      ...PAGES,
      ...ofOne,
      '/tasks/works',
      '/jobs/act?action=cancel&scope=all&q=task:works',
    ]) {
      await page.goto(`/dashboard${path}`);
      assert.equal(await page.getAttribute('html', 'lang'), 'zh-Hans');
      if ((await page.locator('figure[data-chart]').count()) > 0)
        await page.locator('.u-legend').last().waitFor();
      const words = await englishWords(page);
      if (words.length > 0) found[path] = words;
    }
    assert.deepEqual(found, {});
    await page.getByRole('button', { name: 'English' }).click();
    await page.waitForURL(/dashboard\/jobs\/act/);
    assert.equal(await page.getAttribute('html', 'lang'), 'en');
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test('say when the database is gone, and come back by themselves', async () => {
    const { page } = await openPage(browser, dashboard.origin);
    const audit = await page.context().newPage();
    await logIn(page, ADMIN);
    await page.locator('#live-switch', { hasText: 'Live' }).waitFor();
    proxy.refuse();
    await page.locator('#live-switch.lost', { hasText: 'Connection lost' }).waitFor();
    await page.locator('h2', { hasText: 'Queues' }).waitFor(); // what was known is still shown
    const answer = await audit.goto(`${dashboard.origin}/dashboard/audit`);
    assert.equal(answer?.status(), 503);
    await audit.getByText('The database does not answer').waitFor();
    proxy.admit();
    await page.locator('#live-switch:not(.lost)', { hasText: 'Live' }).waitFor();
    await audit.locator('h1', { hasText: 'Audit log' }).waitFor();
    await page.context().close();
  });
});

/** As if it had waited for an hour in which charts were kept, so that pages say why, and what would help. */
async function makeLate({ pool }: TestDashboard, id: string): Promise<void> {
  await pool.query(
    `update graphile_worker._private_jobs set run_at = now() - interval '1 hour' where id = $1`,
    [id],
  );
  await pool.query(
    `insert into howdah.chart_progress (counted_until, rolled_until)
     select m.at, date_bin('1 hour', m.at, 'epoch') from date_bin('1 minute', now(), 'epoch') m (at)
     on conflict on constraint chart_progress_pkey do nothing`,
  );
}

/** Words of four letters and more in what people read, but for code, what users wrote, and names. */
async function englishWords(page: Page): Promise<string[]> {
  const texts = (await page.evaluate(`(() => {
    const shown = [];
    for (const place of document.querySelectorAll('wbr')) place.remove(); // it parts names that are one word
    document.body.normalize();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.parentElement.closest('code, pre, kbd, .json, .failure, script, [lang=en], td.error, option, textarea')) shown.push(node.data);
    }
    for (const each of document.querySelectorAll('[aria-label], [title], [placeholder]'))
      if (!each.closest('td.error')) shown.push(each.ariaLabel ?? '', each.title ?? '', each.placeholder ?? '');
    return [document.title, ...shown];
  })()`)) as string[];
  const words = texts.flatMap((text) => text.replace(/(?:\w+[_.:-])+\w+/g, '').match(/[A-Za-z]{4,}/g) ?? []);
  return [...new Set(words)].filter((word) => word !== 'QUEUES' && !NAMES.has(word.toLowerCase()));
}

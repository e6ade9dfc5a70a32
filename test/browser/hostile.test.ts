import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { MARKUP } from '../dashboard/seed-jobs.ts';
import { signUp } from '../integration/bank.ts';
import { type OpenService, openService } from '../integration/open-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { openBrowser, openPage, type WatchedPage, WITHOUT_BROWSER } from './open-browser.ts';

/** Leaves an attribute, a text and an element, whichever of them it is in, and asks for a dialog. */
const BREAKOUT = `"'></textarea></script><svg onload=alert(1)>${MARKUP}`;
/** What a header or an account takes of it. */
const SHORT = `<img src=x onerror=alert(1)>`;
const OPERATOR = 'the-operator-for-tests';

describe('what a stranger wrote, in a browser,', { skip: WITHOUT_BROWSER }, () => {
  const stack = new AsyncDisposableStack();
  let service: OpenService;
  let browser: Browser;
  before(async () => {
    service = await openService(stack, {
      env: { SMTP_URL: '' },
    });
    await plant(service);
    browser = await openBrowser();
    stack.defer(() => browser.close());
  });
  after(() => stack.disposeAsync());

  test('is text on every page that shows it', async () => {
    const watched = await openPage(browser, service.url);
    const dialogs: string[] = [];
    watched.page.on('dialog', (dialog) => dialogs.push(dialog.message()));
    await logInAs(watched.page, BREAKOUT);
    await act(watched.page);
    const ids = (await service.pool.query<{ id: string }>('select id::text from howdah.jobs')).rows;
    await watched.page.goto('/dashboard/failures');
    const groups = (await watched.page.evaluate(
      `[...document.querySelectorAll('[data-row] th a')].map((each) => each.href.split('/').at(-1))`,
    )) as string[];
    assert.ok(groups.length > 0);
    const search = encodeURIComponent(BREAKOUT);
    for (const path of [
      ...[
        '',
        '/queues',
        '/queues/critical',
        '/failures',
        '/workers',
        '/sources',
        '/schedules',
        '/tasks',
        '/audit',
        '/jobs',
      ],
      ...ids.map(({ id }) => `/jobs/${id}`),
      ...groups.map((id) => `/failures/${id}`),
      ...[`/jobs?q=${search}`, `/jobs?q=key:%22${search}%22`, `/jobs?q=error:%22${search}%22`],
      ...[
        `/audit?actor=${search}`,
        `/jobs/act?action=cancel&scope=all&q=${search}`,
        `/queues?done=${search}`,
      ],
      ...[`/tasks/${encodeURIComponent(BREAKOUT)}`, `/queues/${encodeURIComponent(BREAKOUT)}`],
      ...[
        `/queues/default?range=${search}`,
        `/jobs?queue=${search}`,
        `/failures/${search}`,
        `/jobs/${search}`,
      ],
    ]) {
      await watched.page.goto(`/dashboard${path}`);
      await staysText(watched.page, path);
    }
    for (const path of ['/mailbox', '/mailbox/1']) {
      await watched.page.goto(path);
      await staysText(watched.page, path);
    }
    assert.deepEqual(dialogs, []);
    assert.deepEqual(withoutRefusals(watched), []);
    await watched.page.context().close();
  });

  test('and is there to be read, to the letter', async () => {
    const { page } = await openPage(browser, service.url);
    await logInAs(page, BREAKOUT);
    const idOf = async (task: string) => {
      const { rows } = await service.pool.query('select id::text from howdah.jobs where task = $1', [task]);
      return String(rows[0]?.id);
    };
    const sequence = BREAKOUT.slice(0, 100);
    for (const [path, ...texts] of [
      [`/jobs/${await idOf('anything')}`, JSON.stringify(BREAKOUT).slice(1, -1), `Key ${BREAKOUT}`, sequence],
      [`/jobs/${await idOf(SHORT)}`, SHORT, BREAKOUT],
      ['/jobs?q=state:discarded', BREAKOUT.slice(0, 40)],
      ['/failures', SHORT],
      ['/queues/critical', BREAKOUT.slice(0, 200)],
      ['/audit', BREAKOUT.slice(0, 100)],
      ['/schedules', SHORT],
      [`/schedules/default/${encodeURIComponent(SHORT)}`, SHORT],
    ] as [string, ...string[]][]) {
      await page.goto(`/dashboard${path}`);
      // biome-ignore lint/performance/useDomNodeTextContent: what a person sees, without what is folded or hidden
      const shown = squeezed(await page.locator('#content').innerText());
      for (const text of texts) assert.ok(shown.includes(squeezed(text)), `${path}: no ${text} in ${shown}`);
    }
    await page.context().close();
  });
});

/** Puts it into every field that somebody else than the operator fills. */
async function plant(service: OpenService): Promise<void> {
  const { pool, url } = service;
  const answer = await signUp(url, 'mallory', { username: SHORT });
  assert.equal(answer.status, 202, await answer.text());
  const payload = JSON.stringify({ who: BREAKOUT, [BREAKOUT]: [BREAKOUT] });
  await pool.query(
    `select howdah.enqueue('anything', $3::json, key => $1, sequence => $2, delay => '1 hour', headers => $4::jsonb,
                           queue => 'default', allow_unknown => true)`,
    [BREAKOUT, BREAKOUT.slice(0, 100), payload, JSON.stringify({ from: BREAKOUT })],
  );
  const { rows } = await pool.query(
    `select howdah.enqueue('send_welcome_email', '{"user_account": "ada"}', key => 'fails', delay => '1 hour')::text as id`,
  );
  await pool.query('select howdah.discard_job($1, $2)', [rows[0]?.id, BREAKOUT]);
  await pool.query(`select graphile_worker.add_job($1, '{}', run_at => now() + interval '1 hour')`, [SHORT]);
  await pool.query(`select howdah.discard_job(id, $2) from howdah.jobs where task = $1`, [SHORT, BREAKOUT]);
  await pool.query('update howdah.cron_entries set identifier = $1', [SHORT]);
  await waitFor('the mail to be there', async () => {
    const answer = await fetch(`${url}/mailbox.json`);
    return ((await answer.json()) as { messages: unknown[] }).messages.length > 0;
  });
  await pool.query(`select howdah.pause_queue('critical', $1)`, [BREAKOUT.slice(0, 200)]);
}

async function logInAs(page: Page, name: string): Promise<void> {
  await page.goto('/dashboard/login');
  await page.getByLabel('Token', { exact: true }).fill(OPERATOR);
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL(/\/dashboard$/);
}

/** So that the audit log and notices have the operator's name and reasons in them. */
async function act(page: Page): Promise<void> {
  await page.goto('/dashboard/queues/default');
  await page.getByLabel('Reason').fill(BREAKOUT);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByText('The queue is paused').waitFor();
  assert.match((await page.locator('.who').textContent()) ?? '', /onload=alert/);
}

/** What is broken into lines on a page is one text all the same. */
function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, '');
}

async function staysText(page: Page, path: string): Promise<void> {
  assert.doesNotMatch(await page.title(), /^broken$/, path);
  const made = page.locator('img, svg[onload], body script, [onerror], [onload], [onclick]');
  assert.equal(await made.count(), 0, path);
}

/** Answers that say that there is no such thing are errors to the browser. */
function withoutRefusals({ complaints }: WatchedPage): string[] {
  return complaints.filter((each) => !/the server responded with a status of (404|422)/.test(each));
}

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { signUp, signUpJobs } from '../integration/bank.ts';
import { type OpenService, openService } from '../integration/open-service.ts';
import type { SmtpVerdict } from '../support/smtp-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { logIn, openBrowser, openPage, WITHOUT_BROWSER } from './open-browser.ts';

const OPERATOR = 'the-operator-for-tests';
const DOWN = { code: 550, text: '5.7.1 relaying denied' };
const CUSTOMERS = ['ada', 'grace', 'mary', 'joan', 'hedy', 'radia', 'lynn'];
const ONLY_VERIFICATIONS = { QUEUES: 'critical:2' };

describe('the bank in a browser', { skip: WITHOUT_BROWSER }, () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  test('leads a customer from sign-up to a verified address, and the job’s page tells that it completed', async () => {
    await using stack = new AsyncDisposableStack();
    const service = await openService(stack, { env: { SMTP_URL: '' } });
    assert.equal((await signUp(service.url, 'ada')).status, 202);
    const { page, complaints } = await openPage(browser, service.url);
    await logIn(page, OPERATOR);
    await page.getByRole('link', { name: 'Mailbox' }).click();
    await untilThere(page, page.getByRole('link', { name: /verify|confirm/i }));
    await page.getByRole('link', { name: /verify|confirm/i }).click();
    const opened = page.waitForEvent('popup');
    await page.locator('pre.text a').first().click();
    const verification = await opened;
    await verification.getByRole('button', { name: 'Confirm my e-mail address' }).click();
    await verification
      .getByText(/verified|confirmed/i)
      .first()
      .waitFor();
    const { rows } = await service.pool.query('select from users where email_verified_at is not null');
    assert.equal(rows.length, 1);
    await page.goto('/dashboard/jobs?q=task:send_verify_email');
    await page.locator('[data-row] a').first().click();
    await page.locator('h1 .state.completed').waitFor();
    assert.match((await page.locator('.timeline').textContent()) ?? '', /Run 1 began[\s\S]*completed/);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test('shows a failing mail server as one failure, mended by a canary and then all', async () => {
    await using stack = new AsyncDisposableStack();
    let verdict: SmtpVerdict = DOWN;
    const service = await openService(stack, { script: () => verdict, env: ONLY_VERIFICATIONS });
    const jobs = await discardedOf(service);
    const { page, complaints } = await openPage(browser, service.url);
    await logIn(page, OPERATOR);
    await page.goto('/dashboard/failures');
    assert.equal(await page.locator('[data-row]').count(), 1);
    await page.getByRole('link', { name: /relaying denied/ }).click();
    await page.getByText('Retry five first').waitFor();
    const group = page.url();
    verdict = 'accept';
    await page.getByLabel('What was mended').fill('mail lets us relay again');
    await page.getByRole('button', { name: 'Retry five' }).click();
    await page.getByText('5 jobs are retried first').waitFor();
    await page.getByText('mail lets us relay again').waitFor();
    await untilThere(page, page.getByText('Those that were retried first have completed. Now the other 2.'));
    assert.equal(await page.locator('.canary .good').count(), 5);
    await page.getByRole('link', { name: 'Retry all 2…' }).click();
    await page.getByRole('button', { name: 'Retry (2 jobs)' }).click();
    await page.getByRole('heading', { name: 'Retried' }).waitFor();
    for (const id of jobs) await service.untilState(id, 'completed');
    assert.equal(service.smtp.accepted.length, CUSTOMERS.length);
    await page.goto(group);
    await page.getByText('No job fails like that any more.').waitFor();
    assert.equal(await page.locator('.canary .good').count(), 5, 'what became of the canary stays');
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
});

/** The verification job of each customer, after the mail server refused its mail. */
async function discardedOf(service: OpenService): Promise<string[]> {
  const ids: string[] = [];
  for (const account of CUSTOMERS) ids.push((await signUpJobs(service.url, account)).verify);
  for (const id of ids) await service.untilState(id, 'discarded');
  return ids;
}

/** Looks again, as a person does. */
async function untilThere(page: Page, what: ReturnType<Page['getByText']>): Promise<void> {
  await waitFor('the page to show it', async () => {
    if ((await what.count()) > 0) return true;
    await page.reload();
    return (await what.count()) > 0;
  });
}

import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import express from 'express';
import type { Browser, Page } from 'playwright-core';
import { createHttpHandler } from '../../src/http.ts';
import { ADMIN, openDashboard, type TestDashboard } from '../dashboard/open-dashboard.ts';
import { addHostileJob, seedJobs } from '../dashboard/seed-jobs.ts';
import type { Host } from '../http/hosts/host-contract.ts';
import { listen } from '../http/hosts/listen.ts';
import { openBrowser, openPage, WITHOUT_BROWSER } from './open-browser.ts';

/** Pages of one kind that are visited: those of two jobs say what those of all do. */
const OF_A_KIND = 2;

describe('mounted below a path, in a browser', { skip: WITHOUT_BROWSER }, () => {
  const stack = new AsyncDisposableStack();
  let dashboard: TestDashboard;
  let browser: Browser;
  before(async () => {
    dashboard = await openDashboard();
    stack.defer(() => dashboard.close());
    await seedJobs(dashboard);
    await addHostileJob(dashboard);
    browser = await openBrowser();
    stack.defer(() => browser.close());
  });
  after(() => stack.disposeAsync());

  test('at /admin/queues of Express, behind its own login, all leads where it should', async () => {
    const host = await openExpress(dashboard, stack);
    const { page, complaints } = await openPage(browser, host.origin);
    const nobody = await page.goto('/admin/queues/dashboard');
    assert.equal(nobody?.status(), 401);
    assert.match((await page.textContent('body')) ?? '', /Log in to the application first/);
    complaints.length = 0; // the browser's own, of that answer
    await page.context().addCookies([{ name: 'session', value: 'ada', url: host.origin }]);
    await page.goto('/admin/queues');
    await page.waitForURL(`${host.origin}/admin/queues/dashboard`);
    assert.match((await page.locator('.who').textContent()) ?? '', /ada@shop\.example/);
    await followAll(page, `${host.origin}/admin/queues/`);
    await actAndComeBack(page, `${host.origin}/admin/queues/`);
    assert.deepEqual(complaints, []);
    const { rows } = await dashboard.pool.query(
      `select distinct actor from howdah.audit_log where action like 'queues.%'`,
    );
    assert.deepEqual(rows, [{ actor: 'ada@shop.example' }]);
    await page.context().close();
  });

  test('below /ops/ of a proxy that takes that away, all leads where it should', async () => {
    const proxy = await openStrippingProxy(dashboard, stack);
    const { page, complaints } = await openPage(browser, proxy.origin);
    await page.goto('/ops/dashboard/queues/default');
    await page.waitForURL(/\/ops\/dashboard\/login\?to=/);
    await page.getByLabel('Token', { exact: true }).fill(ADMIN);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL(`${proxy.origin}/ops/dashboard/queues/default`);
    await followAll(page, `${proxy.origin}/ops/`);
    await actAndComeBack(page, `${proxy.origin}/ops/`);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL(`${proxy.origin}/ops/dashboard/login`);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
});

/** A host with a login of its own, and no token of Howdah's. */
async function openExpress({ connectionString }: TestDashboard, stack: AsyncDisposableStack): Promise<Host> {
  const handler = createHttpHandler({
    connectionString,
    basePath: '/admin/queues',
    authorize: ({ headers }) =>
      headers.get('Cookie')?.includes('session=ada')
        ? { role: 'admin', actor: 'ada@shop.example' }
        : undefined,
  });
  const app = express();
  app.use('/admin/queues', handler.node);
  const host = await listen(createServer(app));
  stack.defer(async () => {
    await handler.close();
    await host.close?.();
  });
  return host;
}

async function openStrippingProxy({ origin }: TestDashboard, stack: AsyncDisposableStack): Promise<Host> {
  const server = createServer((asked, answer) => {
    const path = asked.url ?? '/';
    if (!path.startsWith('/ops/')) return void answer.writeHead(404).end();
    const { method, headers } = asked;
    const onward = request(new URL(path.slice('/ops'.length), origin), { method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  const host = await listen(server);
  stack.defer(() => host.close?.());
  return host;
}

/** Every page that links lead to, with its style sheet, its stream, and forms that lead to where commands are. */
async function followAll(page: Page, base: string): Promise<void> {
  const todo = [`${base}dashboard`];
  const kinds = new Map<string, number>();
  for (const address of todo) {
    const answer = await page.goto(address);
    assert.equal(answer?.status(), 200, address);
    const styled = `getComputedStyle(document.querySelector('.top')).display`;
    assert.equal(await page.evaluate(styled), 'flex', `${address} has its style sheet`);
    const { links, actions } = await leadsOf(page);
    for (const action of actions) assert.ok(action.startsWith(`${base}dashboard`), `${address}: ${action}`);
    for (const link of links) {
      assert.ok(link.startsWith(base), `${link} of ${address} leaves the service`);
      const kind = new URL(link).pathname.replace(/[0-9a-f]{16}|\d+/g, '…');
      const seen = kinds.get(kind) ?? 0;
      if (seen >= OF_A_KIND || todo.includes(link)) continue;
      kinds.set(kind, seen + 1);
      todo.push(link);
    }
  }
  assert.ok(kinds.size >= 10, [...kinds.keys()].join(' '));
}

async function leadsOf(page: Page): Promise<{ links: string[]; actions: string[] }> {
  return page.evaluate(`({
    links: [...document.querySelectorAll('a[href]')].map((each) => each.href.split('#')[0]),
    actions: [...document.querySelectorAll('form:not([method=dialog])')].map((each) => new URL(each.getAttribute('action'), document.baseURI).href),
  })`);
}

/** A command leads back to its page; the page follows what changes; the language stays chosen. */
async function actAndComeBack(page: Page, base: string): Promise<void> {
  const streamed = page.waitForResponse(`${base}dashboard/live`);
  await page.goto(`${base}dashboard/queues/default`);
  assert.equal((await streamed).status(), 200);
  await page.getByLabel('Reason').fill('to try it');
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByText('The queue is paused').waitFor();
  assert.ok(page.url().startsWith(`${base}dashboard/queues/default`), page.url());
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText('hands out jobs again').waitFor();
  await page.getByRole('button', { name: '简体中文' }).click();
  await page.getByRole('link', { name: '队列', exact: true }).click();
  assert.equal(await page.getAttribute('html', 'lang'), 'zh-Hans');
  await page.getByRole('button', { name: 'English' }).click();
  await page.waitForURL(`${base}dashboard/queues`);
}

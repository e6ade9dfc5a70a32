import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { ADMIN, openDashboard, type TestDashboard } from '../dashboard/open-dashboard.ts';
import { addHostileJob, seedJobs } from '../dashboard/seed-jobs.ts';
import { logIn, openBrowser, openPage, WITHOUT_BROWSER } from './open-browser.ts';

/** Every page, with something on it: extended as pages come. */
const PATHS = [
  '/dashboard',
  '/dashboard/queues',
  '/dashboard/queues/default',
  '/dashboard/workers',
  '/dashboard/sources',
  '/dashboard/schedules',
  '/dashboard/tasks',
  '/dashboard/tasks/send_welcome_email',
  '/dashboard/audit',
  '/dashboard/jobs',
  '/dashboard/failures',
  '/dashboard/jobs/act?action=cancel&scope=all&q=queue%3Adefault',
];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

describe('in a browser', { skip: WITHOUT_BROWSER }, () => {
  let dashboard: TestDashboard;
  let browser: Browser;
  before(async () => {
    dashboard = await openDashboard();
    await seedJobs(dashboard);
    const hostile = await addHostileJob(dashboard);
    PATHS.push(`/dashboard/jobs/${hostile}`, `/dashboard/jobs/act?action=retry&scope=selected&id=${hostile}`);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await dashboard?.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`no page has a serious fault of accessibility, breaks its own policy or asks elsewhere (${colorScheme})`, async () => {
      const { page, complaints } = await openPage(browser, dashboard.origin, {
        colorScheme,
        bypassCSP: false,
      });
      await logIn(page, ADMIN);
      for (const path of PATHS) {
        await page.goto(path);
        // A script of the inspector's, which the page's policy does not concern.
        const found = (await page.evaluate(
          `${AXE}; axe.run(document).then(({ violations }) => violations)`,
        )) as Finding[];
        const serious = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        assert.deepEqual(
          serious.map(({ id, nodes }) => [
            id,
            nodes.map(({ html, failureSummary }) => [html, failureSummary]),
          ]),
          [],
          path,
        );
      }
      assert.deepEqual(complaints, []);
      await page.context().close();
    });
  }

  test('nothing is wider than a phone', async () => {
    const { page } = await openPage(browser, dashboard.origin, { viewport: { width: 375, height: 700 } });
    await logIn(page, ADMIN);
    for (const path of PATHS) {
      await page.goto(path);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      assert.equal(width, 375, path);
    }
    await page.context().close();
  });
});

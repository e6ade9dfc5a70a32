import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { z } from 'zod';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { ADMIN, openDashboard, type TestDashboard } from '../dashboard/open-dashboard.ts';
import { addHostileJob, addSchedule, seedJobs } from '../dashboard/seed-jobs.ts';
import { FAIL, fetchJob } from '../support/job-states.ts';
import { logIn, openBrowser, openPage, WITHOUT_BROWSER } from './open-browser.ts';

/** Every page, with something on it: extended as pages come. */
const PATHS = [
  '/dashboard',
  '/dashboard/queues',
  '/dashboard/queues/default',
  '/dashboard/workers',
  '/dashboard/sources',
  '/dashboard/schedules',
  '/dashboard/schedules/default/hourly',
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

/** Names of 60 characters, and of as many as a queue can have. */
async function addLongNames({ pool }: TestDashboard): Promise<void> {
  const [task, name] = [`send_${'monthly_statements_'.repeat(3)}`.slice(0, 60), 'nightly'.padEnd(60, 'y')];
  const queue = 'statements_of_all_customers_and_partners';
  await announceTasks(pool, createCatalogue([defineTask({ name: task, payload: z.object({}) })]));
  await pool.query(
    `insert into howdah.cron_entries (identifier, task, queue, cron, payload)
     values ($1, $2, $3, '*/15 8-18 * * 1-5', '{}')`,
    [name, task, queue],
  );
  await pool.query('select howdah.announce_source($1, $2, $3)', [`kafka:${task.slice(6)}`, task, 'bank']);
  await pool.query(
    `insert into howdah.runners (token, queue, kind, process, host, pid, concurrency, tasks, heartbeat_at)
     values (gen_random_uuid(), $1, 'howdah', $2, $2, 42, 5, $3, now() + interval '1 hour')`,
    [queue, name, [task]],
  );
  const { rows } = await pool.query('select howdah.enqueue($1, payload => $2::json)::text as id', [
    task,
    '{}',
  ]);
  const { id } = rows[0];
  await fetchJob({ pool }, id);
  await pool.query(FAIL, [
    id,
    `howdah-verdict:${JSON.stringify({ kind: 'retry', delayMs: 60_000, name: 'Error', message: `no host ${name}.${task}` })}`,
  ]);
  PATHS.push(`/dashboard/jobs/${id}`, `/dashboard/tasks/${task}`);
}

describe('in a browser', { skip: WITHOUT_BROWSER }, () => {
  let dashboard: TestDashboard;
  let browser: Browser;
  before(async () => {
    dashboard = await openDashboard();
    await seedJobs(dashboard);
    await addSchedule(dashboard);
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

  test('nothing is wider than a phone or half a screen, whatever the length of names', async () => {
    await addLongNames(dashboard);
    const { page } = await openPage(browser, dashboard.origin);
    await logIn(page, ADMIN);
    for (const path of PATHS) {
      await page.goto(path);
      for (const width of [375, 1000]) {
        await page.setViewportSize({ width, height: 700 });
        const wider = await page.evaluate(`[document.documentElement, ...document.querySelectorAll('.scroll')]
          .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).map((each) => each.textContent)`);
        assert.deepEqual(wider, [], `${path} at ${width}`);
      }
    }
    await page.setViewportSize({ width: 375, height: 700 });
    await page.goto('/dashboard/audit');
    const [head, here] = await Promise.all(
      ['.top', '.pages [aria-current]'].map((name) => page.locator(name).boundingBox()),
    );
    assert.ok(head && head.height < 100, `the page begins ${head?.height} px down`);
    assert.ok(here && here.x > 0 && here.x + here.width <= 375, `where it is, is in sight: ${here?.x}`);
    await page.setViewportSize({ width: 1000, height: 700 });
    await page.goto('/dashboard/jobs?q=state:retryable');
    const lines = await page.evaluate(`[...document.querySelectorAll('td.error')].map((cell) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
    })`);
    assert.deepEqual(new Set(lines as number[]), new Set([1]), 'a list of jobs has a line for each');
    await page.context().close();
  });
});

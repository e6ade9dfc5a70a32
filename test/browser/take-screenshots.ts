// npm run screenshots: a picture of each page, light and dark, into docs/images, of a shop's queues at work.
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { ADMIN, openDashboard, type TestDashboard } from '../dashboard/open-dashboard.ts';
import { logIn, openBrowser, openPage } from './open-browser.ts';
import { startShowcase } from './showcase.ts';

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const SIZE = { width: 1280, height: 860 };

await mkdir(FOLDER, { recursive: true });
const dashboard = await openDashboard();
const browser = await openBrowser();
try {
  await using _ = await startShowcase(dashboard);
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await openPage(browser, dashboard.origin, { colorScheme, viewport: SIZE });
    await logIn(page, ADMIN);
    for (const [name, path] of Object.entries(await pagesOf(dashboard)))
      await take(page, path, `${name}-${colorScheme}`);
    await page.context().close();
  }
} finally {
  await browser.close();
  await dashboard.close();
}

async function take(page: Page, path: string, name: string): Promise<void> {
  await page.goto(path);
  await page.waitForTimeout(700); // charts are drawn
  await page.screenshot({ path: `${FOLDER}dashboard-${name}.png` });
}

async function pagesOf({ pool }: TestDashboard): Promise<Record<string, string>> {
  const { rows } = await pool.query<{ running: string; failure: string }>(
    `select (select min(id)::text from howdah.jobs where state = 'running') as running,
            (select failure from howdah.failure_groups() order by jobs desc limit 1) as failure`,
  );
  const [{ running, failure } = { running: '', failure: '' }] = rows;
  return {
    overview: '/dashboard',
    jobs: '/dashboard/jobs',
    job: `/dashboard/jobs/${running}`,
    failures: '/dashboard/failures',
    failure: `/dashboard/failures/${failure}`,
    queues: '/dashboard/queues',
    queue: '/dashboard/queues/critical',
    workers: '/dashboard/workers',
    sources: '/dashboard/sources',
    schedules: '/dashboard/schedules',
    tasks: '/dashboard/tasks/charge_card',
    audit: '/dashboard/audit',
  };
}

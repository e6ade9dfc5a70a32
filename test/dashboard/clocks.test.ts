import assert from 'node:assert/strict';
import { after, before, mock, test } from 'node:test';
import { openDashboard, type TestDashboard } from './open-dashboard.ts';
import { announceWorks } from './seed-jobs.ts';

const HOUR_MS = 3_600_000;

let dashboard: TestDashboard;
before(async () => {
  mock.timers.enable({ apis: ['Date'], now: Date.now() - HOUR_MS });
  dashboard = await openDashboard();
  await announceWorks(dashboard);
});
after(async () => {
  mock.timers.reset();
  await dashboard?.close();
});

test('where the clock of the process is an hour behind, pages still tell how long ago something was', async () => {
  const admin = dashboard.as('admin');
  const id = await enqueue();
  const [, said = ''] = /data-relative>([^<]*)</.exec(await admin.page(`/dashboard/jobs/${id}`)) ?? [];
  assert.match(said, /^\d+(\.\d)? m?s ago$/);
  const [, now = ''] = /data-now="(\d+)"/.exec(await admin.page('/dashboard')) ?? [];
  assert.ok(Math.abs(Number(now) - (Date.now() + HOUR_MS)) < 60_000, `${Number(now) - Date.now()} ms ahead`);
});

test('and a job that is put off by minutes runs that much later by the clock of the database', async () => {
  const id = await enqueue();
  await dashboard.as('admin').submit(`/dashboard/jobs/${id}/reschedule`, { after: '15m' });
  const { rows } = await dashboard.pool.query<{ minutes: number }>(
    'select extract(epoch from run_at - now())::float8 / 60 as minutes from howdah.jobs where id = $1',
    [id],
  );
  const minutes = rows[0]?.minutes ?? 0;
  assert.ok(minutes > 13 && minutes <= 15, `in ${minutes} minutes`);
});

async function enqueue(): Promise<string> {
  const { rows } = await dashboard.pool.query<{ id: string }>(
    `select howdah.enqueue('works', payload => '{"who":"ada"}')::text as id`,
  );
  return rows[0]?.id ?? '';
}

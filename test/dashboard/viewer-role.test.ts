import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createTestLogin, type TestLogin } from '../support/test-login.ts';
import { openDashboard, type TestDashboard } from './open-dashboard.ts';
import { addHostileJob, seedJobs } from './seed-jobs.ts';

let whole: TestDashboard;
let login: TestLogin;
let dashboard: TestDashboard;
let id: string;
before(async () => {
  whole = await openDashboard();
  await seedJobs(whole);
  id = await addHostileJob(whole);
  login = await createTestLogin(whole, whole.pool, ['howdah_viewer']);
  dashboard = await openDashboard({ connectionString: login.connectionString });
});
after(async () => {
  await dashboard?.close();
  await login?.drop();
  await whole?.close();
});

describe('pages whose database login has the rights to look alone', () => {
  test('show all there is', async () => {
    for (const path of [
      ...['', '/jobs', '/jobs?q=broken', `/jobs/${id}`, '/failures', '/queues', '/queues/default'],
      ...['/workers', '/sources', '/schedules', '/tasks', '/tasks/works', '/audit', '/jobs/complete?q=&at=0'],
    ]) {
      for (const who of ['admin', 'viewer'] as const) await dashboard.as(who).page(`/dashboard${path}`);
    }
  });

  test('change nothing, and say what is missing', async () => {
    const answer = await dashboard.as('admin').send('/dashboard/queues/default/pause', { reason: 'x' });
    assert.equal(answer.status, 503);
    assert.match(await answer.text(), /lacks rights/);
    const { rows } = await whole.pool.query("select paused_at from howdah.queues where name = 'default'");
    assert.equal(rows[0]?.paused_at, null);
  });
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDashboard, type TestDashboard } from './open-dashboard.ts';

const NAME = 'kafka:users.v1';

let dashboard: TestDashboard;
before(async () => {
  dashboard = await openDashboard();
});
after(() => dashboard.close());

test('the page of sources says so where there is none', async () => {
  assert.match(await dashboard.as('viewer').page('/dashboard/sources'), /No message becomes a job/);
});

test('it shows each with what is in its way, and a viewer no buttons', async () => {
  const { rows } = await dashboard.pool.query('select name from howdah.tasks order by name limit 1');
  await dashboard.pool.query('select howdah.announce_source($1, $2, $3)', [NAME, rows[0].name, 'bank']);
  const page = await dashboard.as('viewer').page('/dashboard/sources');
  assert.match(page, /kafka:users\.v1/);
  assert.match(page, /No worker reads it/);
  assert.doesNotMatch(page, /sources\/pause/);
});

test('its buttons pause with a reason, resume, and go on with a topic that was refused', async () => {
  const admin = dashboard.as('admin');
  const fields = { source: NAME, back: 'sources' };
  const paused = await admin.submit('/dashboard/sources/pause', {
    ...fields,
    reason: 'they <send> nonsense',
  });
  assert.match(paused, /role="status"[^>]*>No message of it becomes a job until it is resumed/);
  assert.match(paused, /Paused by admin: they &lt;send&gt; nonsense/);
  assert.match(await admin.submit('/dashboard/sources/resume', fields), /Its messages become jobs again/);
  await dashboard.pool.query(
    "update howdah.source_registry set refused_because = 'the topic was made anew', refused_at = now()",
  );
  assert.match(await admin.page('/dashboard/sources'), /No message is taken: the topic was made anew\./);
  assert.match(await admin.submit('/dashboard/sources/accept', fields), /The topic is read as it is now/);
  const unknown = await admin.send('/dashboard/sources/pause', { source: 'kafka:nowhere' });
  assert.equal(unknown.status, 404);
});

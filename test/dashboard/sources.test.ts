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

test('it says how many partitions no worker has, and the explanation in SQL does, one or more', async () => {
  const { pool } = dashboard;
  const reader = '00000000-0000-4000-8000-000000000001';
  await pool.query(
    `insert into howdah.source_readers (reader, source, host, pid, backend_pid, heartbeat_at)
     values ($1, $2, 'here', 1, 0, now() + interval '1 hour')`,
    [reader, NAME],
  );
  const add = (partition: number, of: string | null) =>
    pool.query('insert into howdah.source_positions (source, partition, reader) values ($1, $2, $3)', [
      NAME,
      partition,
      of,
    ]);
  const steps: [() => Promise<unknown>, string, string][] = [
    [() => add(0, null), '1 partition has no worker', 'Its only partition has no worker at the moment.'],
    [() => add(1, reader), '1 partition has no worker', '1 of its 2 partitions has no worker at the moment.'],
    [
      () => add(2, null),
      '2 partitions have no worker',
      '2 of its 3 partitions have no worker at the moment.',
    ],
  ];
  for (const [step, onPage, inSql] of steps) {
    await step();
    assert.ok((await dashboard.as('viewer').page('/dashboard/sources')).includes(onPage), onPage);
    const { rows } = await pool.query('select cause, explanation from howdah.explain_source($1)', [NAME]);
    assert.deepEqual(rows, [{ cause: 'partitions', explanation: inSql }]);
  }
});

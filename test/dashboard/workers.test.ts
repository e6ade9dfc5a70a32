import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDashboard, type TestDashboard } from './open-dashboard.ts';

let dashboard: TestDashboard;
before(async () => {
  dashboard = await openDashboard();
});
after(() => dashboard.close());

/** A worker by its row alone, whose heartbeat does not grow old. */
async function putWorker(host: string, gates: object[] | null): Promise<void> {
  await dashboard.pool.query(
    `insert into howdah.runners (token, queue, kind, host, pid, concurrency, tasks, heartbeat_at, gates)
     values (gen_random_uuid(), 'default', 'howdah', $1, 42, 5, '{works}', now() + interval '1 hour', $2)`,
    [host, gates && JSON.stringify(gates)],
  );
}

test('the page of workers shows where their jobs go, and since when and why they cannot', async () => {
  await putWorker('runs-all', null);
  assert.doesNotMatch(await dashboard.as('viewer').page('/dashboard/workers'), /messages/);
  await putWorker('reaches-it', [{ name: 'kafka', because: null, since: null, tasks: [] }]);
  await putWorker('cut-off', [
    {
      ...{ name: 'rabbitmq', because: 'connect <ECONNREFUSED>', since: '2026-03-01T10:00:00Z' },
      tasks: ['mails', 'works'],
    },
  ]);
  const page = await dashboard.as('viewer').page('/dashboard/workers');
  assert.match(page, /kafka takes its messages/);
  assert.match(
    page,
    /rabbitmq takes no messages \(connect &lt;ECONNREFUSED&gt;\), since <time datetime="2026-03-01T10:00:00\.000Z"/,
  );
  assert.match(page, /Jobs that wait for it: mails, works/);
});

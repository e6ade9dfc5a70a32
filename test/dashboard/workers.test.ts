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
  await putRunner({ process: host, host, tasks: ['works'], gates });
}

interface RunnerRow {
  process: string;
  host: string;
  tasks: string[];
  gates?: object[] | null;
}

async function putRunner({ process, host, tasks, gates = null }: RunnerRow): Promise<void> {
  await dashboard.pool.query(
    `insert into howdah.runners (token, queue, kind, process, host, pid, concurrency, tasks, heartbeat_at, gates)
     values (gen_random_uuid(), 'default', 'howdah', $1, $2, 42, 5, $3, now() + interval '1 hour', $4)`,
    [process, host, tasks, gates && JSON.stringify(gates)],
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

test('a task’s workers are the processes that know it, however many queues they serve and whatever they are called', async () => {
  await dashboard.pool.query(
    `insert into howdah.tasks (name, application, queue, max_retries, timeout_ms, payload_schema, updated_at)
     values ('bills', 'shop', 'default', 3, 0, '{}', now())`,
  );
  for (const process of ['first', 'first', 'second'])
    await putRunner({ process, host: 'same', tasks: ['bills'] });
  const viewer = dashboard.as('viewer');
  assert.match(await viewer.page('/dashboard/tasks'), /bills<\/a>.*?data-label="Workers">2</s);
  assert.match(await viewer.page('/dashboard/tasks/bills'), /<dt>Workers<\/dt><dd>2</);
});

test('a queue’s page says where its places come from, and when the limit is above them', async () => {
  await putRunner({ process: 'one of 5', host: 'places', tasks: [] });
  const limit = (runs: number) =>
    dashboard
      .as('admin')
      .submit('/dashboard/queues/default/limit', { back: 'queues/default', limit: `${runs}` });
  const places = await dashboard.pool.query(
    `select concurrency from howdah.queue_stats() where queue = 'default'`,
  );
  const all = Number(places.rows[0]?.concurrency);
  const atMost = await limit(all);
  assert.match(
    atMost,
    new RegExp(`<dd>${all} <span class="quiet">Each worker has as many .*<code>QUEUES</code>`),
  );
  assert.match(atMost, new RegExp(`<dd>${all} <span class="quiet">A limit is shared out`));
  assert.match(
    await limit(all + 1),
    new RegExp(`<dd>${all + 1} <span class="quiet">The workers have ${all} places, so no more`),
  );
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { createHowdah, defineApp, defineHandle, defineTask } from '../../src/index.ts';
import { openDashboard, type TestDashboard } from './open-dashboard.ts';

const pay = defineTask({
  name: 'pay',
  payload: z.strictObject({ order: z.int(), card: z.strictObject({ number: z.string() }) }),
});
const app = defineApp({
  name: 'shop',
  tasks: [defineHandle()(pay, async () => {})],
  redact: ['card.*'],
  links: [
    { label: 'Logs <of> it', url: 'https://logs.example/?q={{job_id}}&t={{task}}' },
    { label: 'Trace', url: 'https://traces.example/{{trace_id}}' },
  ],
});

let dashboard: TestDashboard;
let id: string;
before(async () => {
  dashboard = await openDashboard({ app });
  await using howdah = createHowdah({ connectionString: dashboard.connectionString, app });
  const payload = { order: 7, card: { number: '4111 1111 1111 1111' } };
  id = (await howdah.enqueueAlone(pay, payload, { delayMs: 3_600_000 })).id;
});
after(() => dashboard.close());

test('what the configuration withholds is on no page, and is kept where a job is enqueued again', async () => {
  const admin = dashboard.as('admin');
  const page = await admin.page(`/dashboard/jobs/${id}`);
  assert.doesNotMatch(page, /4111/);
  assert.match(page, /\[redacted\]/);
  const again = await admin.submit(`/dashboard/jobs/${id}/enqueue-again`, {
    payload: '{"order": 8, "card": {"number": "[redacted]"}}',
  });
  assert.doesNotMatch(again, /4111/);
  assert.match(again, new RegExp(`Enqueued again, from job <a href="[^"]*jobs/${id}"`));
  const { rows } = await dashboard.pool.query(
    `select payload::jsonb as payload from howdah.jobs where task = 'pay' and id <> $1`,
    [id],
  );
  assert.deepEqual(rows, [{ payload: { order: 8, card: { number: '4111 1111 1111 1111' } } }]);
});

test('a job leads to places of the application’s own, but for those that need what it has not', async () => {
  const page = await dashboard.as('viewer').page(`/dashboard/jobs/${id}`);
  assert.match(
    page,
    new RegExp(
      `href="https://logs.example/\\?q=${id}&amp;t=pay" target="_blank" rel="noreferrer">Logs &lt;of&gt; it<`,
    ),
  );
  assert.doesNotMatch(page, /traces\.example/);
});

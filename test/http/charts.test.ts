import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openApi, type TestApi } from './open-api.ts';
import { mistakenFields, outcomeOf, readProblem } from './open-app.ts';

let api: TestApi;
before(async () => {
  api = await openApi();
  await api.enqueue();
  await api.customers.rows(
    `insert into howdah.job_history (id, queue, task, state, priority, attempt, max_attempts, run_at, created_at, started_at, finished_at, payload)
     select nextval('howdah.job_id_seq'), 'default', 'send_welcome_email', 'completed', 0, 1, 1, at - interval '2 s',
            at - interval '2 s', at - interval '1 s', at, '{}' from (select now() - interval '10 minutes') f (at)`,
  );
  await api.customers.rows('select howdah.keep_charts()');
});
after(() => api.drop());

interface Listed {
  points: { at: string; covered_seconds: number; completed: number; run_p50_ms: number | null }[];
}

const chart = (query = '') => api.json<Listed>(200, 'GET', `/v1/charts${query}`, { token: 'viewer' });

describe('GET /v1/charts', () => {
  test('has an hour by minute unless told', async () => {
    const { points } = await chart();
    // From the minute of an hour ago to the last that is counted, which is two seconds after its end and was before() here.
    assert.ok(points.length >= 58 && points.length <= 60, `${points.length}`);
    const [found, ...others] = points.filter(({ completed }) => completed > 0);
    assert.deepEqual([found?.completed, found?.covered_seconds, others.length], [1, 60, 0]);
    assert.ok(Math.abs((found?.run_p50_ms ?? 0) - 1_000) < 91);
    assert.equal(points[0]?.run_p50_ms, null);
  });

  test('is of a queue, a task, a time and a step', async () => {
    const since = encodeURIComponent(new Date(Date.now() - 86_400_000).toISOString());
    const { points } = await chart(`?queue=default&task=send_welcome_email&since=${since}&step=1h`);
    assert.ok(points.length === 24 || points.length === 25, `${points.length}`);
    assert.equal(points.reduce((sum, { completed }) => sum + completed, 0), 1); // biome-ignore format: short
    assert.ok((await chart('?queue=critical')).points.every(({ completed }) => completed === 0));
  });

  test('refuses steps that cannot be had, unknown names, and those without a token', async () => {
    const since = encodeURIComponent(new Date(Date.now() - 5 * 86_400_000).toISOString());
    for (const query of ['step=30s', 'step=1', 'step=90d', `since=${since}`, `since=${since}&step=90m`]) {
      const response = await api.send('GET', `/v1/charts?${query}`);
      assert.deepEqual(await outcomeOf(response), [422, 'invalid_request'], query);
    }
    assert.deepEqual(await mistakenFields(await api.send('GET', '/v1/charts?stop=1h')), ['stop']);
    const { detail, errors } = await readProblem(await api.send('GET', '/v1/charts?step=90s'));
    assert.deepEqual([detail, errors.map(({ field }) => field)], ['Please correct: step', ['step']]);
    assert.match(errors[0]?.message ?? '', /^expected whole minutes, .*, received 00:01:30$/);
    assert.deepEqual(await outcomeOf(await api.send('GET', '/v1/charts?queue=no')), [404, 'unknown_queue']);
    assert.deepEqual(await outcomeOf(await api.send('GET', '/v1/charts?task=no')), [404, 'unknown_task']);
    assert.deepEqual(await outcomeOf(await api.send('GET', '/v1/charts', { token: 'none' })), [
      401,
      'unauthorized',
    ]);
  });
});

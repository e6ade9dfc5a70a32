import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openApi, type TestApi } from './open-api.ts';
import { outcomeOf, readProblem } from './open-app.ts';

const NAME = 'kafka:users.v1';
const PATH = `/v1/sources/${encodeURIComponent(NAME)}`;

let api: TestApi;
before(async () => {
  api = await openApi();
  await api.customers.rows(
    `select howdah.announce_source('${NAME}', 'send_welcome_email', 'bank') from (select 1) one`,
  );
});
after(() => api.drop());

type Row = Record<string, unknown>;

async function source(): Promise<Row> {
  return (await api.json<{ source: Row }>(200, 'GET', PATH, { token: 'viewer' })).source;
}

describe('/v1/sources', () => {
  test('shows each with what is in its way', async () => {
    const { sources } = await api.json<{ sources: Row[] }>(200, 'GET', '/v1/sources', { token: 'viewer' });
    assert.deepEqual(
      sources.map(({ name, broker, place, task, state, taken }) => [name, broker, place, task, state, taken]),
      [[NAME, 'kafka', 'users.v1', 'send_welcome_email', 'idle', 0]],
    );
    assert.match(String(sources[0]?.['explanation']), /No worker reads it/);
  });

  test('pauses with a reason and resumes, for all to see and on record', async () => {
    await api.json(200, 'POST', `${PATH}/pause`, { body: { reason: 'they send nonsense' } });
    const paused = await source();
    assert.deepEqual([paused['state'], paused['paused_by']], ['paused', 'admin: they send nonsense']);
    const answer = await api.json<{ source: Row }>(200, 'POST', `${PATH}/resume`);
    assert.deepEqual([answer.source['state'], answer.source['paused_by']], ['idle', null]);
    const actions = await api.customers.rows('select action, details from howdah.audit_log order by id');
    assert.deepEqual(actions, [
      {
        action: 'sources.pause',
        details: { source: NAME, by: 'admin: they send nonsense', is_new: true },
      },
      { action: 'sources.resume', details: { source: NAME, is_new: true } },
    ]);
  });

  test('goes on with a topic that was refused, and with no other', async () => {
    assert.deepEqual(await outcomeOf(await api.send('POST', `${PATH}/accept`)), [409, 'wrong_state']);
    await api.customers.rows(
      `with p as (insert into howdah.source_positions (source, partition, topic_id, position) values ('${NAME}', 0, 'one', 7))
       update howdah.source_registry set other_topic_id = 'two', refused_because = 'it was made anew', refused_at = now()`,
    );
    assert.deepEqual(
      [(await source())['state'], (await source())['refused_because']],
      ['refused', 'it was made anew'],
    );
    const accepted = await api.json<{ source: Row }>(200, 'POST', `${PATH}/accept`);
    assert.equal(accepted.source['state'], 'idle');
  });

  test('answers 404 for a source that is not there, with those that are', async () => {
    for (const [method, path] of [
      ['GET', '/v1/sources/nowhere'],
      ['POST', '/v1/sources/nowhere/pause'],
      ['POST', '/v1/sources/nowhere/resume'],
      ['POST', '/v1/sources/nowhere/accept'],
    ] as const) {
      const { status, code, detail } = await readProblem(await api.send(method, path));
      assert.deepEqual([status, code], [404, 'unknown_source']);
      assert.match(detail, /^unknown source "nowhere" \(Sources here: /);
    }
  });

  test('is changed by no viewer', async () => {
    for (const act of ['pause', 'resume', 'accept'])
      assert.deepEqual(await outcomeOf(await api.send('POST', `${PATH}/${act}`, { token: 'viewer' })), [
        403,
        'forbidden',
      ]);
  });
});

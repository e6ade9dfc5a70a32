import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Database } from '../../src/db/database.ts';
import { waitFor } from '../support/wait-for.ts';
import { openApi, type TestApi } from './open-api.ts';
import { outcomeOf, VIEWER_TOKEN } from './open-app.ts';
import { type EventReader, type ReceivedEvent, readEvents } from './read-events.ts';

let api: TestApi;
const readers: EventReader[] = [];
before(async () => {
  api = await openApi();
});
beforeEach(() => api.clear());
afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.close()));
});
after(() => api.drop());

/** Ready once it got the queues' counters: from then on changes are seen. */
async function listen(headers: Record<string, string> = {}): Promise<EventReader> {
  const response = await api.send('GET', '/v1/events', { headers, token: 'viewer' });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('Content-Type') ?? '', /^text\/event-stream/);
  for (const ofHttp1 of ['Connection', 'Transfer-Encoding'])
    assert.equal(response.headers.get(ofHttp1), null);
  const reader = readEvents(response);
  readers.push(reader);
  await reader.find('the queues', ({ event }) => event === 'queues');
  return reader;
}

const isOf = (id: string, state: string) => (received: ReceivedEvent) =>
  received.event === 'job' && received.data['id'] === id && received.data['state'] === state;

describe('GET /v1/events', () => {
  test('tells of each state that a job is seen in, without its payload', async () => {
    const reader = await listen();
    const { id } = await api.enqueue();
    const available = await reader.find('the new job', isOf(id, 'available'));
    assert.deepEqual(available.data, {
      id,
      queue: 'default',
      task: 'send_welcome_email',
      state: 'available',
      attempt: 0,
    });
    await api.customers.rows(
      `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'pool-x', attempts = 1 where id = $1`,
      [id],
    );
    await reader.find('the run', isOf(id, 'running'));
    await api.customers.rows(
      `update graphile_worker._private_jobs
       set locked_at = null, locked_by = null, last_error = 'x', run_at = now() + interval '1 hour' where id = $1`,
      [id],
    );
    await reader.find('the failure', isOf(id, 'retryable'));
    await api.send('POST', `/v1/jobs/${id}/cancel`);
    await reader.find('the end', isOf(id, 'cancelled'));
    const states = reader.events.filter(({ event }) => event === 'job').map(({ data }) => data['state']);
    assert.deepEqual(states, ['available', 'running', 'retryable', 'cancelled']);
  });

  test('says nothing of what was told before it was opened', async () => {
    const earlier = await listen();
    const old = await api.enqueue();
    await earlier.find('the old job', isOf(old.id, 'available'));
    const reader = await listen();
    const { id } = await api.enqueue();
    await reader.find('the new job', isOf(id, 'available'));
    assert.deepEqual(
      reader.events.filter(({ event }) => event === 'job').map(({ data }) => data['id']),
      [id],
    );
  });

  test('tells of the counters of all queues when they change', async () => {
    const reader = await listen();
    await api.enqueue({ queue: 'critical' });
    const isOne = ({ event, data }: ReceivedEvent) => {
      const queues = event === 'queues' ? (data['queues'] as { name: string; available: number }[]) : [];
      return queues.some(({ name, available }) => name === 'critical' && available === 1);
    };
    await reader.find('the counter', isOne);
  });

  test('goes on after Last-Event-ID', async () => {
    const reader = await listen();
    const first = await api.enqueue();
    const { id: lastEventId = '' } = await reader.find('the first job', isOf(first.id, 'available'));
    await reader.close();
    const second = await api.enqueue();
    const again = await listen({ 'Last-Event-ID': lastEventId });
    await again.find('the second job', isOf(second.id, 'available'));
    assert.deepEqual(
      again.events.filter(({ event }) => event === 'job').map(({ data }) => data['id']),
      [second.id],
    );
    assert.ok(!again.events.some(({ event }) => event === 'gap'));
  });

  test('replays all that was kept, also when that is much', async () => {
    const reader = await listen();
    const first = await api.enqueue();
    const { id: lastEventId = '' } = await reader.find('the first job', isOf(first.id, 'available'));
    await reader.close();
    const witness = await listen();
    const jobs = Array.from({ length: 400 }, () => ({
      task: 'send_welcome_email',
      payload: { user_account: 'a' },
    }));
    await api.send('POST', '/v1/jobs/batch', { body: { jobs } });
    const told = (each: EventReader) => each.events.filter(({ event }) => event === 'job').length;
    await waitFor('all to be told', () => told(witness) === 400);
    const again = await listen({ 'Last-Event-ID': lastEventId });
    await waitFor('all to be told again', () => told(again) === 400);
    assert.ok(![...witness.events, ...again.events].some(({ event }) => event === 'gap'));
  });

  test('tells of a gap when the events after Last-Event-ID are not known', async () => {
    const reader = await listen({ 'Last-Event-ID': 'another-7' });
    await reader.find(
      'the gap',
      ({ event, data }) => event === 'gap' && /no longer known/.test(String(data['because'])),
    );
  });

  test('tells of a gap when more changes at once than it follows', async () => {
    const reader = await listen();
    const jobs = Array.from({ length: 2_000 }, () => ({
      task: 'send_welcome_email',
      payload: { user_account: 'a' },
    }));
    await api.send('POST', '/v1/jobs/batch', { body: { jobs } });
    await reader.find('the gap', ({ event }) => event === 'gap');
  });

  test('ends when the service stops', async () => {
    const stopping = new AbortController();
    const app = api.withOther({ stopping: stopping.signal });
    const headers = { Authorization: 'Bearer the-reader-for-tests' };
    const reader = readEvents(await app.request('/v1/events', { headers }));
    readers.push(reader);
    await reader.find('the queues', ({ event }) => event === 'queues');
    stopping.abort();
    await reader.ended;
  });

  test('asks proxies to pass on what it says at once', async () => {
    const headers = { Authorization: `Bearer ${VIEWER_TOKEN}` };
    const answer = await api.app.request('/v1/events', { headers });
    assert.equal(answer.headers.get('X-Accel-Buffering'), 'no');
    await answer.body?.cancel();
  });

  test('answers HEAD without listening, as nobody would read it', async () => {
    const failing = { query: () => assert.fail('it looked at the database') } as unknown as Database;
    const headers = { Authorization: `Bearer ${VIEWER_TOKEN}` };
    const logged = api.logLines.length;
    const response = await api.withOther({ db: failing }).request('/v1/events', { method: 'HEAD', headers });
    await new Promise(setImmediate);
    assert.deepEqual([response.status, response.headers.get('Content-Type')], [200, 'text/event-stream']);
    assert.doesNotMatch(api.logLines.slice(logged).join(''), /cannot look/);
  });

  test('says once that it cannot look at the database, not at each look', async () => {
    let lookCount = 0;
    const query = () => {
      lookCount += 1;
      return Promise.reject(new Error('no database'));
    };
    const stopping = new AbortController();
    const app = api.withOther({ db: { query } as unknown as Database, stopping: stopping.signal });
    const headers = { Authorization: `Bearer ${VIEWER_TOKEN}` };
    const logged = api.logLines.length;
    const reader = readEvents(await app.request('/v1/events', { headers }));
    readers.push(reader);
    await waitFor('the third look', () => lookCount >= 3);
    stopping.abort();
    await reader.ended;
    const lines = api.logLines.slice(logged).filter((line) => line.includes('cannot look'));
    assert.equal(lines.length, 1);
  });

  test('is for those with a token', async () => {
    assert.deepEqual(await outcomeOf(await api.send('GET', '/v1/events', { token: 'none' })), [
      401,
      'unauthorized',
    ]);
  });
});

import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { paths } from '../generated/openapi-typescript';
import { holdSession, token, toLeased, url } from '../session';

const api = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${token}` } });

void holdSession({
  async enqueue(account, queue) {
    const body = { task: 'send_welcome_email', payload: { user_account: account }, queue };
    const { data, error } = await api.POST('/v1/jobs', { body });
    return data?.job.id ?? assert.fail(JSON.stringify(error));
  },
  async wait(id) {
    const params = { path: { id }, query: { wait: '30s' } };
    const { data, error } = await api.GET('/v1/jobs/{id}', { params });
    return data?.job.state ?? assert.fail(JSON.stringify(error));
  },
  async page(cursor) {
    const query = { state: ['discarded' as const, 'completed' as const], limit: 1, cursor };
    const { data, error } = await api.GET('/v1/jobs', { params: { query } });
    if (!data) return assert.fail(JSON.stringify(error));
    return { ids: data.jobs.map(({ id }) => id), next: data.next_cursor };
  },
  async retry(id) {
    const { data, error } = await api.POST('/v1/jobs/{id}/retry', { params: { path: { id } } });
    return data?.job.state ?? assert.fail(JSON.stringify(error));
  },
  async countDiscarded() {
    const body = { filter: { state: 'discarded' as const }, dry_run: true };
    const { data, error } = await api.POST('/v1/jobs/bulk/retry', { body });
    return data?.matched ?? assert.fail(JSON.stringify(error));
  },
  async pause(name) {
    const { data, error } = await api.POST('/v1/queues/{name}/pause', {
      params: { path: { name } },
      body: { reason: 'a session' },
    });
    return data?.queue.is_paused ?? assert.fail(JSON.stringify(error));
  },
  async resume(name) {
    const { data, error } = await api.POST('/v1/queues/{name}/resume', { params: { path: { name } } });
    return data?.queue.is_paused ?? assert.fail(JSON.stringify(error));
  },
  async *events() {
    const { data, error } = await api.GET('/v1/events', { parseAs: 'stream' });
    if (!data) return assert.fail(JSON.stringify(error));
    for await (const chunk of data) yield Buffer.from(chunk).toString();
  },
  async askForNothing() {
    const { error } = await api.GET('/v1/jobs/{id}', { params: { path: { id: '999999999' } } });
    return error?.code ?? assert.fail('it is there');
  },
  async lease(queue) {
    const tasks = ['send_welcome_email'];
    const body = { worker: 'fetching', tasks, queue, max_jobs: 2, duration: '30s', wait: '10s' };
    const { data, error } = await api.POST('/v1/leases', { body });
    return data ? toLeased(data) : assert.fail(JSON.stringify(error));
  },
  async take(id, runs) {
    const params = { path: { id } };
    const { data, error } = await api.POST('/v1/leases/{id}/take', { params, body: { runs } });
    return data ? toLeased(data) : assert.fail(JSON.stringify(error));
  },
  async heartbeat(id, runs) {
    const params = { path: { id } };
    const { data, error } = await api.POST('/v1/leases/{id}/heartbeat', { params, body: { runs } });
    return data?.lost ?? assert.fail(JSON.stringify(error));
  },
  async progress(id, run) {
    const { data, error } = await api.POST('/v1/leases/{id}/runs/{run}/progress', {
      params: { path: { id, run } },
      body: { percent: 50 },
    });
    return data?.is_cancelled ?? assert.fail(JSON.stringify(error));
  },
  async complete(id, run) {
    const { data, error } = await api.POST('/v1/leases/{id}/runs/{run}/complete', {
      params: { path: { id, run } },
      body: { result: { sent: true } },
    });
    return data?.job.state ?? assert.fail(JSON.stringify(error));
  },
  async fail(id, run) {
    const { data, error } = await api.POST('/v1/leases/{id}/runs/{run}/fail', {
      params: { path: { id, run } },
      body: { outcome: 'discard', error: { message: 'no such account' } },
    });
    return data?.job.state ?? assert.fail(JSON.stringify(error));
  },
  async endLease(id) {
    const { error } = await api.DELETE('/v1/leases/{id}', { params: { path: { id } } });
    assert.equal(error, undefined);
  },
});

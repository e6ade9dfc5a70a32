import assert from 'node:assert/strict';
import * as api from '../generated/hey-api';
import { client } from '../generated/hey-api/client.gen';
import { holdSession, token, toLeased, url } from '../session';

client.setConfig({ baseUrl: url, auth: () => token });

void holdSession({
  async enqueue(account, queue) {
    const body = { task: 'send_welcome_email', payload: { user_account: account }, queue };
    const { data, error } = await api.enqueueJob({ body });
    return data?.job.id ?? assert.fail(JSON.stringify(error));
  },
  async wait(id) {
    const { data, error } = await api.getJob({ path: { id }, query: { wait: '30s' } });
    return data?.job.state ?? assert.fail(JSON.stringify(error));
  },
  async page(cursor) {
    const { data, error } = await api.listJobs({
      query: { state: ['discarded', 'completed'], limit: 1, ...(cursor === undefined ? {} : { cursor }) },
    });
    if (!data) return assert.fail(JSON.stringify(error));
    return { ids: data.jobs.map(({ id }) => id), next: data.next_cursor };
  },
  async retry(id) {
    const { data, error } = await api.retryJob({ path: { id } });
    return data?.job.state ?? assert.fail(JSON.stringify(error));
  },
  async countDiscarded() {
    const { data, error } = await api.retryJobs({
      body: { filter: { state: ['discarded'] }, dry_run: true },
    });
    return data?.matched ?? assert.fail(JSON.stringify(error));
  },
  async pause(name) {
    const { data, error } = await api.pauseQueue({ path: { name }, body: { reason: 'a session' } });
    return data?.queue.is_paused ?? assert.fail(JSON.stringify(error));
  },
  async resume(name) {
    const { data, error } = await api.resumeQueue({ path: { name } });
    return data?.queue.is_paused ?? assert.fail(JSON.stringify(error));
  },
  async *events() {
    const gone = new AbortController();
    const { stream } = await api.followEvents({ signal: gone.signal });
    try {
      yield* stream;
    } finally {
      gone.abort();
    }
  },
  async askForNothing() {
    const { error } = await api.getJob({ path: { id: '999999999' } });
    return error?.code ?? assert.fail('it is there');
  },
  async lease(queue) {
    const tasks = ['send_welcome_email'];
    const body = { worker: 'hey', tasks, queue, max_jobs: 2, duration: '30s', wait: '10s' };
    const { data, error } = await api.leaseJobs({ body });
    return data ? toLeased(data) : assert.fail(JSON.stringify(error));
  },
  async take(id, runs) {
    const { data, error } = await api.takeJobs({ path: { id }, body: { runs } });
    return data ? toLeased(data) : assert.fail(JSON.stringify(error));
  },
  async heartbeat(id, runs) {
    const { data, error } = await api.extendLease({ path: { id }, body: { runs } });
    return data?.lost ?? assert.fail(JSON.stringify(error));
  },
  async progress(id, run) {
    const { data, error } = await api.reportProgress({ path: { id, run }, body: { percent: 50 } });
    return data?.is_cancelled ?? assert.fail(JSON.stringify(error));
  },
  async complete(id, run) {
    const { data, error } = await api.completeRun({ path: { id, run }, body: { result: { sent: true } } });
    return data?.job.state ?? assert.fail(JSON.stringify(error));
  },
  async fail(id, run) {
    const body = { outcome: 'discard' as const, error: { message: 'no such account' } };
    const { data, error } = await api.failRun({ path: { id, run }, body });
    return data?.job.state ?? assert.fail(JSON.stringify(error));
  },
  async endLease(id) {
    const { error } = await api.endLease({ path: { id } });
    assert.equal(error, undefined);
  },
});

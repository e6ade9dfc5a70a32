import assert from 'node:assert/strict';
import * as api from '../generated/orval';
import { EnqueueJobBody, FailRunBody, LeaseJobsBody, SignUpBody } from '../generated/orval-zod';
import { holdSession, toLeased } from '../session';

/** What the service takes is not refused before it is sent. */
SignUpBody.parse({
  account: 'ada',
  username: 'Ada Lovelace, Countess 🐘',
  email: 'ada@example.com',
  password: 'correct horse battery',
});

void holdSession({
  async enqueue(account, queue) {
    const job = EnqueueJobBody.parse({
      task: 'send_welcome_email',
      payload: { user_account: account },
      queue,
    });
    const { status, data } = await api.enqueueJob(job);
    return status === 201 ? data.job.id : assert.fail(JSON.stringify(data));
  },
  async wait(id) {
    const { status, data } = await api.getJob(id, { wait: '30s' });
    return status === 200 ? data.job.state : assert.fail(JSON.stringify(data));
  },
  async page(cursor) {
    const { status, data } = await api.listJobs({ state: ['discarded', 'completed'], limit: 1, cursor });
    if (status !== 200) return assert.fail(JSON.stringify(data));
    return { ids: data.jobs.map(({ id }) => id), next: data.next_cursor };
  },
  async retry(id) {
    const { status, data } = await api.retryJob(id);
    return status === 200 ? data.job.state : assert.fail(JSON.stringify(data));
  },
  async countDiscarded() {
    const { status, data } = await api.retryJobs({ filter: { state: 'discarded' }, dry_run: true });
    return status === 200 ? data.matched : assert.fail(JSON.stringify(data));
  },
  async pause(name) {
    const { status, data } = await api.pauseQueue(name, { reason: 'a session' });
    return status === 200 ? data.queue.is_paused : assert.fail(JSON.stringify(data));
  },
  async resume(name) {
    const { status, data } = await api.resumeQueue(name);
    return status === 200 ? data.queue.is_paused : assert.fail(JSON.stringify(data));
  },
  async *events() {
    const { data } = await api.followEvents();
    for await (const chunk of data as unknown as ReadableStream<Uint8Array>)
      yield Buffer.from(chunk).toString();
  },
  async askForNothing() {
    const { status, data } = await api.getJob('999999999');
    return status === 404 ? data.code : assert.fail(JSON.stringify(data));
  },
  async lease(queue) {
    const tasks = ['send_welcome_email'];
    const wanted = { worker: 'orval', tasks, queue, max_jobs: 2, duration: '30s', wait: '10s' };
    const { status, data } = await api.leaseJobs(LeaseJobsBody.parse(wanted));
    return status === 201 ? toLeased(data) : assert.fail(JSON.stringify(data));
  },
  async take(id, runs) {
    const { status, data } = await api.takeJobs(id, { runs });
    return status === 200 ? toLeased(data) : assert.fail(JSON.stringify(data));
  },
  async heartbeat(id, runs) {
    const { status, data } = await api.extendLease(id, { runs });
    return status === 200 ? data.lost : assert.fail(JSON.stringify(data));
  },
  async progress(id, run) {
    const { status, data } = await api.reportProgress(id, run, { percent: 50 });
    return status === 200 ? data.is_cancelled : assert.fail(JSON.stringify(data));
  },
  async complete(id, run) {
    const { status, data } = await api.completeRun(id, run, { result: { sent: true } });
    return status === 200 ? data.job.state : assert.fail(JSON.stringify(data));
  },
  async fail(id, run) {
    const body = FailRunBody.parse({ outcome: 'discard', error: { message: 'no such account' } });
    const { status, data } = await api.failRun(id, run, body);
    return status === 200 ? data.job.state : assert.fail(JSON.stringify(data));
  },
  async endLease(id) {
    const { status, data } = await api.endLease(id);
    assert.equal(status, 204, JSON.stringify(data));
  },
});

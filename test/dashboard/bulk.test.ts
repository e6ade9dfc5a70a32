import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { completeJob, fetchJob, putJob } from '../support/job-states.ts';
import { openDashboard, type TestDashboard, type Visitor } from './open-dashboard.ts';
import { addJobs, announceWorks, queueOf, seedJobs } from './seed-jobs.ts';

let dashboard: TestDashboard;
let admin: Visitor;
before(async () => {
  dashboard = await openDashboard();
  admin = dashboard.as('admin');
  await announceWorks(dashboard);
});
beforeEach(async () => {
  await dashboard.pool.query('delete from graphile_worker._private_jobs');
  await dashboard.pool.query('truncate howdah.job_history, howdah.job_errors, howdah.idempotency_keys');
});
after(() => dashboard.close());

const ALL = { scope: 'all', q: 'queue:default' };

/** The page that answers a form. */
async function post(fields: Record<string, string | readonly string[]>): Promise<string> {
  const answer = await admin.send('/dashboard/jobs/act', fields);
  const page = await answer.text();
  assert.equal(answer.status, 200, page);
  return page;
}

/** The figures of a report. */
function reportOf(page: string): number[] {
  return [...page.matchAll(/<dd>([\d,]+)<\/dd>/g)].map(([, n = '']) => Number(n.replaceAll(',', '')));
}

/** Where a choice of another language comes back to. */
function backOf(page: string): string {
  const [, back = ''] = /name="back" value="([^"]*)"/.exec(page) ?? [];
  return back.replaceAll('&amp;', '&');
}

function inOtherLanguage(page: string): Promise<string> {
  return admin.submit('/dashboard/language', { language: 'zh-Hans', back: backOf(page) });
}

/** What the form of a page sends of itself. */
function hiddenOf(page: string): Record<string, string> {
  return Object.fromEntries(hiddenInputs(page));
}

function hiddenInputs(page: string): [string, string][] {
  const [, form = ''] = /<form class="stacked"(.*?)<\/form>/s.exec(page) ?? [];
  const fields = form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return [...fields].map(([, name = '', value = '']) => [name, value.replaceAll('&amp;', '&')]);
}

function seenOf(page: string): string[] {
  return hiddenInputs(page).flatMap(([name, value]) => (name === 'seen' ? [value] : []));
}

async function countLeft(): Promise<number> {
  const { rows } = await dashboard.pool.query(
    `select count(*)::int as n from howdah.jobs where finished_at is null`,
  );
  return rows[0]?.n;
}

describe('what is done to all that match', () => {
  test('is asked about first, with their number and the search in words', async () => {
    await seedJobs(dashboard);
    const page = await admin.page('/dashboard/jobs/act?action=retry&scope=all&q=queue%3Adefault');
    assert.match(page, /<h1[^>]*>Retry 2 jobs\?/);
    assert.match(page, /All jobs that are discarded or retryable, in the queue default\./);
    assert.equal(await countLeft(), 4);
    const cancel = await admin.page('/dashboard/jobs/act?action=cancel&scope=all&q=queue%3Adefault');
    assert.match(cancel, /<input id="reason"[^>]* autofocus>/, 'a key too much shall not press the button');
  });

  test('is not offered where no job fits', async () => {
    const page = await admin.page('/dashboard/jobs/act?action=run_now&scope=all&q=state%3Acompleted');
    assert.match(page, /No job fits: there is nothing to do/);
    assert.doesNotMatch(page, /method="post" action="[^"]*jobs\/act"/);
  });

  test('is done step by step, each once however often it is sent, and reported', async () => {
    await addJobs(dashboard, 2_500);
    const fields = { ...ALL, action: 'cancel', key: randomUUID(), max: '2500', reason: 'not wanted' };
    const first = await post(fields);
    assert.match(first, /2,000 of 2,500/);
    assert.match(first, /data-go-on/);
    assert.equal(await countLeft(), 500);
    const last = await post(fields);
    assert.deepEqual(reportOf(last), [2_500, 2_500, 0]);
    assert.equal(await countLeft(), 0);
    await addJobs(dashboard, 10);
    assert.deepEqual(reportOf(await post(fields)), [2_500, 2_500, 0]);
    assert.equal(await countLeft(), 10);
    const { rows } = await dashboard.pool.query(
      `select distinct last_error, state from howdah.job_history where last_error like '%not wanted%'`,
    );
    assert.equal(rows.length, 1);
  });

  test('is broken off, and what was done stands', async () => {
    await addJobs(dashboard, 2_500);
    const fields = { ...ALL, action: 'discard', key: randomUUID(), max: '2500' };
    await post(fields);
    const stopped = await post({ ...fields, stop: 'yes' });
    assert.match(stopped, /<h1[^>]*>Broken off/);
    assert.deepEqual(reportOf(stopped), [2_000, 2_000, 0]);
    assert.match(await post(fields), /<h1[^>]*>Broken off/);
    assert.equal(await countLeft(), 500);
  });

  test('is seen in another language as far as it is, which does nothing more', async () => {
    await addJobs(dashboard, 2_500);
    const fields = { ...ALL, action: 'cancel', key: randomUUID(), max: '2500', reason: 'a & b' };
    const first = await inOtherLanguage(await post(fields));
    assert.match(first, /<h1[^>]*>Cancelling/);
    assert.match(first, /2,000 of 2,500/);
    assert.match(first, /data-go-on/);
    assert.equal(await countLeft(), 500);
    const opened = await admin.page(`/dashboard/${backOf(first).replace('&going=yes', '')}`);
    assert.match(opened, /2,000 of 2,500/);
    assert.doesNotMatch(opened, /data-go-on/);
    const last = await post(hiddenOf(opened));
    assert.deepEqual(reportOf(last), [2_500, 2_500, 0]);
    await addJobs(dashboard, 10);
    assert.deepEqual(reportOf(await inOtherLanguage(last)), [2_500, 2_500, 0]);
    assert.equal(await countLeft(), 10);
  });

  test('is gone on with by who logs in again after the session was over in the middle of it', async () => {
    await addJobs(dashboard, 3_000);
    const question = await admin.page('/dashboard/jobs/act?action=cancel&scope=all&q=queue%3Adefault');
    const step = hiddenOf(await post(hiddenOf(question)));
    const left = await countLeft();
    const refused = await dashboard.as('nobody').send('/dashboard/jobs/act', step);
    assert.equal(refused.status, 401);
    const [, to = ''] = /href="[^"]*login\?to=([^"]*)">Log in</.exec(await refused.text()) ?? [];
    assert.equal(await countLeft(), left);
    const page = await admin.page(`/dashboard/${decodeURIComponent(to)}`);
    assert.match(page, /<p role="status">2,000 of 3,000/);
    assert.deepEqual(hiddenOf(page), step);
  });

  test('that nothing is known of under its key is asked about as if it were new', async () => {
    await addJobs(dashboard, 3);
    const key = randomUUID();
    const address = `/dashboard/jobs/act?${new URLSearchParams({ ...ALL, action: 'cancel', key, max: '3', going: 'yes' })}`;
    const asked = await admin.page(address);
    assert.match(asked, /<h1[^>]*>Cancel 3 jobs\?/);
    assert.ok(hiddenOf(asked)['key'] !== key);
    assert.equal(await countLeft(), 3);
  });

  test('leaves those that were not counted', async () => {
    await addJobs(dashboard, 20);
    const page = await post({ ...ALL, action: 'cancel', key: randomUUID(), max: '15' });
    assert.deepEqual(reportOf(page), [15, 15, 0]);
    assert.match(page, /There may be more/);
    assert.equal(await countLeft(), 5);
  });

  test('is refused for an address that names them in a way that is not known', async () => {
    await addJobs(dashboard, 2);
    for (const which of ['view=failure%3Dabc', 'q=&queue=default', ''])
      await admin.page(`/dashboard/jobs/act?action=cancel&scope=all&${which}`, 422);
  });

  test('is refused under a key of other work, and where the search has a mistake', async () => {
    await addJobs(dashboard, 3);
    const key = randomUUID();
    await post({ ...ALL, action: 'run_now', key, max: '3' });
    const other = await admin.send('/dashboard/jobs/act', { ...ALL, action: 'cancel', key, max: '3' });
    assert.equal(other.status, 422);
    const wrong = { ...ALL, q: 'since:soon', action: 'cancel', key: randomUUID(), max: '3' };
    const answer = await admin.send('/dashboard/jobs/act', wrong);
    assert.equal(answer.status, 422);
    assert.match(await answer.text(), /since: expected how long ago/);
    assert.equal(await countLeft(), 3);
  });

  test('is not for viewers', async () => {
    await addJobs(dashboard, 3);
    const viewer = dashboard.as('viewer');
    await viewer.page('/dashboard/jobs/act?action=cancel&scope=all&q=', 403);
    const answer = await viewer.send('/dashboard/jobs/act', {
      ...{ ...ALL, action: 'cancel' },
      ...{ key: randomUUID(), max: '3' },
    });
    assert.equal(answer.status, 403);
    assert.equal(await countLeft(), 3);
  });
});

describe('what is done to selected jobs', () => {
  test('is asked about first, with those that it can be done to', async () => {
    const ids = await seedJobs(dashboard);
    const query = `action=retry&scope=selected&q=&id=${ids.discarded}&id=${ids.running}&id=${ids.completed}`;
    const page = await admin.page(`/dashboard/jobs/act?${query}`);
    assert.match(page, /<h1[^>]*>Retry 2 jobs\?/);
    assert.match(page, /2 of the 3 selected can be changed so/);
  });

  test('is done to them alone, and reported', async () => {
    const ids = await seedJobs(dashboard);
    const fields = { scope: 'selected', q: '', action: 'retry', max: '2', key: randomUUID() };
    const page = await post({ ...fields, id: [ids.discarded, ids.running] });
    assert.deepEqual(reportOf(page), [2, 1, 1]);
    assert.deepEqual(reportOf(await inOtherLanguage(page)), [2, 1, 1]);
    const { rows } = await dashboard.pool.query(
      'select state from howdah.jobs where id = any ($1) order by id',
      [[ids.discarded, ids.retryable]],
    );
    assert.deepEqual(
      rows.map(({ state }) => state),
      ['retryable', 'available'],
    );
  });

  test('is no retry of what another has retried since it was asked about, and has completed', async () => {
    const states = ['discarded', 'completed', 'discarded', 'cancelled', 'running'] as const;
    const ids: string[] = [];
    for (const state of states) ids.push(await putJob(queueOf(dashboard), state));
    const selected = ids.map((id) => `&id=${id}`).join('');
    const question = await admin.page(`/dashboard/jobs/act?action=retry&scope=selected&q=${selected}`);
    assert.match(question, /<h1[^>]*>Retry 4 jobs\?/);
    const [first = '', , , , running = ''] = ids;
    await dashboard.pool.query('select howdah.retry_job($1)', [first]);
    await fetchJob(dashboard, first);
    for (const id of [first, running]) await completeJob(dashboard, id);
    const fields = hiddenInputs(question).filter(([name]) => name !== 'id');
    const report = await post({ ...Object.fromEntries(fields), seen: seenOf(question), id: ids });
    assert.deepEqual(reportOf(report), [5, 3, 2]);
    assert.match(report, /has changed since it was shown/);
    assert.deepEqual(reportOf(await inOtherLanguage(report)), [5, 3, 2]);
    const { rows } = await dashboard.pool.query('select state from howdah.jobs order by id');
    assert.deepEqual(
      rows.map(({ state }) => state),
      ['completed', 'available', 'available', 'available', 'completed'],
    );
  });

  test('is nothing where none was selected', async () => {
    await addJobs(dashboard, 3);
    const page = await admin.page('/dashboard/jobs/act?action=cancel&scope=selected&q=');
    assert.match(page, /No job fits/);
    assert.equal(await countLeft(), 3);
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JobState } from '../support/job-states.ts';
import { waitFor } from '../support/wait-for.ts';
import { openDashboard, type TestDashboard, type Visitor } from './open-dashboard.ts';
import { addHostileJob, addJobs, MARKUP, seedJobs } from './seed-jobs.ts';

let dashboard: TestDashboard;
let admin: Visitor;
let ids: Record<JobState, string>;
before(async () => {
  dashboard = await openDashboard();
  admin = dashboard.as('admin');
  ids = await seedJobs(dashboard);
});
after(() => dashboard.close());

/** The ids of the rows, from the top. */
function rowsOf(page: string): string[] {
  return [...page.matchAll(/<tr data-row id="job-(\d+)"/g)].map(([, id = '']) => id);
}

/** The text of each state's tab. */
function tabsOf(page: string): string[] {
  const [tabs = ''] = /<ul class="tabs".*?<\/ul>/s.exec(page) ?? [];
  return [...tabs.matchAll(/<a [^>]*>(.*?)<\/a>/gs)].map(([, text = '']) => text.replace(/<[^>]+>/g, ''));
}

describe('the list of jobs', () => {
  test('has jobs of all states, the newest first, and how many there are of each', async () => {
    const page = await admin.page('/dashboard/jobs');
    assert.deepEqual(
      rowsOf(page),
      Object.values(ids).sort((a, b) => Number(b) - Number(a)),
    );
    for (const state of Object.keys(ids)) await untilCounted('/dashboard/jobs', `${state} 1`);
  });

  test('shows those of one state, whose tab is then the current one', async () => {
    const page = await admin.page('/dashboard/jobs?state=discarded');
    assert.deepEqual(rowsOf(page), [ids.discarded]);
    assert.match(page, /href="[^"]*jobs\?q=state%3Adiscarded" aria-current="true">discarded/);
  });

  test('finds a job by its id, and by a part of its error', async () => {
    assert.deepEqual(rowsOf(await admin.page(`/dashboard/jobs?q=${ids.scheduled}`)), [ids.scheduled]);
    const failed = rowsOf(await admin.page('/dashboard/jobs?q=no+LUCK'));
    assert.deepEqual(failed, [ids.discarded, ids.retryable]);
  });

  test('is searched by one text, which its tabs keep', async () => {
    const page = await admin.page(
      `/dashboard/jobs?q=${encodeURIComponent('task:works state:completed since:1h')}`,
    );
    assert.deepEqual(rowsOf(page), [ids.completed]);
    assert.match(page, /href="[^"]*jobs\?q=task%3Aworks\+since%3A1h\+state%3Adiscarded"/);
    const attempts = await admin.page('/dashboard/jobs?q=attempts%3A%3E0+state%3Acompleted%2Cavailable');
    assert.deepEqual(rowsOf(attempts), [ids.completed]);
    const payload = await admin.page(
      `/dashboard/jobs?q=${encodeURIComponent('payload:{"who":"ada"} state:scheduled')}`,
    );
    assert.deepEqual(rowsOf(payload), [ids.scheduled]);
  });

  test('says what of a search is wrong and where, and goes by the rest', async () => {
    const page = await admin.page('/dashboard/jobs?q=state%3Adiscarded+since%3Ayesterday');
    assert.match(
      page,
      /role="alert">.*<mark>yesterday<\/mark>.*at 23: since: expected how long ago.*received &quot;yesterday&quot;/s,
    );
    assert.deepEqual(rowsOf(page), [ids.discarded]);
    assert.doesNotMatch(page, /name="scope" value="all"/);
  });

  test('takes conditions by the names of the API as well', async () => {
    const page = await admin.page('/dashboard/jobs?state=completed&created_after=2020-01-01T00%3A00%3A00Z');
    assert.match(page, /name="q"[^>]* value="state:completed since:2020-01-01T00:00:00Z"/);
    assert.deepEqual(rowsOf(page), [ids.completed]);
  });

  test('is told what may come next in a search', async () => {
    const answer = await admin.page('/dashboard/jobs/complete?q=queue%3Adefault+st&at=16');
    assert.deepEqual(JSON.parse(answer), { from: 14, to: 16, options: ['state:'] });
    const tasks = await dashboard.as('viewer').page('/dashboard/jobs/complete?q=task%3A&at=5');
    assert.ok(JSON.parse(tasks).options.includes('works'));
    await dashboard.as('nobody').page('/dashboard/jobs/complete?q=&at=0', 401);
  });

  test('names an unknown queue or task where the jobs would be', async () => {
    const page = await admin.page('/dashboard/jobs?queue=nowhere');
    assert.match(page, /role="alert">unknown queue &quot;nowhere&quot;/);
    assert.match(await admin.page('/dashboard/jobs?task=work'), /role="alert">.*works/);
  });

  test('says when nothing fits', async () => {
    assert.match(await admin.page('/dashboard/jobs?key=none'), /class="empty">No job fits this search/);
  });

  test('shows a viewer no buttons, no boxes, and not whether a payload has something', async () => {
    const page = await dashboard
      .as('viewer')
      .page('/dashboard/jobs?payload_contains=%7B%22who%22%3A%22ada%22%7D');
    assert.doesNotMatch(page, /type="checkbox"|jobs\/act/);
    assert.match(page, /<mark>payload:.*<\/mark>.*payloads are for admins alone/s);
    assert.equal(rowsOf(page).length, Object.keys(ids).length);
  });

  test('writes what users chose as text', async () => {
    const id = await addHostileJob(dashboard);
    await dashboard.pool.query('update graphile_worker._private_jobs set last_error = $2 where id = $1', [
      id,
      MARKUP,
    ]);
    const page = await admin.page(`/dashboard/jobs?q=${encodeURIComponent(MARKUP)}`);
    assert.deepEqual(rowsOf(page), [id]);
    assert.doesNotMatch(page, /<img|<script>document/);
    assert.match(page, /&lt;img src=x/);
  });

  test('goes on to older jobs and back to newer ones, while jobs come and go', async () => {
    await addJobs(dashboard, 120);
    const first = await admin.page('/dashboard/jobs?task=works');
    const [newest = '', oldest = ''] = [rowsOf(first)[0], rowsOf(first).at(-1)];
    const older = linkTo(first, 'Older');
    await addJobs(dashboard, 60);
    const second = await admin.page(`/dashboard/${older}`);
    assert.equal(rowsOf(second).length, 50);
    assert.equal(Number(rowsOf(second)[0]) < Number(oldest), true);
    const back = await admin.page(`/dashboard/${linkTo(second, 'Newer')}`);
    assert.deepEqual(rowsOf(back), rowsOf(first));
    const newer = await admin.page(`/dashboard/${linkTo(back, 'Newer')}`);
    assert.equal(rowsOf(newer).length, 50);
    assert.equal(Number(rowsOf(newer).at(-1)) > Number(newest), true);
    const rest = await admin.page(`/dashboard/${linkTo(newer, 'Newer')}`);
    assert.deepEqual(rowsOf(rest), rowsOf(await admin.page('/dashboard/jobs?task=works')));
    assert.doesNotMatch(rest, />Newer</);
  });

  test('counts no further than ten thousand', async () => {
    await addJobs(dashboard, 10_000);
    await untilCounted('/dashboard/jobs?task=works&queue=default', 'available 10,000+');
  });
});

/** A page waits a moment for counts, and is drawn with those that are known. */
async function untilCounted(path: string, tab: string): Promise<void> {
  await waitFor(`a tab ${tab}`, async () => tabsOf(await admin.page(path)).includes(tab), 60_000);
}

/** The address below /dashboard of the link with that text. */
function linkTo(page: string, text: string): string {
  const [, href = ''] = new RegExp(`href="\\.\\./dashboard/([^"]*)">${text}<`).exec(page) ?? [];
  assert.notEqual(href, '', `a link ${text}`);
  return href.replaceAll('&amp;', '&');
}

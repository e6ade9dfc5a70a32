import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openDashboard, type TestDashboard } from './open-dashboard.ts';

let dashboard: TestDashboard;
before(async () => {
  dashboard = await openDashboard();
  for (let n = 1; n <= 8; n += 1) await addDiscarded(`cannot reach "smtp-${n}.example" <b>after</b> ${n} s`);
});
after(() => dashboard.close());

/** A job that its handler gave up, without a worker. */
async function addDiscarded(error: string): Promise<void> {
  const { rows } = await dashboard.pool.query(
    `select howdah.enqueue('send_welcome_email', '{"user_account": "ada"}', delay => '1h')::text as id`,
  );
  await dashboard.pool.query('select howdah.discard_job($1, $2)', [rows[0]?.id, error]);
}

async function groupAddress(): Promise<string> {
  const page = await dashboard.as('admin').page('/dashboard/failures');
  const [, id] = /href="[^"]*failures\/([0-9a-f]+)"/.exec(page) ?? [];
  assert.ok(id, page);
  return `/dashboard/failures/${id}`;
}

describe('failures', () => {
  test('that differ in numbers and names are one row', async () => {
    const page = await dashboard.as('viewer').page('/dashboard/failures');
    assert.equal([...page.matchAll(/<tr data-row /g)].length, 1);
    assert.match(page, /&lt;b&gt;after&lt;\/b&gt;/);
    assert.match(page, /<span class="bad">8<\/span> \/ 0/);
  });

  test('are mended by retrying five, whose fate stays on the group, then all', async () => {
    const admin = dashboard.as('admin');
    const address = await groupAddress();
    const offered = await admin.page(address);
    assert.match(offered, /Retry five first/);
    const after = await admin.submit(`${address}/canary`, {
      back: address.slice(11),
      reason: 'mail is back',
    });
    assert.match(after, /5 jobs are retried first/);
    assert.match(after, /5 by admin[^<]*<time/);
    assert.match(after, /mail is back/);
    assert.equal([...after.matchAll(/<span class="quiet">waits<\/span>/g)].length, 5);
    assert.match(after, /<dd>3<\/dd>/);
    const all = /href="([^"]*jobs\/act\?[^"]*)"/.exec(after)?.[1]?.replaceAll('&amp;', '&');
    assert.ok(all, after);
    const confirm = await admin.page(new URL(all, new URL(address, dashboard.origin)).href);
    assert.match(confirm, /3 jobs/);
  });

  test('are not retried by two who press at once: one of them is told', async () => {
    for (let n = 1; n <= 12; n += 1) await addDiscarded(`two look at this ${n}`);
    const admin = dashboard.as('admin');
    const id = /failures\/([0-9a-f]+)"[^>]*>two look/.exec(await admin.page('/dashboard/failures'))?.[1];
    const address = `/dashboard/failures/${id}`;
    const page = await admin.page(address);
    const seen = /name="seen" value="(\w+)"/.exec(page)?.[1] ?? '';
    const answers = await Promise.all(
      ['a', 'b'].map((key) => admin.send(`${address}/canary`, { key, seen })),
    );
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [303, 409]);
    const late = await admin.send(`${address}/canary`, { key: 'c', seen });
    assert.equal(late.status, 409);
    assert.match(await late.text(), /admin has retried some of them first meanwhile\./);
    const { rows } = await dashboard.pool.query(
      `select count(*)::int as n from howdah.jobs where state = 'discarded' and last_error like 'two look%'`,
    );
    assert.equal(rows[0]?.n, 7);
    const again = /name="seen" value="(\d+)"/.exec(await admin.page(address))?.[1] ?? '';
    assert.equal((await admin.send(`${address}/canary`, { key: 'd', seen: again })).status, 303);
    assert.equal((await admin.send(`${address}/canary`, { key: 'e' })).status, 303, 'whoever says nothing');
  });

  test('are retried with all of their own group, and with no other', async () => {
    await addDiscarded('the card was refused');
    const admin = dashboard.as('admin');
    const id = /failures\/([0-9a-f]+)"[^>]*>the card was refused/.exec(
      await admin.page('/dashboard/failures'),
    )?.[1];
    const address = `/dashboard/failures/${id}`;
    const all = /href="([^"]*jobs\/act\?[^"]*)"/.exec(await admin.page(address))?.[1] ?? '';
    const confirm = await admin.page(
      new URL(all.replaceAll('&amp;', '&'), new URL(address, dashboard.origin)).href,
    );
    assert.match(confirm, /<h1[^>]*>Retry 1 job\?/);
    const form = confirm.slice(confirm.indexOf('class="stacked"'));
    const fields = [...form.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)];
    const report = await admin.send('/dashboard/jobs/act', Object.fromEntries(fields.map((f) => f.slice(1))));
    assert.match(await report.text(), /<dt>Changed<\/dt><dd>1<\/dd>/);
    const { rows } = await dashboard.pool.query(
      `select count(*)::int as n from howdah.jobs where state = 'discarded'`,
    );
    assert.equal(rows[0]?.n, 3);
  });

  test('offer a viewer nothing to press', async () => {
    const viewer = dashboard.as('viewer');
    const page = await viewer.page(await groupAddress());
    assert.doesNotMatch(page, /\/canary"|jobs\/act/);
    const refused = await viewer.send(`${await groupAddress()}/canary`, {});
    assert.equal(refused.status, 403);
  });

  test('that there are not say so', async () => {
    await dashboard.as('admin').page('/dashboard/failures/0123456789abcdef', 404);
  });
});

describe('the first page', () => {
  test('says what fails most while queues keep up', async () => {
    await addDiscarded('another error');
    const page = await dashboard.as('admin').page('/dashboard');
    assert.match(page, /class="verdict (warn|bad)"/);
  });
});

test('more failures than are shown are said to be so', async () => {
  const addFailing = (count: number) =>
    dashboard.pool.query(
      `insert into graphile_worker._private_jobs (id, task_id, payload, run_at, max_attempts, attempts, last_error)
       select nextval('howdah.job_id_seq'), (select min(id) from graphile_worker._private_tasks), '{}',
              now() + interval '1 hour', 4, 1, 'of kind ' || translate(n::text, '0123456789', 'abcdefghij')
       from generate_series(1, $1) n`,
      [count],
    );
  const admin = dashboard.as('admin');
  assert.doesNotMatch(await admin.page('/dashboard/failures'), /largest groups/);
  await addFailing(101);
  const anew = await admin.submit('/dashboard/queues/default/pause', { back: 'failures' }); // what is kept is read anew
  assert.match(anew, /The 100 largest groups are shown\./);
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openDashboard, type TestDashboard } from './open-dashboard.ts';

const SCHEMA = {
  type: 'object',
  properties: {
    account: { type: 'integer', description: 'Whose <b>money</b>' },
    note: { type: 'string', maxLength: 10 },
    kind: { enum: ['in', 'out', 1] },
    urgent: { type: 'boolean' },
    reference: {},
    lines: { type: 'array', items: { type: 'string' } },
  },
  required: ['account'],
  additionalProperties: false,
};

let dashboard: TestDashboard;
before(async () => {
  dashboard = await openDashboard();
  await dashboard.pool.query(
    `insert into howdah.tasks (name, application, queue, max_retries, timeout_ms, payload_schema, updated_at)
     values ('book', 'bank', 'default', 3, 1000, $1, now()), ('anything', 'bank', 'default', 3, 0, '{}', now())`,
    [JSON.stringify(SCHEMA)],
  );
});
after(() => dashboard.close());

async function payloads(task: string): Promise<string[]> {
  const { rows } = await dashboard.pool.query(
    'select payload::text as payload from howdah.jobs where task = $1 order by id',
    [task],
  );
  return rows.map(({ payload }) => payload);
}

test('the catalogue and a task’s page say in the order of which field its jobs run', async () => {
  const viewer = dashboard.as('viewer');
  assert.doesNotMatch(await viewer.page('/dashboard/tasks/book'), /In the order of/);
  await dashboard.pool.query("update howdah.tasks set order_by = 'acc<ount' where name = 'book'");
  assert.match(await viewer.page('/dashboard/tasks'), /data-label="In the order of">acc&lt;ount</);
  assert.match(await viewer.page('/dashboard/tasks/book'), /<dt>In the order of<\/dt><dd>acc&lt;ount<\/dd>/);
});

test('both say where its jobs go, also while workers differ', async () => {
  const viewer = dashboard.as('viewer');
  assert.doesNotMatch(await viewer.page('/dashboard/tasks/book'), /Goes to/);
  const register = `select howdah.register_runner(gen_random_uuid(), t.queue, 'howdah', 'box', 7, 2, '{book}', routes => $1)
    from howdah.tasks t where t.name = 'book'`;
  for (const routes of [{ book: 'rabbitmq:<mail>/new' }, {}]) await dashboard.pool.query(register, [routes]);
  const told = 'here, rabbitmq:&lt;mail&gt;/new';
  assert.match(await viewer.page('/dashboard/tasks'), new RegExp(`data-label="Goes to">${told}<`));
  assert.match(await viewer.page('/dashboard/tasks/book'), new RegExp(`<dt>Goes to</dt><dd>${told}</dd>`));
});

describe('a task’s page', () => {
  test('asks for each member of its payload by its kind', async () => {
    const page = await dashboard.as('admin').page('/dashboard/tasks/book');
    assert.match(
      page,
      /<input id="payload\.account" name="payload\.account" value="" inputmode="decimal" required>/,
    );
    assert.match(page, /Whose &lt;b&gt;money/);
    assert.match(
      page,
      /<select id="payload\.kind"[^>]*><option value=""><\/option><option value="&quot;in&quot;"/,
    );
    assert.match(page, /<textarea id="payload\.lines"/);
    const [first] = /<label for="payload[^<]*/.exec(page) ?? [];
    assert.equal(first, '<label for="payload.account">account *', 'what has to be there comes first');
  });

  test('enqueues what was filled in, every digit of it, and leads to the job', async () => {
    const answer = await dashboard.as('admin').send('/dashboard/tasks/book/enqueue', {
      'payload.account': '42',
      'payload.reference': '1234567890123456789',
      'payload.note': 'a<b',
      'payload.kind': '1',
      'payload.urgent': 'true',
      'payload.lines': '["x"]',
    });
    assert.equal(answer.status, 303, await answer.text());
    assert.match(answer.headers.get('Location') ?? '', /dashboard\/jobs\/\d+\?done=enqueued$/);
    const [payload = ''] = await payloads('book');
    assert.match(payload, /"reference": ?1234567890123456789/);
    assert.deepEqual(
      { ...JSON.parse(payload), reference: 0 },
      { account: 42, reference: 0, note: 'a<b', kind: 1, urgent: true, lines: ['x'] },
    );
  });

  test('shows what was filled in again, beside what is wrong with it', async () => {
    const before = await payloads('book');
    const answer = await dashboard.as('admin').send('/dashboard/tasks/book/enqueue', {
      'payload.account': 'many',
      'payload.note': 'longer than ten',
      delay: '5 parsecs',
    });
    const page = await answer.text();
    assert.equal(answer.status, 422, page);
    assert.match(page, /role="alert"/);
    assert.match(page, /value="many"/);
    assert.match(page, /value="5 parsecs"/);
    assert.deepEqual(await payloads('book'), before);
  });

  test('of which nothing is known asks for JSON', async () => {
    const admin = dashboard.as('admin');
    assert.match(await admin.page('/dashboard/tasks/anything'), /<textarea id="payload"/);
    const broken = await admin.send('/dashboard/tasks/anything/enqueue', { payload: '{"a":' });
    assert.equal(broken.status, 422);
    assert.match(await broken.text(), /<code>payload<\/code>: expected JSON/);
    const done = await admin.send('/dashboard/tasks/anything/enqueue', { payload: '{"a": [1]}' });
    assert.equal(done.status, 303);
  });

  test('gives a viewer no form, and does nothing for one', async () => {
    const viewer = dashboard.as('viewer');
    assert.doesNotMatch(await viewer.page('/dashboard/tasks/book'), /<form class="enqueue"/);
    const refused = await viewer.send('/dashboard/tasks/book/enqueue', { 'payload.account': '1' });
    assert.equal(refused.status, 403);
  });

  test('that there is not says so', async () => {
    await dashboard.as('admin').page('/dashboard/tasks/nothing', 404);
  });
});

describe('the audit log', () => {
  test('has what was done by hand, and pages through it', async () => {
    const admin = dashboard.as('admin');
    for (let n = 0; n < 60; n += 1) {
      await dashboard.pool.query(
        `select howdah.record_change('jobs.enqueue', array[${n + 1}]::bigint[], '{"n": ${n}}')`,
      );
    }
    const first = await admin.page('/dashboard/audit');
    const older = /href="([^"]*audit\?before=\d+)"/.exec(first)?.[1];
    assert.ok(older, first);
    assert.match(first, /<summary><code>n: 59<\/code><\/summary>/);
    assert.match(first, /href="[^"]*audit\?action=jobs\.enqueue">jobs\.enqueue</);
    const second = await admin.page(new URL(older, `${dashboard.origin}/dashboard/audit`).href);
    assert.notEqual(first, second);
    assert.doesNotMatch(second, /href="[^"]*audit\?before=/);
    const ofJob = await admin.page('/dashboard/audit?job=7');
    assert.equal([...ofJob.matchAll(/<tr data-row /g)].length, 1);
  });

  test('has the newest first, also where their number has one digit more, and each on one page', async () => {
    const { rows } = await dashboard.pool.query(
      `select howdah.record_change('jobs.enqueue', array[n]::bigint[], '{}') from generate_series(1001, 1120) n`,
    );
    assert.equal(rows.length, 120);
    const found: string[] = [];
    let page: string | undefined = '/dashboard/audit';
    while (page !== undefined) {
      const text = await dashboard.as('admin').page(page);
      found.push(...[...text.matchAll(/href="[^"]*jobs\/(1\d\d\d)"/g)].map(([, id = '']) => id));
      const older = /href="[^"]*(audit\?before=\d+)"/.exec(text)?.[1];
      page = older && `/dashboard/${older}`;
    }
    assert.deepEqual(
      found,
      Array.from({ length: 120 }, (_, n) => String(1120 - n)),
    );
  });
});

test('the page of a job says where it goes, as the workers say that may take it', async () => {
  const { rows } = await dashboard.pool.query(
    `select howdah.enqueue('book', '{"account": 1}', delay => '1 hour', allow_unknown => true) as id`,
  );
  const page = await dashboard.as('viewer').page(`/dashboard/jobs/${rows[0].id}`);
  assert.match(page, /Workers differ in where it goes: postgres, rabbitmq:&lt;mail&gt;\/new\./);
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { announceSchedules } from '../../src/work/schedules/announce-schedules.ts';
import { ADMIN, openDashboard, type TestDashboard } from './open-dashboard.ts';
import { addSchedule, announceWorks } from './seed-jobs.ts';

let dashboard: TestDashboard;
before(async () => {
  dashboard = await openDashboard();
});
after(() => dashboard.close());

describe('a button', () => {
  test('does its work, and its page says so once', async () => {
    const admin = dashboard.as('admin');
    const page = await admin.submit('/dashboard/queues/default/pause', {
      back: 'queues/default',
      reason: 'mail <is> down',
    });
    assert.match(page, /role="status"[^>]*>The queue is paused/);
    assert.match(page, /admin: mail &lt;is&gt; down/);
    assert.doesNotMatch(await admin.page('/dashboard/queues/default'), /role="status"/);
    await admin.submit('/dashboard/queues/default/resume', { back: 'queues/default' });
  });

  test('takes away a queue that no worker serves, after it has asked', async () => {
    const admin = dashboard.as('admin');
    assert.doesNotMatch(await admin.page('/dashboard/queues/default'), /Remove the queue/);
    assert.doesNotMatch(await dashboard.as('viewer').page('/dashboard/queues/critical'), /Remove the queue/);
    assert.match(await admin.page('/dashboard/queues/critical'), /Remove the queue/);
    const own = { back: 'queues/critical' };
    await dashboard.pool.query("select howdah.enqueue('t', queue => 'critical', allow_unknown => true)");
    const refused = await admin.send('/dashboard/queues/critical/remove', own);
    assert.equal(refused.status, 409);
    assert.match(
      await refused.text(),
      /Jobs that wait in it: 1\..*\nTasks that are at home there: send_verify_email\./,
    );
    await dashboard.pool.query("update howdah.tasks set queue = 'default'");
    const page = await admin.submit('/dashboard/queues/critical/remove', { ...own, force: 'true' });
    assert.match(page, /role="status"[^>]*>The queue is removed/);
    assert.doesNotMatch(page, /queues\/critical"/);
    await admin.page('/dashboard/queues/critical', 404);
    await dashboard.pool.query("select howdah.restore_queue('critical')");
  });

  test('shows what turns text around, or is not seen, as what it is, and sends it as it was', async () => {
    const admin = dashboard.as('admin');
    const [text, shown] = ['a\u202egpj.exe\u2066\u0007\u0085b', 'a\\u202egpj.exe\\u2066\\u0007\\u0085b'];
    const raw = /[\u202e\u2066\u0085]|(?!\s)\p{Cc}/u;
    const queue = await admin.submit('/dashboard/queues/default/pause', {
      back: 'queues/default',
      reason: text,
    });
    assert.ok(queue.includes(shown));
    for (const page of ['', '/queues', '/queues/default', '/audit']) {
      const found = await admin.page(`/dashboard${page}`);
      assert.doesNotMatch(found, raw, page);
    }
    await admin.submit('/dashboard/queues/default/resume', { back: 'queues/default' });
    const { rows } = await dashboard.pool.query<{ id: string }>(
      `select howdah.enqueue('works', $1::json, allow_unknown => true)::text as id`,
      [JSON.stringify({ who: text })],
    );
    const job = await admin.page(`/dashboard/jobs/${rows[0]?.id}`);
    assert.match(job, /<textarea id="payload"[^>]*>[^<]*\u202e/);
    assert.doesNotMatch(job.replaceAll(/<textarea.*?<\/textarea>/gs, ''), raw);
    const search = await admin.page(`/dashboard/jobs?q=${encodeURIComponent(`key:${text}`)}`);
    assert.ok(search.includes(`value="key:${text}"`));
  });

  test('that is sent twice by its key does it once', async () => {
    const admin = dashboard.as('admin');
    const fields = { key: randomUUID(), back: 'queues', limit: '7' };
    await admin.submit('/dashboard/queues/default/limit', fields);
    await admin.submit('/dashboard/queues/default/limit', { key: randomUUID(), back: 'queues', limit: '9' });
    await admin.submit('/dashboard/queues/default/limit', fields);
    const { rows } = await dashboard.pool.query(
      'select fleet_concurrency from howdah.queues where name = $1',
      ['default'],
    );
    assert.equal(rows[0]?.fleet_concurrency, 9);
    await admin.submit('/dashboard/queues/default/limit', { back: 'queues' });
  });

  test('that cannot do it says what is wrong, with the status that the API has', async () => {
    const admin = dashboard.as('admin');
    const answer = await admin.send('/dashboard/queues/default/limit', { limit: 'many' });
    assert.equal(answer.status, 422);
    assert.match(await answer.text(), /limit: expected a whole number.*received &quot;many&quot;/);
    const none = await admin.send('/dashboard/queues/nowhere/pause', {});
    assert.equal(none.status, 404);
  });

  test('that cannot do it says so in the language of the page', async () => {
    const admin = dashboard.as('admin');
    const chinese = { 'Accept-Language': 'zh-CN' };
    const told = async (path: string, fields?: Record<string, string>) => {
      const answer = await fetch(new URL(path, dashboard.origin), {
        ...(fields && { method: 'POST', body: new URLSearchParams(fields) }),
        headers: { ...chinese, Authorization: `Bearer ${ADMIN}`, Accept: 'text/html' },
      });
      return /<section class="trouble"[\s\S]*?<\/section>/.exec(await answer.text())?.[0] ?? '';
    };
    const jobs = '/dashboard/jobs';
    for (const [page, words] of [
      [
        await told('/dashboard/queues/default/limit', { limit: 'ten' }),
        /limit: 需要一个整数.*&quot;ten&quot;/,
      ],
      [await told('/dashboard/queues/default/pause', { reason: 'x'.repeat(501) }), /reason: 最多 500 个字符/],
      [await told('/dashboard/queues/nowhere'), /没有名为 &quot;nowhere&quot; 的队列/],
      [await told('/dashboard/schedules/run', { identifier: 'gone', queue: 'default' }), /已没有定时计划/],
      [
        await told('/dashboard/schedules/run', { queue: 'default' }),
        /identifier: 需要填写一个值，收到的是 空值/,
      ],
      [await told(`${jobs}/act?action=eat&scope=all&q=`), /action: 需要以下之一：.*&quot;eat&quot;/],
      [await told('/dashboard/jobs/%00'), /地址中含有 NUL/],
    ] as const) {
      assert.match(page, words);
      assert.doesNotMatch(page, /expected|received|There is/);
    }
    const english = await admin.send('/dashboard/queues/default/limit', { limit: 'ten' });
    assert.match(
      await english.text(),
      /limit: expected a whole number, or nothing .*received &quot;ten&quot;/,
    );
  });

  test('that was refused leaves a way back, and on in another language, to where it was pressed', async () => {
    const admin = dashboard.as('admin');
    await announceWorks(dashboard);
    const task = 'tasks/works';
    for (const [address, back, fields] of [
      ['queues/default/limit', 'queues/default?range=day', { limit: 'many' }],
      [`${task}/enqueue`, task, {}],
    ] as const) {
      const answer = await admin.send(`/dashboard/${address}`, { ...fields, back });
      const page = await answer.text();
      assert.equal(answer.status, 422, page);
      const language = page.slice(page.indexOf('aria-label="Language"'));
      const [, here = ''] = /name="back" value="([^"]*)"/.exec(language) ?? [];
      assert.equal(here, back);
      await admin.page(`/dashboard/${here}`);
      if (address.endsWith('limit')) assert.ok(page.includes(`href="../../../dashboard/${back}"`), page);
    }
  });

  test('that the database cannot do now tells so on a page that is not drawn anew: none is at its address', async () => {
    await using stack = new AsyncDisposableStack();
    const older = await openDashboard();
    stack.defer(() => older.close());
    await older.pool.query('drop function howdah.pause_queue cascade');
    const answer = await older.as('admin').send('/dashboard/queues/default/pause', {});
    assert.equal(answer.status, 503);
    assert.match(await answer.text(), /data-live="never"/);
  });

  test('takes no longer a reason than the API does, wherever one is asked for', async () => {
    const admin = dashboard.as('admin');
    const { rows } = await dashboard.pool.query(
      "select howdah.enqueue('t', allow_unknown => true)::text as id",
    );
    for (const path of [
      'queues/default/pause',
      `jobs/${rows[0]?.id}/cancel`,
      `jobs/${rows[0]?.id}/discard`,
    ]) {
      const answer = await admin.send(`/dashboard/${path}`, { reason: 'x'.repeat(501) });
      assert.equal(answer.status, 422, path);
      assert.match(await answer.text(), /reason: expected at most 500 characters/);
    }
    const { state } = (
      await dashboard.pool.query('select state from howdah.jobs where id = $1', [rows[0]?.id])
    ).rows[0];
    assert.equal(state, 'available');
  });

  test('takes forms alone', async () => {
    const answer = await fetch(new URL('/dashboard/queues/default/pause', dashboard.origin), {
      method: 'POST',
      headers: { Authorization: 'Bearer the-operator-of-the-pages', 'Content-Type': 'application/json' },
      body: '{}',
    });
    assert.equal(answer.status, 415);
  });
});

describe('a notice', () => {
  test('says nothing but words of ours', async () => {
    const admin = dashboard.as('admin');
    for (const done of ['<b>x</b>', 'toString', '__proto__', 'paused:many', 'constructor']) {
      assert.doesNotMatch(
        await admin.page(`/dashboard?done=${encodeURIComponent(done)}`),
        /role="status"/,
        done,
      );
    }
    for (const made of ['1e9', '0', '-1', '1/../..', '"><b>', '9'.repeat(19)]) {
      const page = await admin.page(`/dashboard/schedules?done=enqueued&made=${encodeURIComponent(made)}`);
      assert.match(page, /data-done>The job is enqueued\. <a href="[^"]*">Dismiss</);
    }
  });
});

describe('schedules', () => {
  test('of an application that is gone are called orphaned, with what removes them', async () => {
    const nightly = {
      identifier: 'nightly',
      task: 'works',
      queue: 'default',
      cron: '0 3 * * *',
      payload: null,
    };
    await announceSchedules(dashboard.pool, [{ ...nightly, options: { fillMs: 0, maxAttempts: 1 } }], 'shop');
    const page = () => dashboard.as('viewer').page('/dashboard/schedules');
    assert.match(await page(), /nightly/);
    assert.doesNotMatch(await page(), />orphaned</);
    await dashboard.pool.query(
      `update howdah.application_hosts set last_seen_at = last_seen_at - interval '2 hours'`,
    );
    await dashboard.pool.query(
      `update howdah.application_registry set created_at = created_at - interval '2 hours'`,
    );
    assert.match(await page(), />orphaned<.*>No process of shop[^<]*apps forget[^<]*</);
  });

  test('of one, the jobs of its latest ticks are on its page, with what became of them', async () => {
    await addSchedule(dashboard);
    const address = '/dashboard/schedules/default/hourly';
    const page = await dashboard.as('admin').page(address);
    assert.match(page, /2026-11-21 08:00:00 UTC</);
    assert.match(page, /class="state available">/);
    assert.match(
      await dashboard.as('admin').page('/dashboard/schedules'),
      /href="[^"]*schedules\/default\/hourly">/,
    );
    assert.match(
      await dashboard.as('admin').page('/dashboard/schedules/default/none', 404),
      /There is no schedule/,
    );
  });
});

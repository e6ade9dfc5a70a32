import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { refusalOf } from './refusal.ts';
import { BATCH_DRIVERS, DRIVERS, openStage, type Stage } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
beforeEach(() => stage.clear());
after(() => stage.close());

const LATER = { task: 'ordered', delayMs: 60_000 };

/** By job. */
async function sequences(...ids: string[]): Promise<(string | null)[]> {
  const { rows } = await stage.pool.query<{ id: string; sequence: string | null; is_kept: boolean }>(
    `select j.id::text, j.sequence, s.sequence is not distinct from j.sequence or j.state = 'cancelled' as is_kept
     from howdah.jobs j left join howdah.sequence_jobs s on s.job_id = j.id`,
  );
  assert.ok(
    rows.every(({ is_kept }) => is_kept),
    JSON.stringify(rows),
  );
  return ids.map((id) => rows.find((row) => row.id === id)?.sequence ?? null);
}

describe('a task whose jobs go in the order of a field', () => {
  for (const name of DRIVERS) {
    test(`puts a job that ${name} enqueues into the sequence that its payload names`, async () => {
      const { enqueue } = stage.drivers[name];
      const ids = [
        await enqueue({ ...LATER, payload: { account: 'ada' } }),
        await enqueue({ ...LATER, payload: { account: 7.5 } }),
        await enqueue({ ...LATER, payload: { account: true } }),
        await enqueue({ ...LATER, payload: { account: 'ada' }, sequence: 'own' }),
      ];
      assert.deepEqual(await sequences(...ids), ['ada', '7.5', 'true', 'own']);
    });

    test(`leaves one that ${name} enqueues without the field in none`, async () => {
      const { enqueue } = stage.drivers[name];
      const payloads = [{}, { account: null }, { account: '' }, { account: ['ada'] }, { account: { a: 1 } }];
      const ids: string[] = [];
      for (const payload of payloads) ids.push(await enqueue({ ...LATER, payload }));
      assert.deepEqual(new Set(await sequences(...ids)), new Set([null]));
    });

    test(`refuses a value from ${name} that no sequence can be named by`, async () => {
      const given = { task: 'ordered', payload: { account: 'x'.repeat(201) } };
      const { code } = await refusalOf(stage.drivers[name].enqueue(given));
      assert.equal(code, 'invalid_payload');
    });
  }

  for (const name of BATCH_DRIVERS) {
    test(`does so with a batch of ${name}, in which others are as they were`, async () => {
      const { enqueueBatch = async () => assert.fail('it has batches') } = stage.drivers[name];
      const ids = await enqueueBatch([
        { ...LATER, payload: { account: 'ada' } },
        { ...LATER, task: 'works', payload: { account: 'ada' } },
        { ...LATER, payload: {} },
        { ...LATER, payload: { account: 'bob' } },
        { ...LATER, payload: { account: 'ada' }, sequence: 'own' },
      ]);
      assert.deepEqual(await sequences(...ids), ['ada', null, null, 'bob', 'own']);
      assert.deepEqual(
        await sequences(...(await enqueueBatch([{ ...LATER, payload: { account: 'ada' } }]))),
        ['ada'],
      );
    });
  }

  test('does so with single jobs that HTTP is asked for at the same time', async () => {
    const { enqueue } = stage.drivers.HTTP;
    const ids = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        enqueue({ task: 'ordered', payload: { account: `a${index % 3}` }, maxRetries: 3 }),
      ),
    );
    assert.deepEqual(
      await sequences(...ids),
      Array.from({ length: 12 }, (_, index) => `a${index % 3}`),
    );
    const { rows } = await stage.pool.query(
      `select sequence, count(*) filter (where not is_parked) as free from howdah.sequence_jobs group by 1 order by 1`,
    );
    assert.deepEqual(
      rows.map(({ free }) => free),
      ['1', '1', '1'],
    );
  });

  test('takes a job that waits by its key to the sequence of its new payload', async () => {
    const { enqueue } = stage.drivers.SQL;
    const first = await enqueue({ ...LATER, key: 'k', payload: { account: 'ada' } });
    const same = await enqueue({ ...LATER, key: 'k', payload: { account: 'ada', n: 2 } });
    assert.equal(same, first);
    const other = await enqueue({ ...LATER, key: 'k', payload: { account: 'bob' } });
    assert.notEqual(other, first);
    assert.deepEqual(await sequences(other), ['bob']);
  });

  for (const key of [undefined, 'k']) {
    test(`does so with a tick of a schedule ${key ? 'that has a key' : 'without a key'}`, async () => {
      const entry = { identifier: 'a', task: 'ordered', cron: '* * * * *', max_attempts: 3, job_key: key };
      const tick = JSON.stringify({ ...entry, payload: '{"account": "ada"}' });
      for (const minute of ['2026-11-21T08:00:00Z', '2026-11-21T08:01:00Z']) {
        await stage.pool.query(`select howdah.enqueue_tick('default', $1, $2)`, [tick, minute]);
      }
      const { rows } = await stage.pool.query(
        'select sequence, is_parked from howdah.sequence_jobs order by job_id',
      );
      const free = { sequence: 'ada', is_parked: false };
      assert.deepEqual(rows, key ? [free] : [free, { sequence: 'ada', is_parked: true }]);
    });
  }

  test('is shown with its field in the catalogue', async () => {
    const { rows } = await stage.pool.query(
      `select t.name, t.order_by, v.order_by as of_version from howdah.tasks t join howdah.task_versions v on v.task = t.name
       where t.name in ('ordered', 'works') order by 1`,
    );
    assert.deepEqual(rows, [
      { name: 'ordered', order_by: 'account', of_version: 'account' },
      { name: 'works', order_by: null, of_version: null },
    ]);
  });
});

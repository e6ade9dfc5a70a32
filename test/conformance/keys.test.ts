import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { fetchJob } from '../support/job-states.ts';
import type { JobRequest } from './driver.ts';
import { refusalOf } from './refusal.ts';
import { DRIVERS, openStage, type Stage } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
beforeEach(() => stage.clear());
after(() => stage.close());

const KEY: JobRequest = { task: 'works', key: "refresh 'x'", sequence: 's' };
const HOUR_MS = 3_600_000;

for (const first of DRIVERS) {
  for (const second of DRIVERS) {
    describe(`a key that ${first} enqueued, for ${second},`, () => {
      const pair = () => [stage.drivers[first], stage.drivers[second]] as const;

      test('belongs to its task and queue, and is shown and found as it was given', async () => {
        const [one, other] = pair();
        const id = await one.enqueue({ task: 'works', key: 'k' });
        const another = await other.enqueue({ task: 'takes_any', key: 'k' });
        const elsewhere = await other.enqueue({ task: 'works', key: 'k', queue: 'critical' });
        assert.equal(await other.enqueue({ task: 'works', key: 'k' }), id);
        await one.act('cancel', another);
        const found = await other.list({ key: 'k' }, { limit: 10 });
        assert.deepEqual(
          found.jobs.map(({ id, task, key, state }) => [id, task, key, state]),
          [
            [elsewhere, 'works', 'k', 'available'],
            [another, 'takes_any', 'k', 'cancelled'],
            [id, 'works', 'k', 'available'],
          ],
        );
        assert.equal((await other.list({ search: 'k' }, { limit: 10 })).jobs.length, 3);
        assert.equal(await one.act('retry', another), 'available');
        assert.equal(await other.enqueue({ task: 'takes_any', key: 'k' }), another);
      });

      test('with a sequence keeps the waiting job behind the running one, with the latest payload', async () => {
        const [one, other] = pair();
        const running = await one.enqueue({ ...KEY, payload: { n: 1 } });
        await fetchJob(stage, running);
        const waiting = await other.enqueue({ ...KEY, payload: { n: 2 }, delayMs: HOUR_MS });
        assert.notEqual(waiting, running);
        assert.equal(await one.enqueue({ ...KEY, payload: { n: 3 } }), waiting);
        const look = async () => {
          const job = await other.job(waiting);
          return [
            job?.payload,
            job?.state,
            job?.runAt === null,
            job?.key,
            (await one.explain(waiting))?.cause,
          ];
        };
        assert.deepEqual(await look(), [{ n: 3 }, 'scheduled', true, KEY.key, 'sequence']);
        await stage.pool.query('delete from graphile_worker._private_jobs where id = $1', [running]);
        assert.deepEqual(await look(), [{ n: 3 }, 'available', false, KEY.key, 'no_worker']);
      });

      test('that waits in another sequence is cancelled, and a new job goes to the end of the new one', async () => {
        const [one, other] = pair();
        const before = await one.enqueue(KEY);
        const next = await other.enqueue({ task: 'works', sequence: 's' });
        const ahead = await other.enqueue({ task: 'works', sequence: 't' });
        const moved = await other.enqueue({ ...KEY, sequence: 't' });
        const cancelled = await one.job(before);
        assert.deepEqual(
          [cancelled?.state, cancelled?.lastError],
          ['cancelled', 'its key was enqueued again in the sequence t'],
        );
        const states = await Promise.all([next, ahead, moved].map(async (id) => (await one.job(id))?.state));
        assert.deepEqual(states, ['available', 'available', 'scheduled']);
      });

      test('is put off by debounce, but no longer than max_wait', async () => {
        const [one, other] = pair();
        const debounced = { task: 'works', key: 'k', debounceMs: HOUR_MS, maxWaitMs: HOUR_MS };
        const id = await one.enqueue({ ...debounced, payload: { n: 1 } });
        const runAt = (await one.job(id))?.runAt;
        assert.equal(await other.enqueue({ ...debounced, payload: { n: 2 } }), id);
        const job = await other.job(id);
        assert.deepEqual([job?.payload, job?.state, job?.runAt], [{ n: 2 }, 'scheduled', runAt]);
        const { maxWaitMs: _, ...unbound } = debounced;
        assert.equal(await other.enqueue(unbound), id);
        assert.ok(((await one.job(id))?.runAt ?? '') > (runAt ?? ''));
      });
    });
  }

  test(`a running job gives its unique key up to a successor enqueued through ${first}`, async () => {
    const { enqueue, job } = stage.drivers[first];
    const running = await enqueue({ task: 'works', uniqueKey: 'u' });
    const successor = { task: 'works', uniqueKey: 'u', succeeds: running };
    const early = await refusalOf(enqueue(successor));
    assert.deepEqual([early.code, early.holder], ['duplicate_job', running], 'it does not run yet');
    await fetchJob(stage, running);
    const id = await enqueue(successor);
    const late = await refusalOf(enqueue(successor));
    assert.deepEqual([late.code, late.holder], ['duplicate_job', id]);
    assert.deepEqual([(await job(running))?.maxAttempts, (await job(id))?.maxAttempts], [1, 26]);
  });
}

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

for (const first of DRIVERS) {
  for (const second of DRIVERS) {
    describe(`what ${first} enqueued holds for ${second}`, () => {
      const pair = () => [stage.drivers[first], stage.drivers[second]] as const;

      test('a unique key is refused with its holder, in whatever queue', async () => {
        const [one, other] = pair();
        const holder = await one.enqueue({ task: 'works', uniqueKey: "it's one" });
        const again = { task: 'works', uniqueKey: "it's one", queue: 'critical' };
        const { code, holder: told } = await refusalOf(other.enqueue(again));
        assert.deepEqual([code, told], ['duplicate_job', holder]);
        await other.act('cancel', holder);
        assert.notEqual(await other.enqueue(again), holder);
      });

      test('unique_for alone goes by queue, task and payload, whatever the order of its members', async () => {
        const [one, other] = pair();
        const uniqueForMs = 60_000;
        const holder = await one.enqueue({ task: 'works', payload: { a: 1, b: [2.0, 'ö'] }, uniqueForMs });
        const same = { task: 'works', payload: { b: [2, 'ö'], a: 1 }, uniqueForMs };
        const { code, holder: told } = await refusalOf(other.enqueue(same));
        assert.deepEqual([code, told], ['duplicate_job', holder]);
        await other.enqueue({ ...same, payload: { a: 1 } });
        await other.enqueue({ ...same, queue: 'critical' });
      });

      test('a key is replaced, or kept by its mode', async () => {
        const [one, other] = pair();
        const id = await one.enqueue({
          task: 'works',
          key: 'k',
          payload: { n: 1 },
          delayMs: 60_000,
          priority: 3,
        });
        const put = (n: number, keyMode?: 'ignore' | 'preserve_run_at' | 'replace') =>
          other.enqueue({ task: 'works', key: 'k', payload: { n }, ...(keyMode ? { keyMode } : {}) });
        const look = async () => {
          const job = await one.job(id);
          return [job?.payload, job?.state, job?.priority, job?.key];
        };
        assert.equal(await put(2, 'ignore'), id);
        assert.deepEqual(await look(), [{ n: 1 }, 'scheduled', 3, 'k']);
        assert.equal(await put(3, 'preserve_run_at'), id);
        assert.deepEqual(await look(), [{ n: 3 }, 'scheduled', 0, 'k']);
        assert.equal(await put(4), id);
        assert.deepEqual(await look(), [{ n: 4 }, 'available', 0, 'k']);
      });

      test('a sequence is entered behind it', async () => {
        const [one, other] = pair();
        const ahead = await one.enqueue({ task: 'works', sequence: 's' });
        const behind = await other.enqueue({ task: 'works', sequence: 's' });
        const look = async () => {
          const job = await one.job(behind);
          return [job?.state, job?.runAt === null, job?.sequence, (await one.explain(behind))?.cause];
        };
        assert.deepEqual(await look(), ['scheduled', true, 's', 'sequence']);
        await other.act('cancel', ahead);
        assert.deepEqual(await look(), ['available', false, 's', 'no_worker']);
      });
    });
  }
}

describe('a batch', () => {
  for (const name of BATCH_DRIVERS) {
    const batch = (jobs: { task: string; uniqueKey?: string; sequence?: string }[]) => {
      const ids = stage.drivers[name].enqueueBatch?.(jobs);
      assert.ok(ids);
      return ids;
    };

    test(`through ${name} is refused whole for one duplicate, told with its place and its holder`, async () => {
      const holder = await stage.drivers.SQL.enqueue({ task: 'works', uniqueKey: 'u' });
      const refused = await refusalOf(batch([{ task: 'works' }, { task: 'works', uniqueKey: 'u' }]));
      assert.deepEqual([refused.code, refused.index, refused.holder], ['duplicate_job', 1, holder]);
      assert.equal((await stage.drivers.SQL.list({}, { limit: 10 })).jobs.length, 1);
    });

    test(`through ${name} is refused for a duplicate within itself`, async () => {
      const refused = await refusalOf(
        batch([{ task: 'works', uniqueKey: 'v' }, { task: 'works' }, { task: 'works', uniqueKey: 'v' }]),
      );
      assert.deepEqual([refused.code, refused.index], ['duplicate_job', 2]);
      assert.equal((await stage.drivers.SQL.list({}, { limit: 10 })).jobs.length, 0);
    });

    test(`through ${name} is a sequence in its order`, async () => {
      const ids = await batch([
        { task: 'works', sequence: 's' },
        { task: 'works', sequence: 's' },
      ]);
      const causes = await Promise.all(ids.map((id) => stage.drivers.HTTP.explain(id)));
      assert.deepEqual(
        causes.map((each) => each?.cause),
        ['no_worker', 'sequence'],
      );
    });

    test(`through ${name} is refused for more than 10,000 jobs`, async () => {
      const { code, fields } = await refusalOf(
        batch(Array.from({ length: 10_001 }, () => ({ task: 'works' }))),
      );
      assert.deepEqual([code, fields], ['invalid_options', ['jobs']]);
    });
  }
});

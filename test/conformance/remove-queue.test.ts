import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { refusalOf } from './refusal.ts';
import { DRIVERS, openStage, type Stage } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
  await stage.pool.query("update howdah.tasks set queue = 'default'");
});
beforeEach(async () => {
  await stage.clear();
  await stage.pool.query("select howdah.restore_queue('critical')");
});
after(() => stage.close());

for (const name of DRIVERS) {
  describe(`a queue through ${name}`, () => {
    test('is removed, and then there is none on any side', async () => {
      const driver = stage.drivers[name];
      assert.equal(await driver.removeQueue('critical', false), 0);
      for (const other of DRIVERS) {
        const queues = await stage.drivers[other].queues();
        assert.deepEqual(
          queues.map((each) => each.name),
          ['default'],
        );
      }
      const { code } = await refusalOf(driver.removeQueue('critical', false));
      assert.equal(code, 'unknown_queue');
      const enqueued = await refusalOf(driver.enqueue({ task: 'works', queue: 'critical' }));
      assert.equal(enqueued.code, 'unknown_queue');
    });

    test('with jobs that wait is removed by force, and they are found as cancelled', async () => {
      const driver = stage.drivers[name];
      const id = await driver.enqueue({ task: 'works', queue: 'critical' });
      const { code, fields, message } = await refusalOf(driver.removeQueue('critical', false));
      assert.deepEqual([code, fields], ['queue_in_use', ['queue']]);
      assert.match(
        message,
        /queue: expected one that nothing uses, received "critical": 1 of its jobs that wait/,
      );
      assert.equal(await driver.removeQueue('critical', true), 1);
      assert.equal((await driver.job(id))?.state, 'cancelled');
      const { jobs } = await driver.list({ queue: 'critical' }, { limit: 5 });
      assert.deepEqual(
        jobs.map((job) => job.id),
        [id],
      );
    });

    test('that is needed by all is not removed', async () => {
      const { code, fields } = await refusalOf(stage.drivers[name].removeQueue('default', true));
      assert.deepEqual([code, fields], ['queue_in_use', ['queue']]);
    });
  });
}

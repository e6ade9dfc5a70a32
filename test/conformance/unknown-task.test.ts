import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { testTask } from '../support/test-queue.ts';
import { refusalOf } from './refusal.ts';
import { BATCH_DRIVERS, DRIVERS, openStage, type Stage } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
beforeEach(() => stage.clear());
after(() => stage.close());

const UNHEARD = { task: 'unheard_of', payload: { anything: [1] } };

for (const name of DRIVERS) {
  describe(`by ${name}, a task that no process has announced`, () => {
    test('is unknown', async () => {
      const refused = await refusalOf(stage.drivers[name].enqueue(UNHEARD));
      assert.equal(refused.code, 'unknown_task');
    });

    test('is kept with allow_unknown, as it is given, and explain says so', async () => {
      const driver = stage.drivers[name];
      const given = { ...UNHEARD, allowUnknown: true, queue: 'critical', maxRetries: 2, priority: 7 };
      const id = await driver.enqueue(given);
      const { queue, task, state, maxAttempts, priority, payload } = (await driver.job(id)) ?? assert.fail();
      assert.deepEqual(
        { queue, task, state, maxAttempts, priority, payload },
        {
          queue: 'critical',
          task: 'unheard_of',
          state: 'available',
          maxAttempts: 3,
          priority: 7,
          payload: UNHEARD.payload,
        },
      );
      const { rows } = await stage.pool.query("select from howdah.tasks where name = 'unheard_of'");
      assert.equal(rows.length, 0);
    });

    test('has the defaults of any task unless told', async () => {
      const driver = stage.drivers[name];
      const job = await driver.job(await driver.enqueue({ ...UNHEARD, allowUnknown: true }));
      assert.deepEqual([job?.queue, job?.maxAttempts], ['default', 26]);
    });

    test('is kept with keys as well', async () => {
      const driver = stage.drivers[name];
      const keyed = { ...UNHEARD, allowUnknown: true, key: 'k', sequence: 's' };
      assert.equal(await driver.enqueue(keyed), await driver.enqueue(keyed));
    });

    test('and a known one is none the less checked', async () => {
      const refused = await refusalOf(
        stage.drivers[name].enqueue({ task: 'mails', payload: {}, allowUnknown: true }),
      );
      assert.equal(refused.code, 'invalid_payload');
    });

    test('is told by explain, until a process announces it', async () => {
      const driver = stage.drivers[name];
      const id = await driver.enqueue({ ...UNHEARD, allowUnknown: true });
      await stage.pool.query(
        "select howdah.register_runner(gen_random_uuid(), 'default', 'howdah', 'box', 7, 2, '{works}')",
      );
      assert.match(
        (await driver.explain(id))?.explanation ?? '',
        /^No worker knows the task unheard_of yet: no process/,
      );
      await announceTasks(stage.pool, createCatalogue([testTask('unheard_of')]));
      assert.match((await driver.explain(id))?.explanation ?? '', /none of them knows the task unheard_of/);
      await stage.pool.query(
        "delete from howdah.tasks where name = 'unheard_of'; delete from howdah.task_versions where task = 'unheard_of'",
      );
    });
  });
}

for (const name of BATCH_DRIVERS) {
  test(`by ${name}, a batch may hold some of unknown tasks`, async () => {
    const driver = stage.drivers[name];
    const enqueueBatch = driver.enqueueBatch ?? assert.fail();
    const allowed = { ...UNHEARD, allowUnknown: true };
    const ids = await enqueueBatch([{ task: 'works' }, allowed, allowed, { ...allowed, uniqueKey: 'u' }]);
    const jobs = await Promise.all(ids.map((id) => driver.job(id)));
    assert.deepEqual(
      jobs.map((job) => job?.task),
      ['works', 'unheard_of', 'unheard_of', 'unheard_of'],
    );
    assert.deepEqual(
      jobs.map((job) => [job?.queue, job?.maxAttempts]),
      Array.from({ length: 4 }, () => ['default', 26]),
    );
    const refused = await refusalOf(enqueueBatch([allowed, UNHEARD]));
    assert.equal(refused.code, 'unknown_task');
  });
}

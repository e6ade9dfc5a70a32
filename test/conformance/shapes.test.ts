import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { refusalOf } from './refusal.ts';
import { BATCH_DRIVERS, DRIVERS, openStage, type Stage } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
afterEach(() => stage.clear());
after(() => stage.close());

/** So many lists within each other. */
const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

/** An own member of that name, which no literal makes. */
const withProto = (value: unknown) => JSON.parse(`{"__proto__":${JSON.stringify(value)}}`);

const anything = (payload: unknown) => ({ task: 'takes_any', payload });

const WRONG: [string, unknown][] = [
  ['nested one level too deep', nested(513)],
  ['nested too deep in a member', { a: [{ b: nested(510) }] }],
  ['nested thousands of levels deep', nested(2_000)],
];

for (const name of DRIVERS) {
  describe(`${name}, of JSON that is nested`, () => {
    for (const [what, payload] of WRONG) {
      test(`refuses a payload ${what}`, async () => {
        const { code, fields, message } = await refusalOf(stage.drivers[name].enqueue(anything(payload)));
        assert.deepEqual({ code, fields }, { code: 'invalid_payload', fields: ['payload'] });
        assert.match(message, /expected at most 512 lists and objects within each other, received /);
      });
    }

    test('takes 512 levels, in a task that is checked and in one that nobody announced', async () => {
      const { enqueue, job } = stage.drivers[name];
      const payload = { text: '[[[{{{"\\', list: nested(511) };
      const ids = [
        await enqueue(anything(payload)),
        await enqueue({ task: 'unheard_of', payload, allowUnknown: true }),
      ];
      for (const id of ids) assert.deepEqual((await job(id))?.payload, payload);
    });

    test('takes many lists that are beside each other', async () => {
      const payload = { list: Array.from({ length: 2_000 }, () => [{}]) };
      const id = await stage.drivers[name].enqueue(anything(payload));
      assert.deepEqual((await stage.drivers[name].job(id))?.payload, payload);
    });

    test('refuses a filter of too many levels, where it looks and where it acts', async () => {
      const { enqueue, list, bulk } = stage.drivers[name];
      await enqueue(anything({}));
      const field = name === 'command line' ? 'payload' : 'payload_contains';
      for (const depth of [513, 2_000]) {
        const filter = { payloadContains: nested(depth) };
        const refused = [
          await refusalOf(list(filter, { limit: 10 })),
          await refusalOf(bulk({ action: 'retry', filter, isDryRun: true })),
        ];
        for (const { fields } of refused) assert.deepEqual(fields, [field]);
      }
    });

    test('shows a job that was put in past all checks, however deep', async () => {
      const trigger = 'trigger howdah_refuse_payload';
      await stage.pool.query(`alter table graphile_worker._private_jobs disable ${trigger}`);
      const { rows } = await stage.pool.query<{ id: string }>(
        `select id::text from graphile_worker.add_job('takes_any', (repeat('[', 6000) || repeat(']', 6000))::json,
                                                      run_at => now() + interval '1 hour')`,
      );
      await stage.pool.query(`alter table graphile_worker._private_jobs enable ${trigger}`);
      const id = rows[0]?.id ?? '';
      const { job, list, act } = stage.drivers[name];
      assert.equal((await job(id))?.state, 'scheduled');
      assert.deepEqual(
        (await list({ task: 'takes_any' }, { limit: 10 })).jobs.map((each) => each.id),
        [id],
      );
      assert.deepEqual((await list({ payloadContains: { a: 1 } }, { limit: 10 })).jobs, []);
      assert.equal(await act('cancel', id), 'cancelled');
      assert.equal((await job(id))?.state, 'cancelled');
    });
  });

  describe(`${name}, of names that objects in JavaScript have`, () => {
    for (const [what, payload] of [
      ['__proto__', withProto({ a: 1 })],
      ['__proto__ within', { a: [withProto(1)] }],
    ]) {
      test(`refuses a payload with ${what}`, async () => {
        const { code, fields = [] } = await refusalOf(stage.drivers[name].enqueue(anything(payload)));
        assert.equal(code, 'invalid_payload');
        assert.match(fields.join(), /^payload/);
      });
    }

    test('refuses a header __proto__', async () => {
      const headers = withProto('a');
      const refusal = await refusalOf(stage.drivers[name].enqueue({ ...anything({}), headers }));
      assert.deepEqual([refusal.code, refusal.fields], ['invalid_options', ['headers']]);
    });

    test('keeps every other', async () => {
      const payload = {
        constructor: { prototype: 1 },
        toString: 'a',
        text: '"__proto__": 1',
        hasOwnProperty: null,
      };
      const headers = { constructor: 'a', toString: 'b' };
      const id = await stage.drivers[name].enqueue({ ...anything(payload), headers });
      const job = await stage.drivers[name].job(id);
      assert.deepEqual([job?.payload, job?.headers], [payload, headers]);
    });
  });
}

for (const name of BATCH_DRIVERS) {
  describe(`${name}, of a batch`, () => {
    test('names the job that is nested too deep, or has a member __proto__', async () => {
      for (const payload of [nested(513), withProto(1)]) {
        const jobs = [anything({}), anything(payload)];
        const { code, fields = [] } = await refusalOf(
          stage.drivers[name].enqueueBatch?.(jobs) ?? assert.fail(),
        );
        assert.equal(code, 'invalid_payload');
        assert.match(fields.join(), /^jobs\[1\]\.payload/);
      }
    });
  });
}

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { RecordingDistributor } from '../../src/enqueue/recording-distributor.ts';
import { bind } from '../../src/tasks/bind.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { runTask } from '../../src/testing/run-task.ts';
import { enqueueAll, toNewJobs } from '../../src/wire/enqueue-requested.ts';
import { openTestQueue, type TestQueue } from '../support/test-queue.ts';

const date = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (value) => value.toISOString(),
});
const tags = z.codec(z.array(z.string()), z.set(z.string()), {
  decode: (list) => new Set(list),
  encode: (set) => [...set],
});
const remind = defineTask({
  name: 'remind',
  payload: z.strictObject({ when: date, tags: tags.optional(), note: z.string().optional() }),
});

const WHEN = new Date('2031-05-06T07:08:09.010Z');
const KEPT = { when: '2031-05-06T07:08:09.010Z', tags: ['a', 'b'] };
const GIVEN = { when: WHEN, tags: new Set(['a', 'b']) };

/** What the handler got, by the job's id. */
const received = new Map<string, unknown>();
const boundRemind = bind(remind, async (payload, { job }) => void received.set(job.id, payload));

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue([boundRemind]);
  await queue.start();
});
after(() => queue.close());

async function receivedBy(id: string): Promise<unknown> {
  await queue.untilState(id, 'completed');
  return received.get(id);
}

async function kept(id: string): Promise<unknown> {
  const { rows } = await queue.pool.query('select payload from howdah.jobs where id = $1', [id]);
  return rows[0]?.payload;
}

describe('a payload with codecs', () => {
  test('is kept as JSON, and decoded for its handler', async () => {
    const { id } = await queue.distributor.distribute(queue.pool, remind, GIVEN);
    assert.deepEqual(await kept(id), KEPT);
    assert.deepEqual(await receivedBy(id), GIVEN);
  });

  test('is so in a batch as well', async () => {
    const jobs = [
      { task: remind, payload: { when: WHEN } },
      { task: remind, payload: GIVEN },
    ] as const;
    const [first, second] = await queue.distributor.distributeMany(queue.pool, jobs);
    assert.deepEqual(await receivedBy(first?.id ?? ''), { when: WHEN });
    assert.deepEqual(await receivedBy(second?.id ?? ''), GIVEN);
  });

  test('comes as JSON from SQL', async () => {
    const { rows } = await queue.pool.query(`select howdah.enqueue('remind', $1::json)::text as id`, [
      JSON.stringify(KEPT),
    ]);
    assert.deepEqual(await receivedBy(rows[0]?.id), GIVEN);
  });

  test('comes as JSON over HTTP and from the command line, and is kept as it came', async () => {
    const sources = { db: queue.pool as never, catalogue: createCatalogue([remind as never]) };
    const payload = { when: '2031-05-06T07:08:09Z', tags: ['b', 'a', 'b'] };
    const jobs = await toNewJobs(sources, [{ task: 'remind', payload }]);
    const [job] = await enqueueAll(queue.pool, queue.distributor, jobs);
    assert.deepEqual(await kept(job?.id ?? ''), payload);
    assert.deepEqual(await receivedBy(job?.id ?? ''), {
      when: new Date('2031-05-06T07:08:09Z'),
      tags: new Set(['b', 'a']),
    });
    const wrong = { task: 'remind', payload: { when: 'tomorrow', age: 7 } };
    const refused = await toNewJobs(sources, [wrong]);
    await assert.rejects(
      enqueueAll(queue.pool, queue.distributor, refused),
      (error: Error & { fields?: unknown }) => {
        assert.match(error.message, /payload\.when: Invalid ISO datetime/);
        assert.match(error.message, /payload\.age: expected no member of this name/);
        return true;
      },
    );
  });

  test('that the codecs cannot write is refused, by field', async () => {
    const wrong = [
      [{ when: new Date(Number.NaN) }, 'payload.when'],
      [{ when: KEPT.when }, 'payload.when'],
      [{ when: WHEN, tags: ['a'] }, 'payload.tags'],
      [{ when: WHEN, age: 7 }, 'payload.age'],
    ] as const;
    for (const [payload, field] of wrong) {
      const one = queue.distributor.distribute(queue.pool, remind, payload as never);
      await assert.rejects(one, (error: { code?: string; fields?: { field: string }[] }) => {
        assert.deepEqual([error.code, error.fields?.map((each) => each.field)], ['invalid_payload', [field]]);
        return true;
      });
      const many = queue.distributor.distributeMany(queue.pool, [
        { task: remind, payload: payload as never },
      ]);
      await assert.rejects(many, {
        code: 'invalid_payload',
        message: new RegExp(`jobs\\[0\\]\\.${field}: `),
      });
    }
  });

  test('is what it was to tests of business code and of handlers', async () => {
    const distributor = new RecordingDistributor();
    await distributor.distribute({ query: () => Promise.reject() }, remind, GIVEN);
    assert.deepEqual(distributor.jobs[0]?.payload, GIVEN);
    for (const payload of [GIVEN, KEPT]) {
      assert.equal((await runTask(boundRemind, payload)).outcome, 'completed');
      assert.deepEqual(received.get('1'), GIVEN);
    }
  });
});

describe('a payload with transforms, which work one way only', () => {
  const counts = defineTask({
    name: 'counts',
    payload: z.strictObject({ count: z.string().transform(Number), unit: z.string().default('g') }),
  });

  test('is enqueued as what goes into them, kept so, and made something of for the handler', async () => {
    const got: unknown[] = [];
    const other = await openTestQueue([bind(counts, async (payload) => void got.push(payload))]);
    try {
      await other.start();
      const { id } = await other.distributor.distribute(other.pool, counts, { count: '5' });
      await other.untilState(id, 'completed');
      const { rows } = await other.pool.query('select payload from howdah.jobs where id = $1', [id]);
      assert.deepEqual([rows[0]?.payload, got], [{ count: '5' }, [{ count: 5, unit: 'g' }]]);
      const made = other.distributor.distribute(other.pool, counts, { count: 5 } as never);
      await assert.rejects(made, { code: 'invalid_payload', message: /payload\.count: .*expected string/ });
    } finally {
      await other.close();
    }
  });
});

test('a Date of a year that Postgres and others write otherwise is refused, by field', async () => {
  for (const text of ['0000-12-31T23:59:59.999Z', '+010000-01-01T00:00:00.000Z']) {
    const enqueue = queue.distributor.distribute(queue.pool, remind, { when: new Date(text) });
    await assert.rejects(enqueue, {
      code: 'invalid_payload',
      message: /payload\.when: expected a valid Date of the years 1 to 9999, received [0+]/,
    });
  }
  const first = { when: new Date('0001-01-01T00:00:00.000Z') };
  await queue.distributor.distribute(queue.pool, remind, first, { delayMs: 60_000 });
  const ofYearZero = JSON.stringify({ when: '0000-01-01T00:00:00.000Z' });
  const { rows } = await queue.pool.query(`select howdah.enqueue('remind', $1::json)::text as id`, [
    ofYearZero,
  ]);
  const { last_error } = await queue.untilState(rows[0]?.id, 'discarded');
  assert.match(last_error ?? '', /payload\.when: expected a valid Date of the years 1 to 9999/);
});

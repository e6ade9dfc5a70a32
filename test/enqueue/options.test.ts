import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { EnqueueOptions } from '../../src/enqueue/enqueue-options.ts';
import { HowdahError } from '../../src/errors.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { type StoredJob, stored, WAYS } from './enqueue-both-ways.ts';

const works = testTask('works', { maxRetries: 7 });
const DEADLINE = new Date('2031-05-06T07:08:09.010Z');
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue([[works, async () => {}]]);
});
after(() => queue.close());

const settings = (howdah: object) => ({ flags: { howdah } });

const EFFECTS: [EnqueueOptions, Partial<StoredJob>][] = [
  [{}, { queue: 'default', priority: 0, max_attempts: 8, wait_seconds: 0, key: null, flags: null }],
  [{ queue: 'critical' }, { queue: 'critical' }],
  [{ delayMs: 90_000 }, { wait_seconds: 90 }],
  [{ maxRetries: 0 }, { max_attempts: 1 }],
  [{ maxRetries: 32_766 }, { max_attempts: 32_767 }],
  [{ priority: -5 }, { priority: -5 }],
  [{ timeoutMs: 1_500 }, settings({ timeout_ms: 1_500 })],
  [{ timeoutMs: 0 }, settings({ timeout_ms: 0 })],
  [{ timeoutMs: 0.25 }, settings({ timeout_ms: 1 })],
  [{ deadline: DEADLINE }, settings({ deadline: '2031-05-06T07:08:09.010000Z' })],
  [{ retentionMs: 0 }, settings({ retention_ms: 0 })],
  [{ retentionMs: 31_536_000_000 }, settings({ retention_ms: 31_536_000_000 })],
  [{ headers: { traceparent: TRACE } }, settings({ headers: { traceparent: TRACE } })],
  [{ timeoutMs: 5, retentionMs: 6 }, settings({ timeout_ms: 5, retention_ms: 6 })],
];

for (const [way, enqueue] of Object.entries(WAYS)) {
  describe(`a job enqueued through ${way}`, () => {
    for (const [options, expected] of EFFECTS) {
      test(`with ${JSON.stringify(options)} is stored so`, async () => {
        const id = await enqueue(queue, queue.pool, { task: works, options });
        const job = await stored(queue, id);
        const seen = Object.fromEntries(
          Object.keys(expected).map((key) => [key, job[key as keyof StoredJob]]),
        );
        assert.deepEqual(seen, expected);
      });
    }

    test('runs at the instant of runAt', async () => {
      const runAt = new Date('2040-01-02T03:04:05.678Z');
      const id = await enqueue(queue, queue.pool, { task: works, options: { runAt } });
      assert.deepEqual((await queue.job(id)).run_at, runAt);
    });

    test('keeps its payload as it was given', async () => {
      const payload = { z: 1, a: ['ä', null, { b: 1.5 }], howdah: 'mine' };
      const id = await enqueue(queue, queue.pool, { task: works, payload });
      assert.equal(JSON.stringify((await stored(queue, id)).payload), JSON.stringify(payload));
    });
  });
}

describe('a key', () => {
  for (const [way, enqueue] of Object.entries(WAYS)) {
    const put = (n: number, options: EnqueueOptions) =>
      enqueue(queue, queue.pool, { task: works, payload: { n }, options: { key: way, ...options } });

    test(`through ${way} replaces the waiting job with all its settings`, async () => {
      const id = await put(1, { delayMs: 60_000, timeoutMs: 1 });
      assert.equal(await put(2, { retentionMs: 2 }), id);
      const job = await stored(queue, id);
      assert.deepEqual(
        [job.payload, job.wait_seconds, job.flags],
        [{ n: 2 }, 0, { howdah: { retention_ms: 2 } }],
      );
    });

    test(`through ${way} keeps run_at with preserve_run_at, and everything with ignore`, async () => {
      const key = `${way} kept`;
      const id = await put(1, { key, delayMs: 60_000 });
      assert.equal(await put(2, { key, keyMode: 'preserve_run_at' }), id);
      assert.deepEqual(await payloadAndWait(id), [{ n: 2 }, 60]);
      assert.equal(await put(3, { key, keyMode: 'ignore', timeoutMs: 1 }), id);
      assert.deepEqual(await payloadAndWait(id), [{ n: 2 }, 60]);
      assert.equal((await stored(queue, id)).flags, null);
    });
  }
});

async function payloadAndWait(id: string): Promise<unknown[]> {
  const job = await stored(queue, id);
  return [job.payload, job.wait_seconds];
}

const MISTAKES: [EnqueueOptions, ...string[]][] = [
  [
    { delayMs: -1 },
    'delayMs: expected 0 to 100 years in ms, received -1',
    'delay: expected 0 to 100 years, received -00:00:00.001',
  ],
  [
    { maxRetries: 40_000 },
    'maxRetries: expected a whole number 0 to 32766, received 40000',
    'max_retries: expected 0 to 32766, received 40000',
  ],
  [
    { priority: 32_768 },
    'priority: expected a whole number -32768 to 32767, received 32768',
    'priority: expected -32768 to 32767, received 32768',
  ],
  [
    { timeoutMs: 2_147_483_648 },
    'timeoutMs: expected 0 (none) to 2147483647 ms, received 2147483648',
    'timeout: expected 0 (none) to 2147483647 ms, received 596:31:23.648',
  ],
  [
    { retentionMs: -1 },
    'retentionMs: expected 0 (not kept) to 100 years in ms, received -1',
    'retention: expected 0 (not kept) to 100 years, received -00:00:00.001',
  ],
  [
    { key: '' },
    'key: expected 1 to 376 characters, received ""',
    'key: expected 1 to 376 characters, received 0',
  ],
  [
    { key: 'k', keyMode: 'merge' as never },
    'keyMode: expected replace or preserve_run_at or ignore, received "merge"',
    'key_mode: expected replace, preserve_run_at or ignore, received merge',
  ],
  [
    { keyMode: 'ignore' },
    'keyMode: expected a key beside it, received "ignore"',
    'key_mode: expected a key beside it, received none',
  ],
  [
    { key: 'k', uniqueKey: 'u' },
    'uniqueKey: expected nothing beside key, received "u"',
    'unique_key: expected nothing beside key, received u',
  ],
  [
    { key: 'k', uniqueForMs: 1_000 },
    'uniqueForMs: expected nothing beside key, received 1000',
    'unique_for: expected nothing beside key, received 00:00:01',
  ],
  [
    { debounceMs: 0, key: 'k' },
    'debounceMs: expected 1 ms to 100 years in ms, received 0',
    'debounce: expected more than 0, up to 100 years, received 00:00:00',
  ],
  [
    { debounceMs: 1_000 },
    'debounceMs: expected a key beside it, received 1000',
    'debounce: expected a key beside it, received none',
  ],
  [
    { key: 'k', debounceMs: 1_000, delayMs: 1 },
    'delayMs: expected nothing beside debounceMs, received 1',
    'delay: expected nothing beside debounce, received 00:00:00.001',
  ],
  [
    { key: 'k', debounceMs: 1_000, keyMode: 'ignore' },
    'keyMode: expected replace beside debounceMs, received "ignore"',
    'key_mode: expected replace beside debounce, received ignore',
  ],
  [
    { key: 'k', maxWaitMs: 1_000 },
    'maxWaitMs: expected debounceMs beside it, received 1000',
    'max_wait: expected debounce beside it, received none',
  ],
  [
    { key: 'k', debounceMs: 2_000, maxWaitMs: 1_000 },
    'maxWaitMs: expected at least debounceMs, up to 100 years in ms, received 1000',
    'max_wait: expected at least debounce, up to 100 years, received 00:00:01',
  ],
  [
    { uniqueKey: 'u', succeeds: '0' },
    'succeeds: expected the id of a job, received "0"',
    'succeeds: expected the id of a job, received 0',
  ],
  [
    { succeeds: '7' },
    'succeeds: expected uniqueKey or uniqueForMs beside it, received "7"',
    'succeeds: expected unique_key or unique_for beside it, received none',
  ],
  [
    { uniqueForMs: 0 },
    'uniqueForMs: expected 1 ms to 100 years in ms, received 0',
    'unique_for: expected more than 0, up to 100 years, received 00:00:00',
  ],
  [
    { uniqueKey: '' },
    'uniqueKey: expected 1 to 1024 characters, received ""',
    'unique_key: expected 1 to 1024 characters, received 0',
  ],
  [
    { sequence: 's'.repeat(201) },
    'sequence: expected 1 to 200 characters, received 201 characters',
    'sequence: expected 1 to 200 characters, received 201',
  ],
  [
    { headers: { a: 1 as never } },
    'headers.a: expected a text, received a number',
    'headers: expected an object of strings, received other values in it',
  ],
];

describe('an option out of range', () => {
  for (const [options, inTypeScript, inSql] of MISTAKES) {
    test(`is named with what was expected: ${JSON.stringify(options).slice(0, 60)}`, async () => {
      const request = { task: works, options };
      const refusal = { name: 'HowdahError', code: 'invalid_options' };
      await assert.rejects(WAYS.typeScript(queue, queue.pool, request), {
        ...refusal,
        message: inTypeScript,
      });
      await assert.rejects(WAYS.batch(queue, queue.pool, request), {
        ...refusal,
        message: `jobs[0].${inTypeScript}`,
      });
      await assert.rejects(WAYS.sql(queue, queue.pool, request), {
        code: 'HWOPT',
        message: inSql,
      });
    });
  }

  test('does not hide the others', async () => {
    const options = { delayMs: -1, runAt: new Date(Number.NaN), priority: 0.5 };
    await assert.rejects(queue.distributor.distribute(queue.pool, works, {}, options), (error) => {
      assert.ok(error instanceof HowdahError);
      assert.deepEqual(
        error.fields.map(({ field }) => field),
        ['delayMs', 'runAt', 'runAt', 'priority'],
      );
      return true;
    });
    const sql = `select howdah.enqueue('works', delay => '-1 s', run_at => 'infinity', priority => 99999)`;
    await assert.rejects(queue.pool.query(sql), /run_at: .*; run_at: .*; delay: .*; priority: /);
  });

  test('that is an instant is named as one', async () => {
    const options = { delayMs: 1, runAt: new Date('2031-05-06T07:08:09.010Z') };
    await assert.rejects(queue.distributor.distribute(queue.pool, works, {}, options), {
      message: 'runAt: expected nothing beside delayMs, received 2031-05-06T07:08:09.010Z',
    });
    const invalid = { deadline: new Date(Number.NaN) };
    await assert.rejects(queue.distributor.distribute(queue.pool, works, {}, invalid), {
      message: 'deadline: expected a valid Date of the years 1 to 9999, received Invalid Date',
    });
  });

  test('that is of another type, or null, is named whatever JavaScript would make of it', async () => {
    const wrong: [string, unknown, string][] = [
      ['delayMs', null, '0 to 100 years in ms, received null'],
      ['delayMs', '5', '0 to 100 years in ms, received "5"'],
      ['timeoutMs', Number.NaN, '0 (none) to 2147483647 ms, received NaN'],
      ['runAt', null, 'a valid Date of the years 1 to 9999, received null'],
      ['queue', null, 'a name, received null'],
      ['key', 'a\0', 'text without \\u0000 and halves of surrogate pairs, received "a\\u0000"'],
      ['headers', null, 'an object of strings, received null'],
    ];
    for (const [option, value, message] of wrong) {
      const options = { [option]: value } as EnqueueOptions;
      await assert.rejects(queue.distributor.distribute(queue.pool, works, {}, options), {
        code: 'invalid_options',
        message: `${option}: expected ${message}`,
      });
    }
  });

  test('that is an instant is of the years 1 to 9999', async () => {
    for (const runAt of [new Date('+010000-01-01T00:00:00Z'), new Date('0000-12-31T23:59:59Z')]) {
      await assert.rejects(queue.distributor.distribute(queue.pool, works, {}, { runAt }), {
        code: 'invalid_options',
        message: `runAt: expected a valid Date of the years 1 to 9999, received ${runAt.toISOString()}`,
      });
    }
    for (const at of ['9999-12-31T23:59:59.999Z', '0001-01-01T00:00:00.000Z']) {
      const { runAt } = await queue.distributor.distribute(queue.pool, works, {}, { runAt: new Date(at) });
      assert.equal(runAt.toISOString(), at);
    }
  });

  test('of SQL alone is named too', async () => {
    const refused = (options: string, message: RegExp) =>
      assert.rejects(queue.pool.query(`select howdah.enqueue('works', ${options})`), {
        code: 'HWOPT',
        message,
      });
    await refused(
      `run_at => '-infinity'`,
      /^run_at: expected an instant of the years 1 to 9999, received -infinity$/,
    );
    await refused(
      `deadline => 'infinity'`,
      /^deadline: expected an instant of the years 1 to 9999, received infinity$/,
    );
    await refused(`headers => '["a"]'`, /^headers: expected an object of strings, received array$/);
    const { rows } = await queue.pool.query(
      `select current_setting('server_version_num')::integer as version`,
    );
    if (rows[0]?.version < 170_000) return; // It has no such interval.
    await refused(
      `timeout => 'infinity'`,
      /^timeout: expected 0 \(none\) to 2147483647 ms, received infinity$/,
    );
    await refused(`retention => 'infinity'`, /^retention: expected .* 100 years, received infinity$/);
  });

  test('that is a duration in SQL is 100 years at most, whatever units it is written in', async () => {
    const long = [
      '100 years 1 second',
      '101 years',
      '1200 months 1 ms',
      '36500 days 1 ms',
      '-1 year 300 days',
    ];
    for (const text of long)
      for (const [name, beside] of Object.entries(BESIDE)) {
        const enqueue = queue.pool.query(
          `select howdah.enqueue('works', ${name} => $1::interval ${beside})`,
          [text],
        );
        await assert.rejects(enqueue, {
          code: 'HWOPT',
          message: new RegExp(`${name}: expected .* 100 years`),
        });
      }
    for (const [name, beside] of Object.entries(BESIDE))
      await queue.pool.query(`select howdah.enqueue('works', ${name} => '100 years' ${beside})`);
    const delayMs = 36_500 * 86_400_000;
    await queue.distributor.distribute(queue.pool, works, {}, { delayMs });
    const enqueue = queue.distributor.distribute(queue.pool, works, {}, { delayMs: delayMs + 1 });
    await assert.rejects(enqueue, {
      message: `delayMs: expected 0 to 100 years in ms, received ${delayMs + 1}`,
    });
  });
});

/** What takes durations of up to 100 years, and what has to stand beside it. */
const BESIDE = {
  delay: '',
  retention: '',
  debounce: `, key => 'a'`,
  max_wait: `, key => 'b', debounce => '1 s'`,
  unique_for: `, unique_key => 'c'`,
};

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { z } from 'zod';
import { defineTask } from '../../src/tasks/define-task.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const TABLE = 'graphile_worker._private_jobs';

const statement = defineTask({
  name: 'sends_statement',
  payload: z.strictObject({
    account: z.string().min(1).max(8),
    month: z.int().min(1).max(12),
    kind: z.enum(['pdf', 'csv']).optional(),
    version: z.literal(2).optional(),
    rate: z.number().positive().optional(),
    note: z.string().nullable().optional(),
    lines: z.array(z.object({ text: z.string() })).optional(),
  }),
});
const loose = testTask('takes_any');
const anything = defineTask<unknown>({ name: 'takes_anything', payload: z.unknown() });
const GOOD = { account: 'ada', month: 5 };

let queue: TestQueue;

before(async () => {
  const tasks = [statement, loose, anything, testTask('works')];
  queue = await openTestQueue(tasks.map((task) => [task as typeof loose, async () => {}]));
});

beforeEach(() => queue.pool.query(`truncate ${TABLE}`));

after(() => queue.close());

function enqueue(task: string, payload: unknown): Promise<string> {
  return scalar(queue, 'select howdah.enqueue($1, $2)', [task, JSON.stringify(payload)]);
}

function enqueueAll(jobs: unknown): Promise<unknown> {
  return queue.pool.query('select * from howdah.enqueue_jobs($1)', [JSON.stringify(jobs)]);
}

/** Whether TypeScript's schema takes the payload. */
function fits(payload: unknown): boolean {
  return statement.payload.safeParse(payload).success;
}

describe('a payload that its task refuses', () => {
  const REFUSED: [payload: unknown, message: string][] = [
    [[1], 'payload: expected object, received array'],
    ['text', 'payload: expected object, received string'],
    [null, 'payload: expected object, received null'],
    [
      {},
      'payload.account: expected string, received nothing; payload.month: expected integer, received nothing',
    ],
    [{ ...GOOD, account: 7 }, 'payload.account: expected string, received number'],
    [{ ...GOOD, account: null }, 'payload.account: expected string, received null'],
    [{ ...GOOD, account: '' }, 'payload.account: expected 1 to 8 characters, received 0'],
    [{ ...GOOD, account: 'ada.lovelace' }, 'payload.account: expected 1 to 8 characters, received 12'],
    [{ ...GOOD, month: 1.5 }, 'payload.month: expected integer, received number'],
    [
      { ...GOOD, month: 13 },
      'payload.month: expected a number of at least 1 and of at most 12, received another',
    ],
    [{ ...GOOD, rate: 0 }, 'payload.rate: expected a number above 0, received another'],
    [{ ...GOOD, kind: 'doc' }, 'payload.kind: expected one of ["pdf", "csv"], received another string'],
    [{ ...GOOD, version: 3 }, 'payload.version: expected 2, received another number'],
    [{ ...GOOD, lines: {} }, 'payload.lines: expected array, received object'],
    [{ ...GOOD, extra: 1 }, 'payload.extra: expected no member of this name'],
  ];

  for (const [payload, message] of REFUSED) {
    test(`is refused by TypeScript and SQL, alone and in a batch: ${JSON.stringify(payload)}`, async () => {
      assert.equal(fits(payload), false);
      const error = {
        code: 'HWPAY',
        hint: /payload_schema from howdah\.tasks where name = 'sends_statement'/,
      };
      await assert.rejects(enqueue(statement.name, payload), { ...error, message } as object, message);
      const batch = [
        { task: 'works' },
        { task: statement.name, payload },
        { task: statement.name, payload: {} },
      ];
      const message2 = message.replaceAll('payload', 'jobs[1].payload');
      if (payload !== null) await assert.rejects(enqueueAll(batch), { code: 'HWPAY', message: message2 });
      assert.equal(await scalar(queue, `select count(*)::int from ${TABLE}`), 0);
    });
  }

  test('is told by its first member in each batch, whichever comes first', async () => {
    const bad = { task: statement.name, payload: { ...GOOD, month: 'May' } };
    const good = { task: statement.name, payload: GOOD };
    await assert.rejects(enqueueAll([good, good, bad, good, bad]), { message: /^jobs\[2\]\.payload\.month/ });
  });
});

describe('a payload that its task takes', () => {
  const TAKEN = [
    GOOD,
    { ...GOOD, kind: 'csv', version: 2, rate: 0.5, note: null, lines: [{ text: 'a' }] },
    { ...GOOD, account: 'ää漢字', note: 'x'.repeat(1000) },
  ];
  for (const payload of TAKEN) {
    test(`is taken by TypeScript and SQL, alone and in a batch: ${JSON.stringify(payload).slice(0, 80)}`, async () => {
      assert.equal(fits(payload), true);
      await enqueue(statement.name, payload);
      await enqueueAll([{ task: statement.name, payload }]);
      await queue.distributor.distribute(queue.pool, statement, payload as typeof GOOD);
      assert.equal(await scalar(queue, `select count(*)::int from ${TABLE}`), 3);
    });
  }

  test('may be any object for a task that says no more, and anything for one that says nothing', async () => {
    for (const payload of [{}, { a: { b: [1] } }]) {
      await enqueue(loose.name, payload);
      await enqueueAll([{ task: loose.name, payload }]);
    }
    for (const payload of [{}, [1, 2], 'text', 5, null]) {
      await enqueue(anything.name, payload);
      await enqueueAll([{ task: anything.name, payload }]);
    }
    await assert.rejects(enqueue(loose.name, [1]), { code: 'HWPAY' });
  });
});

describe('a name that nobody knows', () => {
  const hint = (call: string) =>
    scalar(queue, `select howdah.${call}`).then(
      () => assert.fail(`${call} was done`),
      ({ code, hint }) => [code, hint.split('.')[0]],
    );

  test('is answered with the nearest first', async () => {
    const [code, tasks] = await hint("enqueue('wroks')");
    assert.equal(code, 'HWTSK');
    assert.match(
      tasks,
      /^Did you mean "works"\? Tasks here: works, takes_any, .*, delete_expired_verifications$/,
    );
    assert.deepEqual(await hint("enqueue('works', queue => 'Critcal')"), [
      'HWQUE',
      'Did you mean "critical"? Queues here: critical, default',
    ]);
    assert.deepEqual(await hint("pause_queue('defualt')"), [
      'HWQUE',
      'Did you mean "default"? Queues here: default, critical',
    ]);
    assert.deepEqual(await hint("cancel_jobs(queue => 'zebra')"), [
      'HWQUE',
      'Queues here: default, critical',
    ]);
    assert.match((await hint(`enqueue_jobs('[{"task": "work"}]')`))[1], /^Did you mean "works"\?/);
    assert.match((await hint("retry_jobs(task => 'takes_ayn')"))[1], /^Did you mean "takes_any"\?/);
  });

  test('is told of allow_unknown where a job of it could be kept, and nowhere else', async () => {
    const isTold = async (call: string) => {
      const { hint } = await scalar(queue, `select howdah.${call}`).then(assert.fail, (error) => error);
      assert.match(hint, /^Did you mean "works"\?.* A task is announced by the first process/, call);
      return hint.includes('allow_unknown');
    };
    for (const call of ["enqueue('wroks')", `enqueue_jobs('[{"task": "wroks"}]')`])
      assert.equal(await isTold(call), true, call);
    for (const call of [
      "open_lease('w', '{wroks}', 1, 60000)",
      "retry_jobs(task => 'wroks')",
      "chart(since => now(), task => 'wroks')",
    ])
      assert.equal(await isTold(call), false, call);
  });

  test('is answered with twenty of many', async () => {
    const names = `array(select 'task_' || n from generate_series(1, 30) n)`;
    const text = await scalar(queue, `select howdah.name_hint('task_7', ${names}, 'Tasks')`);
    assert.match(text, /^Did you mean "task_7"\? Tasks here: (task_\d+, ){19}task_\d+ and 10 more\.$/);
    assert.equal(await scalar(queue, `select howdah.name_hint('x', '{}', 'Tasks')`), 'Tasks here: none.');
  });

  for (const [one, other, distance] of [
    ['', '', 0],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
    ['works', 'wroks', 1],
    ['ünïcode', 'unicode', 2],
  ] as const) {
    test(`is ${distance} steps from "${one}" to "${other}"`, async () => {
      assert.equal(await scalar(queue, 'select howdah.edit_distance($1, $2)', [one, other]), distance);
    });
  }

  for (const [call, code] of [
    ['enqueue(null)', 'HWTSK'],
    ['pause_queue(null)', 'HWQUE'],
    ['resume_queue(null)', 'HWQUE'],
    ['set_fleet_concurrency(null, 1)', 'HWQUE'],
    ['remove_queue(null)', 'HWQUE'],
    ["remove_queue('critical', null)", 'HWOPT'],
    ['cancel_job(null)', 'HWJOB'],
    ['retry_job(0)', 'HWJOB'],
    ['reschedule_job(1, null)', 'HWOPT'],
    ['discard_jobs(max_jobs => 0)', 'HWOPT'],
    ["retry_jobs(state => 'asleep')", 'HWOPT'],
    ["set_fleet_concurrency('default', 0)", 'HWOPT'],
    ["enqueue('works', delay => '-1 second')", 'HWOPT'],
    ["enqueue_jobs('{}')", 'HWOPT'],
    [`enqueue_jobs('[{"task": "works", "prio": 1}]')`, 'HWOPT'],
    [`enqueue_jobs('[{}]')`, 'HWTSK'],
    ["enqueue_jobs('[]', null)", 'HWOPT'],
    [`enqueue_jobs('[{"task": null}]')`, 'HWTSK'],
    ["enqueue('works', run_at => '294276-12-31')", 'HWOPT'],
    ["enqueue('works', deadline => '4713-01-01 BC')", 'HWOPT'],
    [`enqueue('takes_anything', '{"n": 1e999999}', unique_for => '1 hour')`, 'HWPAY'],
    [`enqueue_jobs('[{"task": "works", "unique_key": "u"}, {"task": "works", "unique_key": "u"}]')`, 'HWDUP'],
    ["reschedule_job(1, '0044-03-15 BC')", 'HWOPT'],
    ['cancel_jobs(dry_run => null)', 'HWOPT'],
    ["retry_jobs(error_like => 'C:\\')", 'HWOPT'],
    ["next_cron_run('garbage', now())", 'HWOPT'],
    ["next_cron_run('* * * *', now())", 'HWOPT'],
    ["next_cron_run('* * * * * *', now())", 'HWOPT'],
    ["next_cron_run('60 * * * *', now())", 'HWOPT'],
    ["next_cron_run('*/0 * * * *', now())", 'HWOPT'],
    ["next_cron_run('* 5-1 * * *', now())", 'HWOPT'],
    ["next_cron_run('* * 0 * *', now())", 'HWOPT'],
    ["next_cron_run('* * * 1- *', now())", 'HWOPT'],
    ["next_cron_run('* * * * *', 'infinity')", 'HWOPT'],
  ] as const) {
    test(`or a value out of place has a message and a hint: ${call}`, async () => {
      await assert.rejects(
        scalar(queue, `select howdah.${call}`),
        (error: Error & { code?: string; hint?: string }) => {
          assert.equal(error.code, code);
          assert.doesNotMatch(error.message, /NULL|unknown \w+ ""/);
          assert.ok((error.hint?.length ?? 0) > 10, 'no hint');
          return true;
        },
      );
    });
  }
});

test('where nothing matches, every command says so with a zero, an empty answer or a row of words', async () => {
  const answers: [string, unknown][] = [
    ["cancel_jobs(task => 'works')", 0],
    ["discard_jobs(key => 'none')", 0],
    ["retry_jobs(error_like => '%never%')", 0],
    ['run_jobs_now(dry_run => true)', 0],
    ["resume_queue('default')", false],
    ['resume_all()', 0],
  ];
  for (const [call, answer] of answers)
    assert.equal(await scalar(queue, `select howdah.${call}`), answer, call);
  for (const none of [`'[]'`, 'null', `'null'`, '(select json_agg(j) from howdah.jobs j where false)'])
    assert.equal((await queue.pool.query(`select * from howdah.enqueue_jobs(${none})`)).rowCount, 0, none);
  assert.equal(
    await scalar(queue, 'select explanation from howdah.explain_job(null)'),
    'There is no job null.',
  );
});

describe('a number that no numeric holds, for which every look into any payload as jsonb would fail', () => {
  const add = (payload: string) =>
    scalar(queue, `select howdah.enqueue('takes_anything', $1::text::json)`, [payload]);

  for (const payload of [
    '{"n": 1e200000}',
    '[-2E-99999]',
    '{"__proto__": 1, "n": 1e200000}',
    '9'.repeat(140_000),
  ]) {
    test(`is refused: ${payload.slice(0, 40)}`, async () => {
      await assert.rejects(add(payload), {
        code: 'HWPAY',
        message: /payload: expected numbers of at most 131072 digits/,
      });
    });
  }

  test('is none where it is a text, or has no more digits than that', async () => {
    for (const payload of ['{"n": "1e200000"}', '{"n": 1e9999}', '9'.repeat(100_000)]) await add(payload);
    await queue.pool.query('select count(payload::jsonb) from howdah.jobs');
  });
});

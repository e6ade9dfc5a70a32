import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { EnqueueOptions } from '../../src/enqueue/enqueue-options.ts';
import { runHere, runHowdah } from '../support/howdah-cli.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const works = testTask('works', { queue: 'default' });

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue([[works, async () => {}]]);
  process.env['DATABASE_URL'] = queue.database.connectionString;
});
afterEach(async () => {
  for (const schema of ['graphile_worker', 'graphile_worker_critical'])
    await queue.pool.query(`delete from ${schema}._private_jobs`);
  await queue.pool.query('truncate howdah.job_history, howdah.queue_settings');
});
after(() => queue.close());

const howdah = (...args: string[]) => runHere(args);

async function json(...args: string[]) {
  const { exitCode, stdout, stderr } = await howdah(...args);
  assert.equal(exitCode, 0, stderr);
  return JSON.parse(stdout);
}

async function add(options: EnqueueOptions = {}): Promise<string> {
  return (await queue.distributor.distribute(queue.pool, works, {}, options)).id;
}

describe('npx howdah enqueue', () => {
  test('adds a job with its options', async () => {
    const added = await json(
      ...['enqueue', 'send_welcome_email', '{"user_account":"ada"}', '--queue', 'critical', '--delay', '10m'],
      ...[
        '--priority',
        '-5',
        '--max-retries',
        '2',
        '--timeout',
        '5s',
        '--sequence',
        'mails',
        '--header',
        'a=b=c',
      ],
    );
    assert.deepEqual([added.task, added.queue, added.max_retries], ['send_welcome_email', 'critical', 2]);
    const { rows } = await queue.pool.query('select * from howdah.jobs where id = $1', [added.id]);
    const { payload, headers, priority, sequence, timeout_ms, run_at, created_at } = rows[0];
    assert.deepEqual([payload, headers], [{ user_account: 'ada' }, { a: 'b=c' }]);
    assert.deepEqual([priority, sequence, timeout_ms], [-5, 'mails', '5000']);
    assert.ok(Math.abs(run_at - created_at - 600_000) < 5_000);
  });

  test('reads the payload from standard input', async () => {
    const env = { DATABASE_URL: queue.database.connectionString };
    const { stdout } = await runHowdah(
      ['enqueue', 'send_welcome_email', '-'],
      env,
      '{"user_account":"eve"}\n',
    );
    const { payload } = await json('job', JSON.parse(stdout).id);
    assert.deepEqual(payload, { user_account: 'eve' });
  });

  test('takes a task that another deployment announced, and an empty payload', async () => {
    assert.equal((await json('enqueue', 'works')).queue, 'default');
  });

  const refused: [string, string[], RegExp][] = [
    ['a payload that does not fit', ['send_welcome_email', '{}'], /payload\.user_account/],
    [
      'an unknown task',
      ['send_welcome_emial'],
      /unknown task "send_welcome_emial" \(Did you mean "send_welcome_email"\?/,
    ],
    ['an unknown queue', ['works', '{}', '--queue', 'critcal'], /unknown queue "critcal" \(.*critical/],
    [
      'options that exclude each other',
      ['works', '{}', '--key', 'a', '--unique-key', 'b'],
      /unique_key: expected nothing beside key/,
    ],
  ];
  for (const [what, args, message] of refused) {
    test(`refuses ${what} with exit code 1`, async () => {
      const { exitCode, stdout, stderr } = await howdah('enqueue', ...args);
      assert.deepEqual([exitCode, stdout], [1, '']);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /^ +at /m);
    });
  }

  test('refuses a duplicate, naming its holder', async () => {
    const { id } = await json('enqueue', 'works', '--unique-key', 'once');
    const { exitCode, stderr } = await howdah('enqueue', 'works', '--unique-key', 'once');
    assert.deepEqual([exitCode, stderr], [1, `howdah: Job ${id} of queue "default" holds this unique key\n`]);
  });
});

describe('commands on jobs by id', () => {
  test('cancel, retry, discard and run-now change them', async () => {
    const id = await add({ delayMs: 3_600_000 });
    assert.deepEqual(await json('run-now', id), [{ id, state: 'available' }]);
    assert.deepEqual(await json('cancel', id, '--reason', 'not needed'), [{ id, state: 'cancelled' }]);
    assert.equal((await json('job', id)).last_error, 'not needed');
    assert.deepEqual(await json('retry', id), [{ id, state: 'available' }]);
    assert.equal((await howdah('discard', id, '--text')).stdout, `Job ${id} is discarded.\n`);
  });

  test('cancel says of a running job that it will end cancelled', async () => {
    const id = await add();
    await queue.pool.query(
      `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'pool-x', attempts = 1 where id = $1`,
      [id],
    );
    const { exitCode, stdout } = await howdah('cancel', id, '--text');
    assert.deepEqual(
      [exitCode, stdout],
      [0, `Job ${id} still runs: it was told to stop, and ends cancelled.\n`],
    );
    assert.deepEqual(await json('cancel', id), [{ id, state: 'running' }]);
  });

  test('reschedule sets the instant', async () => {
    const id = await add();
    assert.deepEqual(await json('reschedule', id, '--at', '2040-01-02T03:04:05+01:00'), [
      { id, state: 'scheduled' },
    ]);
    assert.equal((await json('job', id)).run_at, '2040-01-02T02:04:05.000Z');
    const before = Date.now();
    await json('reschedule', id, '--at', '2040-01-02');
    assert.equal((await json('job', id)).run_at, '2040-01-02T00:00:00.000Z');
    await json('reschedule', id, '--in', '2h');
    const at = Date.parse((await json('job', id)).run_at);
    assert.ok(at >= before + 7_200_000 && at <= Date.now() + 7_200_000);
  });

  test('do what can be done, report the rest, and exit with 1', async () => {
    const id = await add();
    const { exitCode, stdout } = await howdah('cancel', '999999', id);
    assert.equal(exitCode, 1);
    const [unknown, done] = JSON.parse(stdout);
    assert.deepEqual([unknown.id, unknown.error.code], ['999999', 'job_not_found']);
    assert.deepEqual(done, { id, state: 'cancelled' });
    const again = await howdah('run-now', id, '--text');
    assert.deepEqual([again.exitCode, again.stderr], [1, '']);
    assert.match(again.stdout, /^Refused: job \d+ is cancelled: /);
  });
});

describe('commands on jobs by filter', () => {
  const count = async (state: string) => (await json('jobs', '--state', state, '--limit', '1000')).length;

  test('count first, then change what fits in batches', async () => {
    await queue.pool.query(
      "select howdah.enqueue('works', queue => case when i % 3 = 0 then 'critical' end) from generate_series(1, 900) i",
    );
    const filter = ['--queue', 'default', '--state', 'available', '--since', '1h'];
    assert.deepEqual(await json('cancel', ...filter, '--dry-run'), {
      ...{ action: 'cancel', dry_run: true, matched: 600, changed: 0, skipped: 0, is_complete: true },
    });
    assert.equal(await count('cancelled'), 0);
    const report = await json('cancel', ...filter, '--limit', '400', '--reason', 'all of them');
    assert.deepEqual([report.matched, report.changed, report.is_complete], [400, 400, false]);
    const { stdout } = await howdah('cancel', ...filter, '--text');
    assert.equal(stdout, '200 jobs cancelled.\n');
    assert.deepEqual([await count('cancelled'), await count('available')], [600, 300]);
    assert.equal(
      (await howdah('retry', '--error', 'ALL OF', '--state', 'cancelled', '--text')).stdout,
      '400 jobs retried.\n',
    );
  });

  test('say how many would be changed', async () => {
    await add({ delayMs: 60_000 });
    const { stdout } = await howdah('run-now', '--task', 'works', '--dry-run', '--text');
    assert.equal(stdout, '1 job would be made available.\n');
    assert.equal((await howdah('discard', '--key', 'none', '--text')).stdout, '0 jobs discarded.\n');
  });

  test('count all in a dry run, and say how many of them would be changed', async () => {
    await queue.pool.query("select howdah.enqueue('works') from generate_series(1, 1200)");
    const dryRun = ['cancel', '--task', 'works', '--dry-run'];
    assert.deepEqual((await json(...dryRun)).matched, 1_200);
    assert.equal(
      (await howdah(...dryRun, '--text')).stdout,
      '1200 jobs fit. The oldest 1000 of them would be cancelled, or as many as --limit says.\n',
    );
    const { matched, is_complete } = await json(...dryRun, '--limit', '500');
    assert.deepEqual([matched, is_complete], [500, false]);
  });
});

describe('commands on queues', () => {
  test('pause and resume them, once', async () => {
    assert.deepEqual(await json('pause', 'critical', '--reason', 'mail is down'), [
      { name: 'critical', is_paused: true, changed: true },
    ]);
    const [critical] = await json('queues');
    assert.equal(critical.is_paused, true);
    assert.match(critical.paused_by, /: mail is down$/);
    assert.equal(
      (await howdah('pause', 'critical', '--text')).stdout,
      'Queue critical was already paused.\n',
    );
    assert.equal(
      (await howdah('resume', '--all', '--text')).stdout,
      'Queue critical is now active.\nQueue default was already active.\n',
    );
  });

  test('change none when one is unknown', async () => {
    const { exitCode, stderr } = await howdah('pause', 'default', 'critcal');
    assert.equal(exitCode, 1);
    assert.match(stderr, /unknown queue "critcal"/);
    assert.ok((await json('queues')).every(({ is_paused }: { is_paused: boolean }) => !is_paused));
  });

  test('list their depth', async () => {
    await add();
    await add({ delayMs: 60_000 });
    const { stdout } = await howdah('queues', '--text');
    assert.match(stdout, /^QUEUE +STATE +AVAILABLE/);
    assert.match(stdout, /default +active +1 +1 +0 +0\/0 +0 +\d/);
  });
});

describe('workers, tasks and schedules', () => {
  test('are listed', async () => {
    await queue.pool.query(
      "insert into howdah.cron_entries (identifier, task, queue, cron) values ('nightly', 'works', 'default', '0 3 * * *')",
    );
    const processor = await queue.start(3);
    try {
      const workers = await json('workers');
      assert.deepEqual(
        workers.map(({ queue, concurrency, tasks }: Record<string, unknown>) => [queue, concurrency, tasks]),
        [
          ['critical', 3, ['works']],
          ['default', 3, ['works']],
        ],
      );
      assert.match(
        (await howdah('workers', '--text')).stdout,
        new RegExp(`default +idle +0/3 .* ${process.pid} +howdah`),
      );
      assert.match((await howdah('tasks', '--text')).stdout, /^works +default +bank +25 +30m +- +here +1$/m);
      assert.match(
        (await howdah('schedules', '--text')).stdout,
        /^nightly +0 3 \* \* \* +works +default +bank +- +in \d+/m,
      );
      assert.equal((await json('schedules'))[0].identifier, 'nightly');
    } finally {
      await processor.stop(0);
    }
  });
});

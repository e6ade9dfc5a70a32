import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runHere } from '../support/howdah-cli.ts';
import { putJob } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
  process.env['DATABASE_URL'] = queue.database.connectionString;
});
after(() => queue.close());

describe('npx howdah failures', () => {
  test('lists the groups, whose ids are options of other commands', async () => {
    assert.match((await runHere(['failures', '--text'])).stdout, /Nothing failed/);
    const ids = [await putJob(queue, 'discarded'), await putJob(queue, 'retryable')];
    const [group] = JSON.parse((await runHere(['failures'])).stdout);
    assert.deepEqual(
      [group.task, group.error, group.jobs, group.newest_ids],
      ['works', 'no luck', 2, ids.reverse()],
    );
    const { stdout } = await runHere(['failures', '--text', '--limit', '1']);
    assert.match(stdout, new RegExp(`${group.id} +works +2 +1 +.* +█ +${ids[0]} +no luck`));
    const found = JSON.parse((await runHere(['jobs', '--failure', group.id, '--attempts', '>=1'])).stdout);
    assert.deepEqual(
      found.map(({ id }: { id: string }) => id),
      ids,
    );
    const retried = JSON.parse((await runHere(['retry', '--failure', group.id, '--json'])).stdout);
    assert.equal(retried.changed, 2);
  });

  test('refuses a number of runs that is none', async () => {
    const { exitCode, stderr } = await runHere(['jobs', '--attempts', '>x']);
    assert.equal(exitCode, 2);
    assert.match(stderr, /--attempts: expected a whole number 0 to 32767, with .*; received ">x"/);
  });
});

describe('npx howdah canary', () => {
  test('retries some jobs of a group, and failures says how they went', async () => {
    await queue.pool.query('select howdah.cancel_jobs()');
    const ids = [await putJob(queue, 'discarded'), await putJob(queue, 'discarded')];
    const [{ id: failure }] = JSON.parse((await runHere(['failures'])).stdout);
    const started = JSON.parse((await runHere(['canary', failure, '--jobs', '1', '--reason', 'ok'])).stdout);
    assert.deepEqual(started.counts, { waiting: 1 });
    await queue.pool.query('select howdah.cancel_job($1)', [ids[1]]);
    const { stdout } = await runHere(['failures', failure, '--text']);
    assert.match(
      stdout,
      new RegExp(`works +1 +1[^]*Canary of 1, started .* by .*: ok\\n +${ids[1]} +cancelled`),
    );
    const shown = JSON.parse((await runHere(['failures', failure])).stdout);
    assert.deepEqual([shown.failure.jobs, shown.canaries.length], [1, 1]);
    await queue.pool.query('select howdah.retry_jobs()');
  });

  test('refuses what is no group', async () => {
    assert.equal((await runHere(['canary', 'x'])).exitCode, 2);
    assert.equal((await runHere(['failures', '0'.repeat(16)])).exitCode, 1);
    assert.equal((await runHere(['canary', '0'.repeat(16)])).exitCode, 1);
  });
});

describe('--where', () => {
  test('means what options mean, beside them', async () => {
    const id = await putJob(queue, 'discarded');
    const asked = ['jobs', '--queue', 'default', '--where', `state:discarded error:"NO luck" id:${id},1`];
    assert.deepEqual(
      JSON.parse((await runHere(asked)).stdout).map((job: { id: string }) => job.id),
      [id],
    );
    const counted = await runHere(['retry', '--where', 'state:discarded', '--dry-run', '--json']);
    assert.equal(JSON.parse(counted.stdout).matched, 1);
  });

  const REFUSED: [string[], RegExp][] = [
    [
      ['jobs', '--where', 'quue:a state:x'],
      /--where: at 1: .*did you mean queue\?\n +--where: at 14: state: expected/,
    ],
    [['cancel', '--where', ' '], /--where: expected at least one condition/],
    [['jobs', '--where', 'queue:a', '--queue', 'b'], /--where: expected each condition once/],
    [['jobs', '--where', 'words', '--search', 'b'], /--search: expected it once/],
  ];
  for (const [args, message] of REFUSED) {
    test(`is refused: ${args.join(' ')}`, async () => {
      const { exitCode, stderr } = await runHere(args);
      assert.equal(exitCode, 2);
      assert.match(stderr, message);
    });
  }
});

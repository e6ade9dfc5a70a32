import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { upkeepKinds } from '../../src/work/upkeep/upkeep-kinds.ts';
import { runHowdah } from '../support/howdah-cli.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
});
after(() => queue.close());

const howdah = (...args: string[]) => runHowdah(args, { DATABASE_URL: queue.database.connectionString });

describe('npx howdah upkeep', () => {
  test('says so before a worker has begun', async () => {
    assert.match((await howdah('upkeep', '--text')).stdout, /No worker has begun with it yet/);
  });

  test('lists every kind with its latest turn, none of which is a job', async () => {
    await queue.start();
    await waitFor('every kind', async () => {
      const { rows } = await queue.pool.query(
        'select from howdah.upkeep where last_succeeded_at is not null',
      );
      return rows.length === upkeepKinds().length;
    });
    const listed = JSON.parse((await howdah('upkeep', '--json')).stdout) as Record<string, unknown>[];
    assert.deepEqual(
      listed.map(({ kind, period, last_removed, last_error }) => [kind, period, last_removed, last_error]),
      [
        ['audit_log', '1h', 0, null],
        ['charts', '30s', 0, null],
        ['finished_jobs', '1m', 0, null],
        ['former_tasks', '1m', 0, null],
        ['runners', '10m', 0, null],
        ['sources', '10m', 0, null],
      ],
    );
    assert.match((await howdah('upkeep', '--text')).stdout, /finished_jobs +1m +\S+ ago +0 +0 +in \S+ /);
    assert.deepEqual(JSON.parse((await howdah('jobs', '--json')).stdout), []);
  });
});

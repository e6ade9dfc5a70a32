import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { defineApp } from '../../src/app/define-app.ts';
import { loadTasks } from '../../src/app/load-tasks.ts';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import type { Howdah } from '../../src/howdah/howdah.ts';
import { startWorker } from '../../src/start/start-worker.ts';
import { bind } from '../../src/tasks/bind.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { lease } from '../../src/tasks/lease.ts';
import { openPool } from '../support/open-pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

const greet = defineTask({ name: 'greet', payload: z.strictObject({}) });
const render = defineTask({ name: 'render', payload: z.strictObject({}), queue: 'python' });
const tasks = [bind(greet, async () => 'hello'), lease(render)];

describe('a task that is leased over HTTP', () => {
  let database: TestDatabase;
  let howdah: Howdah;
  let folder: string;
  before(async () => {
    database = await createTestDatabase();
    howdah = createHowdah({
      connectionString: database.connectionString,
      tasks: [greet, render],
      application: 'mixed',
    });
    folder = await mkdtemp(join(tmpdir(), 'howdah-leased-'));
  });
  after(async () => {
    await howdah.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  test('is announced, enqueued by the clock, and run by none of our workers, whose queue it is not', async () => {
    const crontab = join(folder, 'crontab');
    await writeFile(crontab, '* * * * * render\n');
    const app = defineApp({ name: 'mixed', tasks, crontab: pathToFileURL(crontab) });
    const queues = 'default:2,python:2';
    await using worker = await startWorker({ connectionString: database.connectionString, app, queues });
    const greeted = await howdah.enqueueAlone(greet, {});
    assert.equal((await howdah.wait(greeted.id, { timeoutMs: 10_000 })).state, 'completed');
    const job = await howdah.enqueueAlone(render, {});
    assert.equal((await howdah.get(job.id))?.state, 'available');
    const workers = await howdah.workers();
    assert.deepEqual(
      workers.map((each) => [each.queue, each.tasks]),
      [['default', ['greet']]],
    );
    assert.deepEqual(worker.processor.idleQueues(), []);
    const pool = openPool(database.connectionString);
    await worker.stop();
    await pool.query(
      `update graphile_worker_python._private_known_crontabs set known_since = now() - interval '2 minutes'`,
    );
    await using again = await startWorker({ connectionString: database.connectionString, app, queues });
    await waitFor('a tick of the clock', async () => {
      const { rows } = await pool.query(`select from howdah.jobs where task = 'render' and queue = 'python'`);
      return rows.length > 1;
    });
    await again.stop();
    const taken = await pool.query(
      `select json_array_length(t.jobs) as count, t.jobs -> 0 ->> 'payload' as payload
       from howdah.take_jobs(howdah.open_lease('py-1', '{render}', 10, 60000), 10, '{}') t`,
    );
    assert.ok(taken.rows[0].count >= 2);
    assert.equal(taken.rows[0].payload, '{}');
    await pool.end();
  });

  test('has a queue of its own: one that tasks with handlers have too is refused, naming both', async () => {
    const shared = [bind(greet, async () => {}), lease(defineTask({ name: 'render', payload: z.unknown() }))];
    await assert.rejects(loadTasks(defineApp({ name: 'mixed', tasks: shared })), {
      name: 'AppFileError',
      message: /task "render" is leased over HTTP, and "greet" runs here, both in queue "default"/,
    });
  });
});

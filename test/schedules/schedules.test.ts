import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { z } from 'zod';
import { createLogger } from '../../src/observability/logger.ts';
import { bind } from '../../src/tasks/bind.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import type { CronTick } from '../../src/tasks/cron-tick.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { startProcessor, type TaskProcessor } from '../../src/work/processor.ts';
import { announceSchedules } from '../../src/work/schedules/announce-schedules.ts';
import { parseSchedules, type Schedule } from '../../src/work/schedules/crontab.ts';
import { arm, FAULTS, hasStruck, installFaults } from '../support/faults.ts';
import { openTestQueue, type TestQueue } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const task = defineTask({ name: 'strict', payload: z.strictObject({ n: z.number().optional() }) });
const catalogue = createCatalogue([task]);
const parse = (text: string): Schedule[] =>
  parseSchedules(text, { catalogue, queues: ['critical', 'default'] });

interface ScheduleRow {
  identifier: string;
  queue: string;
  cron: string;
  payload: unknown;
  last_run_at: Date | null;
  next_run_at: Date;
}

let queue: TestQueue;
let processors: TaskProcessor[];
let runs: { queue: string; payload: unknown; cron: CronTick | undefined }[];

beforeEach(async () => {
  queue = await openTestQueue([]);
  processors = [];
  runs = [];
});

afterEach(async () => {
  await Promise.all(processors.map((processor) => processor.stop(0)));
  await queue.close();
});

async function start(schedules: Schedule[]): Promise<void> {
  const handler = bind(task, async (payload, { job }) => {
    runs.push({ queue: job.queue, payload, cron: job.cron });
  });
  processors.push(
    await startProcessor({
      connectionString: queue.database.connectionString,
      queues: ['critical', 'default'].map((name) => ({ name, concurrency: 2 })),
      tasks: new Map([[task.name, handler]]),
      schedules,
      services: {},
      events: queue.events,
      log: createLogger({ level: 'silent' }),
    }),
  );
}

/** As if workers had known the entry since then and were away. */
async function wasKnown(schema: string, identifier: string, minutesAgo: number): Promise<void> {
  await queue.pool.query(
    `insert into ${schema}._private_known_crontabs (identifier, known_since)
     values ($1, date_trunc('minute', now()) - make_interval(mins => $2) + interval '1 second')`,
    [identifier, minutesAgo],
  );
}

async function readSchedules(): Promise<ScheduleRow[]> {
  const { rows } = await queue.pool.query<ScheduleRow>('select * from howdah.schedules order by identifier');
  return rows;
}

test('howdah.schedules shows what the crontab says, with the last and the next run', async () => {
  await announceSchedules(
    queue.pool,
    parse('0 3 * * * strict {n: 1}\n* * * * * strict ?id=b&queue=critical'),
  );
  await queue.pool.query(
    `insert into graphile_worker_critical._private_known_crontabs (identifier, known_since, last_execution)
     values ('b', now(), '2026-01-01T00:00:00Z'), ('strict', now(), '2025-01-01')`,
  );
  const [b, strict] = await readSchedules();
  assert.deepEqual([b?.identifier, b?.queue, b?.cron, b?.payload], ['b', 'critical', '* * * * *', null]);
  assert.equal(b?.last_run_at?.toISOString(), '2026-01-01T00:00:00.000Z');
  assert.deepEqual([strict?.payload, strict?.last_run_at], [{ n: 1 }, null]);
  assert.equal(strict?.next_run_at.getUTCHours(), 3);
});

test('an entry that left the crontab leaves howdah.schedules, and one that changed changes there', async () => {
  await announceSchedules(queue.pool, parse('* * * * * strict ?id=a\n* * * * * strict ?id=b'));
  await announceSchedules(queue.pool, parse('5 * * * * strict ?id=b&queue=critical'));
  const rows = await readSchedules();
  assert.deepEqual(
    rows.map(({ identifier, queue, cron }) => [identifier, queue, cron]),
    [['b', 'critical', '5 * * * *']],
  );
  await announceSchedules(queue.pool, []);
  assert.deepEqual(await readSchedules(), []);
});

test('a process that starts again with an older crontab changes nothing, until nobody has had the newer for an hour', async () => {
  const older = parse('* * * * * strict ?id=a\n* * * * * strict ?id=b');
  const newer = parse('5 * * * * strict ?id=b');
  const seen = async () => (await readSchedules()).map(({ identifier, cron }) => [identifier, cron]);
  await announceSchedules(queue.pool, older);
  await announceSchedules(queue.pool, newer);
  await announceSchedules(queue.pool, older.toReversed());
  assert.deepEqual(await seen(), [['b', '5 * * * *']]);
  await queue.pool.query(
    "update howdah.crontab_versions set last_seen_at = now() - interval '61 minutes' where number = 2",
  );
  await announceSchedules(queue.pool, older);
  assert.equal((await seen()).length, 2);
  await announceSchedules(queue.pool, newer);
  assert.equal((await seen()).length, 2);
});

test('processes that announce the same entries at once do not fail', async () => {
  const schedules = parse('* * * * * strict ?id=a\n* * * * * strict ?id=b\n* * * * * strict ?id=c');
  await Promise.all(Array.from({ length: 8 }, () => announceSchedules(queue.pool, schedules)));
  assert.equal((await readSchedules()).length, 3);
});

test('missed ticks are made up for once, with any number of workers, in the queue of their entry', async () => {
  const schedules = parse('* * * * * strict ?queue=critical {n: 1}');
  await wasKnown('graphile_worker_critical', 'strict', 3);
  await Promise.all([start(schedules), start(schedules), start(schedules)]);
  await waitFor('three ticks to run', () => runs.length >= 3);
  await waitFor('nothing to be left', async () => {
    const { rows } = await queue.pool.query("select from howdah.jobs where state <> 'completed'");
    return rows.length === 0;
  });
  const ticks = runs.map(({ cron }) => cron?.at.toISOString());
  assert.equal(new Set(ticks).size, runs.length, `a tick ran twice: ${ticks}`);
  for (const { queue: name, payload, cron } of runs) {
    assert.deepEqual({ name, payload }, { name: 'critical', payload: { n: 1 } });
    assert.equal(typeof cron?.isBackfilled, 'boolean');
  }
  assert.ok(runs.filter(({ cron }) => cron?.isBackfilled).length >= 2);
  const { rows } = await queue.pool.query('select from graphile_worker._private_known_crontabs');
  assert.equal(rows.length, 0);
});

test('ticks missed longer ago than the entry’s fill are not made up for', async () => {
  await wasKnown('graphile_worker', 'strict', 4);
  await wasKnown('graphile_worker', 'other', 4);
  await start(parse('* * * * * strict ?fill=0s\n* * * * * strict ?id=other&fill=2m'));
  await waitFor('the others to run', () => runs.length >= 2);
  const { rows } = await queue.pool.query(
    `select from howdah.jobs where (payload -> '_cron' ->> 'backfilled')::boolean`,
  );
  assert.ok(rows.length <= 2, `${rows.length} ticks were made up for`);
});

for (const fault of FAULTS) {
  test(`${fault} at the statement that enqueues a tick loses none and doubles none`, async () => {
    await installFaults(queue.pool);
    await wasKnown('graphile_worker', 'strict', 3);
    await arm(queue.pool, 'cron', fault);
    await start(parse('* * * * * strict'));
    await waitFor('the missed ticks to run', () => runs.length >= 3);
    assert.ok(await hasStruck(queue.pool));
    const ticks = runs.map(({ cron }) => cron?.at.toISOString());
    assert.equal(new Set(ticks).size, runs.length, `a tick ran twice: ${ticks}`);
  });
}

test('a job of an entry has the retries of its task', async () => {
  await wasKnown('graphile_worker', 'strict', 1);
  await start(parse('* * * * * strict'));
  await waitFor('a tick to run', () => runs.length >= 1);
  const { rows } = await waitFor('its history', async () => {
    const found = await queue.pool.query<{ max_attempts: number }>(
      'select max_attempts from howdah.job_history',
    );
    return found.rows.length > 0 ? found : undefined;
  });
  assert.equal(rows[0]?.max_attempts, 26);
});

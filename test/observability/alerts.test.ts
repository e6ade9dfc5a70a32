import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import pg from 'pg';
import { bind } from '../../src/tasks/bind.ts';
import { SkipRetry } from '../../src/tasks/outcomes.ts';
import { FakeGate } from '../support/fake-gate.ts';
import { spin } from '../support/spin.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import { readAlertRules } from './alert-rules.ts';
import { DEAD_ROWS, leaveDeadRows } from './dead-rows.ts';
import { holdSnapshot } from './hold-snapshot.ts';
import { fire, scaled, type Trouble } from './trouble.ts';
import { openWatchedQueue, type WatchedQueue } from './watched-queue.ts';

const works = testTask('works');
const fails = testTask('fails', { maxRetries: 0 });
const retries = testTask('retries');
const hangs = testTask('hangs');
const spins = testTask('spins');
const deaf = testTask('deaf', { timeoutMs: 100 });
const mails = testTask('mails');

const MINUTE_MS = 60_000;
const QUEUE = { queue: 'default' };

let queue: WatchedQueue;
let proxy: TcpProxy;
/** What the test opened, closed in reverse. */
let opened: AsyncDisposableStack;
let letGo: () => void;
let gate: FakeGate;
beforeEach(async () => {
  opened = new AsyncDisposableStack();
  const { promise: released, resolve } = Promise.withResolvers<void>();
  letGo = resolve;
  gate = new FakeGate();
  queue = await openWatchedQueue({
    handlers: [
      [works, async () => {}],
      [fails, () => Promise.reject(new SkipRetry('no use'))],
      [retries, () => Promise.reject(new Error('not yet'))],
      [hangs, () => released],
      [spins, async () => spin(1_500)],
      [deaf, () => released, { abandonAfterMs: 200 }],
    ],
    gated: [{ ...bind(mails, async () => {}), gate }],
    metricsPool: openProxiedPool,
    readTimeoutMs: 500,
  });
  opened.defer(() => queue.close());
});
afterEach(async () => {
  letGo();
  proxy.unblock();
  await opened.disposeAsync();
});

async function openProxiedPool(connectionString: string): Promise<pg.Pool> {
  proxy = await startTcpProxy(connectionString);
  const pool = new pg.Pool({ connectionString: proxy.url, application_name: 'scrapes' });
  pool.on('error', () => {});
  opened.defer(async () => {
    await pool.end();
    await proxy.stop();
  });
  return pool;
}

const TROUBLES: Record<string, Trouble> = {
  HowdahDatabaseDown: {
    happens: async () => proxy.block(),
    labels: {},
    isMended: async () => {
      proxy.unblock();
      await untilScrape('an answer', 'howdah_database_up', (value) => value === 1);
    },
  },
  HowdahQueueWithoutWorkers: {
    given: () => queue.start(),
    happens: () => queue.pool.query("update howdah.runners set retired_at = now() where queue = 'default'"),
    labels: QUEUE,
    isMended: () => untilScrape('a runner in its place', 'howdah_queue_workers', (value) => value > 0),
  },
  HowdahJobsWaitTooLong: {
    happens: () => enqueue(works, { agoMs: 5 * MINUTE_MS + 1_000 }),
    labels: QUEUE,
    isMended: () => queue.pool.query("select howdah.pause_queue('default')"),
  },
  HowdahQueueSaturated: {
    given: () => queue.start(1),
    happens: async () => {
      await enqueue(hangs);
      await untilScrape('it to run', 'howdah_queue_running', (value) => value === 1);
      await enqueue(works, { agoMs: 31_000 });
    },
    labels: QUEUE,
    isMended: async () => {
      letGo();
      await untilScrape('all to be done', 'howdah_queue_running', (value) => value === 0);
    },
  },
  HowdahSlowPickUp: {
    happens: async () => {
      const id = await enqueue(works);
      await queue.pool.query(
        "update graphile_worker._private_jobs set created_at = now() - interval '2 minutes', run_at = now() - interval '2 minutes'",
      );
      await queue.start();
      await queue.untilState(id, 'completed');
    },
    labels: QUEUE,
    isMended: () => enqueue(works, { until: 'completed' }),
  },
  HowdahQueuePaused: {
    happens: () => queue.pool.query("select howdah.pause_queue('default')"),
    labels: QUEUE,
    isMended: () => queue.pool.query("select howdah.resume_queue('default')"),
  },
  HowdahJobsDiscarded: {
    given: () => queue.start(),
    happens: () => enqueue(fails, { until: 'discarded' }),
    labels: { ...QUEUE, task: 'fails' },
  },
  HowdahManyRunsFail: {
    given: () => queue.start(),
    happens: () => enqueue(retries, { until: 'retryable' }),
    labels: { ...QUEUE, task: 'retries' },
    isMended: () => enqueue(works, { until: 'completed' }),
  },
  HowdahJobsRescued: {
    happens: async () => {
      const victim = await startWorkerProcess(queue.database.connectionString);
      await enqueue(hangs);
      await waitFor('the victim to run it', () => victim.started().length === 1);
      victim.signal('SIGKILL');
      await victim.exited;
      await queue.start();
      await untilScrape('a rescue', 'howdah_jobs_rescued_total', (value) => value === 1);
    },
    labels: { ...QUEUE, task: 'hangs' },
  },
  HowdahEndsNotWritten: {
    given: () => queue.start(),
    happens: async () => {
      await queue.pool.query(`
        create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$;
        create trigger a_refuse before delete on graphile_worker._private_jobs
        for each row execute function public.refuse()`);
      await enqueue(works);
      await untilScrape('an end to be owed', 'howdah_ends_outstanding', (value) => value === 1);
    },
    labels: QUEUE,
    isMended: async () => {
      await queue.pool.query('drop trigger a_refuse on graphile_worker._private_jobs');
      await untilScrape('it to be written', 'howdah_ends_outstanding', (value) => value === 0);
    },
  },
  HowdahRunsNotRecorded: {
    happens: async () => {
      const victim = await startWorkerProcess(queue.database.connectionString);
      await enqueue(hangs);
      await waitFor('a heartbeat to name it', async () => {
        const { rows } = await queue.pool.query('select from howdah.runners where running <> $1', [[]]);
        return rows.length > 0;
      });
      victim.signal('SIGKILL');
      await victim.exited;
      await queue.start();
      await untilScrape('a rescue', 'howdah_jobs_unrecorded_total', (value) => value === 1);
    },
    labels: { ...QUEUE, task: 'hangs' },
  },
  HowdahWorkersBlocked: {
    happens: async () => {
      await queue.pool.query('create table public.timed_runs (job_id bigint, attempt integer, pid integer)');
      const worker = await startWorkerProcess(queue.database.connectionString);
      opened.defer(async () => void (await worker.exited));
      opened.defer(() => worker.signal('SIGKILL'));
      await queue.distributor.distribute(queue.pool, spins, { ms: 6_000 }, { queue: 'default' });
      await untilScrape('a blocked worker', 'howdah_queue_blocked_workers', (value) => value === 1);
    },
    labels: QUEUE,
    isMended: () => untilScrape('none', 'howdah_queue_blocked_workers', (value) => value === 0),
  },
  HowdahLoopBlocksOften: {
    given: () => queue.start(),
    happens: async () => {
      for (let i = 0; i < 5; i++) await enqueue(spins, { until: 'completed' }); // 7.5 s of 60
      await untilScrape('all blocks', 'howdah_loop_blocked_seconds_total', (value) => value > 6);
    },
    labels: {},
  },
  HowdahRunsIgnoreSignal: {
    given: () => queue.start(),
    happens: async () => {
      await enqueue(deaf);
      await untilScrape('a handler to go on', 'howdah_queue_abandoned_runs', (value) => value === 1);
    },
    labels: QUEUE,
    isMended: async () => {
      letGo();
      await untilScrape('its end', 'howdah_queue_abandoned_runs', (value) => value === 0);
    },
  },
  HowdahRunsAbandoned: {
    given: () => queue.start(),
    happens: async () => {
      await enqueue(deaf);
      await untilScrape('a handler to be left behind', 'howdah_jobs_abandoned', (value) => value === 1);
    },
    labels: { ...QUEUE, task: 'deaf' },
    isMended: async () => {
      letGo();
      await untilScrape('its end', 'howdah_jobs_abandoned', (value) => value === 0);
    },
  },
  HowdahBrokerDown: {
    given: () => queue.start(),
    happens: async () => {
      gate.shut();
      await untilScrape('the register to know', 'howdah_broker_down_workers', (value) => value === 1);
    },
    labels: { broker: 'rabbitmq' },
    isMended: async () => {
      gate.open();
      await untilScrape('the register to know', 'howdah_broker_down_workers', (value) => value === 0);
    },
  },
  HowdahUpkeepOverdue: {
    happens: () =>
      queue.pool.query(`select howdah.begin_upkeep('audit_log', 3600000, 90000, 'h', 1);
        update howdah.upkeep_turns set started_at = now() - interval '4300 seconds'`),
    labels: { kind: 'audit_log' },
    isMended: () => queue.pool.query("select howdah.end_upkeep('audit_log', 1, 0, false, null)"),
  },
  HowdahSourceHindered: {
    happens: () => queue.pool.query("select howdah.announce_source('kafka:users', 'works', 'bank')"),
    labels: { source: 'kafka:users' },
    isMended: () => queue.pool.query("select howdah.pause_source('kafka:users')"),
  },
  HowdahVacuumHeldBack: {
    happens: async () => {
      await openSnapshot();
      await untilScrape('some age', 'howdah_vacuum_held_back_seconds', (value) => value > 0.1);
    },
    labels: {},
    isMended: () => closeSnapshot(),
    limit: ['> 600', '> 0.1'],
  },
  HowdahVacuumFarBehind: {
    happens: async () => {
      await openSnapshot();
      for (let i = 0; i <= 10; i++) await queue.pool.query('select pg_current_xact_id()');
    },
    labels: {},
    isMended: () => closeSnapshot(),
    limit: ['> 1000000', '> 10'],
  },
  HowdahJobTableBloated: {
    happens: async () => {
      await leaveDeadRows(queue.pool);
      await untilScrape('dead rows', 'howdah_queue_dead_tuples', (value) => value >= DEAD_ROWS);
    },
    labels: QUEUE,
    isMended: async () => {
      await queue.pool.query('vacuum graphile_worker._private_jobs');
      await untilScrape('none', 'howdah_queue_dead_tuples', (value) => value < DEAD_ROWS);
    },
  },
};

describe('an alert', () => {
  const rules = readAlertRules();

  test('is there for every trouble, and a trouble for every alert', () => {
    const tried = ['HowdahNotScraped', ...Object.keys(TROUBLES)];
    assert.deepEqual(rules.map(({ name }) => name).sort(), tried.sort());
  });

  for (const rule of rules) {
    const trouble = TROUBLES[rule.name];
    if (!trouble) continue;
    test(`${rule.name} is silent, fires for whom it should, and is silent again`, async () => {
      const expression = scaled(rule, trouble);
      await trouble.given?.();
      const quiet = await queue.scrape();
      assert.deepEqual(fire(expression, quiet, await queue.scrape()), []);
      await trouble.happens();
      const troubled = await queue.scrape();
      assert.deepEqual(
        fire(expression, quiet, troubled).map(({ labels }) => labels),
        [trouble.labels],
      );
      await trouble.isMended?.();
      const mended = await queue.scrape();
      assert.deepEqual(fire(expression, mended.length > 0 ? troubled : [], mended), []);
    });
  }

  test('HowdahNotScraped fires when there is no scrape at all', async () => {
    const expression = rules.find(({ name }) => name === 'HowdahNotScraped')?.expression ?? '';
    assert.equal(fire(expression, [], []).length, 1);
    assert.deepEqual(fire(expression, [], await queue.scrape()), []);
  });

  test('does not fire for a service that is well', async () => {
    await queue.start();
    const before = await queue.scrape();
    await enqueue(works, { until: 'completed' });
    const now = await queue.scrape();
    assert.deepEqual(
      rules.filter(({ expression }) => fire(expression, before, now).length > 0),
      [],
    );
  });
});

/** Waits until a series of the queue `default`, or one of no queue, has such a value in a scrape. */
function untilScrape(what: string, metric: string, isSo: (value: number) => boolean): Promise<unknown> {
  return waitFor(what, async () =>
    (await queue.scrape()).some(
      ({ name, labels, value }) =>
        name === metric && (labels['queue'] ?? 'default') === 'default' && isSo(value),
    ),
  );
}

async function enqueue(
  task: typeof works,
  { agoMs = 0, until }: { agoMs?: number; until?: string } = {},
): Promise<string> {
  const runAt = new Date(Date.now() - agoMs);
  const { id } = await queue.distributor.distribute(queue.pool, task, {}, { queue: 'default', runAt });
  if (until !== undefined) await queue.untilState(id, until);
  return id;
}

let closeSnapshot: () => Promise<void>;

async function openSnapshot(): Promise<void> {
  closeSnapshot = await holdSnapshot(queue.database.connectionString);
}

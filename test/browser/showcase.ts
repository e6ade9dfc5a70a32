import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createHowdah, defineApp, defineHandle, defineTask, startWorker } from '../../src/index.ts';
import type { TestDashboard } from '../dashboard/open-dashboard.ts';

const handle = defineHandle();
const account = z.strictObject({ account: z.string() });

const receipt = defineTask({ name: 'mail_receipt', payload: account, queue: 'critical', maxRetries: 10 });
const offer = defineTask({ name: 'mail_offer', payload: account, maxRetries: 3 });
const charge = defineTask({
  name: 'charge_card',
  payload: z.strictObject({ order: z.int(), cents: z.int().min(1), currency: z.enum(['EUR', 'USD']) }),
  queue: 'critical',
  maxRetries: 5,
});
const statement = defineTask({ name: 'render_statement', payload: account, queue: 'reports', maxRetries: 2 });

const app = defineApp({
  name: 'shop',
  tasks: [
    handle(receipt, () => sleep(40)),
    handle(offer, async ({ account: name }) => {
      await sleep(30);
      if (name.startsWith('gone')) throw new Error(`550 5.1.1 <${name}@example.com>: no such mailbox`);
    }),
    handle(charge, async ({ order }) => {
      await sleep(60);
      if (order % 17 === 0) throw new Error(`card of order ${order} was declined: insufficient funds`);
      return { receipt: `r-${order}` };
    }),
    handle(statement, async (_, { progress, signal }) => {
      for (let percent = 10; percent <= 90; percent += 20) {
        await progress(percent, `page ${percent / 10} of 10`);
        await sleep(400, undefined, { signal });
      }
      await sleep(600_000, undefined, { signal });
    }),
  ],
});

/** A shop's queues at work, for pictures: two that keep up, one that is full, and mails that bounce. */
export async function startShowcase(dashboard: TestDashboard) {
  const { connectionString, pool } = dashboard;
  const worker = await startWorker({ app, connectionString, queues: 'critical:8,default:4,reports:2' });
  const howdah = createHowdah({ connectionString, app });
  await chartHistory(dashboard);
  await howdah.enqueueMany(
    pool,
    Array.from({ length: 160 }, (_, n) => ({
      task: charge,
      payload: { order: n + 1, cents: 990 + n, currency: 'EUR' as const },
    })),
  );
  await howdah.enqueueMany(
    pool,
    Array.from({ length: 60 }, (_, n) => ({
      task: n % 3 === 0 ? offer : receipt,
      payload: { account: n % 6 === 0 ? `gone${n}` : `customer${n}` },
      ...(n % 6 === 0 ? { options: { maxRetries: n % 12 === 0 ? 0 : 3 } } : {}),
    })),
  );
  await howdah.enqueueMany(
    pool,
    Array.from({ length: 30 }, (_, n) => ({ task: statement, payload: { account: `customer${n}` } })),
  );
  await howdah.enqueueMany(
    pool,
    Array.from({ length: 25 }, (_, n) => ({
      task: offer,
      payload: { account: `later${n}` },
      options: { delayMs: 3_600_000 },
    })),
  );
  await scheduleAndListen(dashboard);
  await waitUntilDone(dashboard);
  await pool.query(
    `update graphile_worker_reports._private_jobs set created_at = now() - interval '7 minutes', run_at = now() - interval '7 minutes'
     where locked_at is null`,
  );
  return {
    async [Symbol.asyncDispose]() {
      await howdah.close();
      await worker.stop({ timeoutMs: 100 });
    },
  };
}

/** What runs by the clock, a topic whose messages become jobs, and what somebody did by hand. */
async function scheduleAndListen({ pool, as }: TestDashboard): Promise<void> {
  await pool.query(
    `insert into howdah.cron_entries (identifier, task, queue, cron, payload)
     values ('monthly_statements', 'render_statement', 'reports', '0 5 1 * *', '{"account": "all"}'),
            ('offers', 'mail_offer', 'default', '*/30 8-18 * * 1-5', '{"account": "newest"}')`,
  );
  await pool.query(`select howdah.announce_source('kafka:users.v1', 'mail_offer', 'shop')`);
  const admin = as('admin');
  await admin.submit('/dashboard/queues/default/pause', {
    back: 'queues',
    reason: 'the mail provider is down',
  });
  await admin.submit('/dashboard/queues/default/resume', { back: 'queues' });
  await admin.submit('/dashboard/queues/critical/limit', { back: 'queues', limit: '6' });
}

/** An hour as a worker would have counted it. */
async function chartHistory({ pool }: TestDashboard): Promise<void> {
  await pool.query(`
    insert into howdah.chart_tasks (step, at, queue, task, completed, failed, discarded, waits, runs)
    select interval '1 minute', date_trunc('minute', now()) - make_interval(mins => m), t.queue, t.task,
           (t.rate * (1 + 0.6 * sin(m / 9.0) + 0.2 * sin(m * 1.7)))::integer,
           case when t.task = 'mail_offer' then greatest(0, 40 - m * 2) else m % 3 end,
           case when t.task = 'mail_offer' then greatest(0, 12 - m) else 0 end,
           howdah.duration_histogram(array[14, 18, 24 + greatest(0, 16 - m)], array[60, 30, 12]::bigint[]),
           howdah.duration_histogram(array[20, 24, 30], array[50, 40, 9]::bigint[])
    from generate_series(2, 62) m
    cross join (values ('critical', 'charge_card', 900), ('critical', 'mail_receipt', 500),
                       ('default', 'mail_offer', 400), ('reports', 'render_statement', 6)) t (queue, task, rate)
    on conflict do nothing`);
  await pool.query(`
    insert into howdah.chart_queues (step, at, queue, available, scheduled, retryable, running, oldest_wait_seconds)
    select interval '1 minute', date_trunc('minute', now()) - make_interval(mins => m), q.queue,
           greatest(0, (q.depth * (1 + 0.8 * sin(m / 7.0)))::integer), 25, m % 4, q.running, 0
    from generate_series(2, 62) m
    cross join (values ('critical', 40, 7), ('default', 12, 3), ('reports', 30, 2)) q (queue, depth, running)
    on conflict do nothing`);
}

async function waitUntilDone({ pool }: TestDashboard): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const { rows } = await pool.query<{ n: number }>(
      `select sum(available + running)::int as n from howdah.queue_stats() where queue <> 'reports'`,
    );
    if (rows[0]?.n === 0) return;
    await sleep(200);
  }
  throw new Error('the showcase did not come to rest within a minute');
}

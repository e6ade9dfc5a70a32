/**
 * A worker process for tests that kill it. What its tasks do, and say on standard output:
 *
 * - `hangs` says `started <id>` and never ends, whatever its signal says; it passes on `aborted <id> <reason>`;
 * - `stubborn` does the same until its signal fires, and then succeeds, or throws where the payload says `throws`;
 * - `spins` says `started <id>`, keeps the event loop from turning for the payload's `ms`, or until there is a file `until`,
 *   writes a row to the table `public.timed_runs`, and says `spun <id>`; it naps meanwhile, so that others have the processor,
 *   unless the payload says `computes`;
 * - `kills` ends the process as a crash would;
 * - `works` says `worked <id>`;
 * - `is_timed` takes the payload's `ms`, and writes when to the table `public.timed_runs` of the test.
 *
 * Arguments: connection string, concurrency, and where there is more than the queue `default` the queues as in QUEUES.
 */
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { parseQueues } from '../../src/config/settings/queue-setting.ts';
import { openDatabase } from '../../src/db/connections/open-database.ts';
import { createEventHub } from '../../src/observability/event-hub.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { bind } from '../../src/tasks/bind.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { startProcessor } from '../../src/work/processor.ts';

const connectionString = process.argv[2] ?? '';
const concurrency = Number(process.argv[3] ?? 2);
const queues = parseQueues(process.argv[4] ?? `default:${concurrency}`);
const NAP_MS = 20;
const payload = z.looseObject({
  ms: z.number().optional(),
  throws: z.boolean().optional(),
  until: z.string().optional(),
  computes: z.boolean().optional(),
});
const { db } = openDatabase({ connectionString, applicationName: 'timed runs', maxConnections: 20 });

function say(words: string): void {
  process.stdout.write(`${words}\n`);
}

/** The event loop stands still all the same. */
function napWithoutTurning(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, NAP_MS);
}

function sayWhenAborted(id: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      say(`aborted ${id} ${signal.reason.name}`);
      resolve();
    });
  });
}

const tasks = [
  bind(defineTask({ name: 'hangs', payload }), (_, { job, signal }) => {
    say(`started ${job.id}`);
    void sayWhenAborted(job.id, signal);
    return new Promise<void>(() => {});
  }),
  bind(defineTask({ name: 'stubborn', payload }), async ({ throws }, { job, signal }) => {
    say(`started ${job.id}`);
    await sayWhenAborted(job.id, signal);
    if (throws) throw new Error('it was to throw');
  }),
  bind(defineTask({ name: 'spins', payload }), async ({ ms = 0, until = '', computes = false }, { job }) => {
    say(`started ${job.id}`);
    const endsAt = performance.now() + ms;
    while (performance.now() < endsAt && !existsSync(until)) if (!computes) napWithoutTurning();
    const run = [job.id, job.attempt, process.pid];
    await db.query('insert into public.timed_runs (job_id, attempt, pid) values ($1, $2, $3)', run);
    say(`spun ${job.id}`);
  }),
  bind(defineTask({ name: 'kills', payload }), async () => {
    process.kill(process.pid, 'SIGKILL');
  }),
  bind(defineTask({ name: 'works', payload }), async (_, { job }) => say(`worked ${job.id}`)),
  bind(defineTask({ name: 'is_timed', payload }), async ({ ms = 0 }, { job }) => {
    const run = [job.id, job.attempt, process.pid];
    await db.query('insert into public.timed_runs (job_id, attempt, pid) values ($1, $2, $3)', run);
    await delay(ms);
    await db.query(
      `update public.timed_runs set ended_at = clock_timestamp()
       where job_id = $1 and attempt = $2 and pid = $3`,
      run,
    );
  }),
];

const processor = await startProcessor({
  connectionString,
  queues,
  tasks: new Map(tasks.map((task) => [task.definition.name, task])),
  services: {},
  events: createEventHub(),
  log: createLogger({ level: 'warn' }),
});
process.once('SIGTERM', async () => {
  await processor.stop(20_000);
  process.exit();
});
say('ready');

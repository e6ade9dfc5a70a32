import { z } from 'zod';
import { type DatabaseHandle, openDatabase } from '../../src/db/connections/open-database.ts';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import type { Howdah } from '../../src/howdah/howdah.ts';
import { createApp } from '../../src/http/app.ts';
import { createClient } from '../../src/http/client.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { catalogue } from '../support/bank-catalogue.ts';
import { createTestLogin, type TestLogin } from '../support/test-login.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { createCommandLineDriver } from './command-line-driver.ts';
import type { Driver } from './driver.ts';
import { createHttpDriver } from './http-driver.ts';
import { createSqlDriver } from './sql-driver.ts';
import { createTypeScriptDriver } from './typescript-driver.ts';

/** The sides from which every scenario is played. */
export const DRIVERS = ['SQL', 'HTTP', 'TypeScript', 'command line'] as const;
export type DriverName = (typeof DRIVERS)[number];

/** Those that can enqueue a batch. */
export const BATCH_DRIVERS = DRIVERS.filter((name) => name !== 'command line');

/** Any object is a payload; all that can be left out of a definition is. */
export const works = testTask('works', { queue: 'default' });

/** A task with settings of its own and a payload that can be wrong in many ways. */
export const mails = defineTask<unknown>({
  name: 'mails',
  queue: 'critical',
  maxRetries: 7,
  timeoutMs: 45_000,
  payload: z.strictObject({
    who: z.string().min(1).max(20),
    count: z.int().min(1).max(9).optional(),
    tone: z.enum(['formal', 'warm']).optional(),
  }),
});

/** Any JSON is a payload. */
export const takesAny = defineTask<unknown>({ name: 'takes_any', payload: z.unknown() });

/** Its jobs go in the order of a field. */
export const ordered = testTask('ordered', { orderBy: 'account' });

const TOKEN = 'the-operator-for-conformance';

/** One database and all drivers on it. */
export interface Stage extends TestQueue {
  readonly drivers: Readonly<Record<DriverName, Driver>>;
  /** No job, no history, no pause and no limit. */
  clear(): Promise<void>;
}

/** The SQL driver is logged in as somebody with Howdah's roles and no other right. */
export async function openStage(): Promise<Stage> {
  const queue = await openTestQueue([
    [works, async () => {}],
    [mails, async () => {}],
    [takesAny, async () => {}],
    [ordered, async () => {}],
  ]);
  const { connectionString } = queue.database;
  process.env['DATABASE_URL'] = connectionString;
  const handle = openDatabase({ connectionString, applicationName: 'conformance' });
  const howdah = createHowdah({ connectionString });
  const login = await createTestLogin(queue.database, queue.pool, ['howdah_producer', 'howdah_operator']);
  return {
    ...queue,
    drivers: createDrivers(queue, handle, { login, howdah }),
    async clear() {
      for (const schema of ['graphile_worker', 'graphile_worker_critical'])
        await queue.pool.query(`delete from ${schema}._private_jobs`);
      await queue.pool.query(
        `truncate howdah.job_history, howdah.job_errors, howdah.job_outcomes, howdah.queue_settings, howdah.runners,
                  howdah.sequence_jobs, howdah.sequences, howdah.unique_locks, howdah.cron_entries`,
      );
    },
    async close() {
      await howdah.close();
      await handle.close();
      await login.drop();
      await queue.close();
    },
  };
}

function createDrivers(
  queue: TestQueue,
  { db }: DatabaseHandle,
  { login, howdah }: { login: TestLogin; howdah: Howdah },
): Stage['drivers'] {
  const { distributor, events } = queue;
  const app = createApp({
    ...{
      db,
      schema: 'howdah',
      distributor,
      events,
      log: createLogger({ level: 'silent' }),
      adminToken: TOKEN,
    },
    publicUrl: () => 'http://127.0.0.1',
    catalogue,
    checkReadiness: async () => ({ ready: true, checks: {} }),
  });
  const fetch = async (input: string | URL | Request, init?: RequestInit) => app.request(input, init);
  return {
    SQL: createSqlDriver(login.pool),
    HTTP: createHttpDriver(createClient('http://127.0.0.1', TOKEN, { fetch })),
    TypeScript: createTypeScriptDriver({ howdah, db, tasks: [works, mails, takesAny, ordered] }),
    'command line': createCommandLineDriver(),
  };
}

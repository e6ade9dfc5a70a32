/**
 * A worker process for tests of exactly-once effects: the task `pays` writes a row and completes its job in one
 * transaction, and kills its process at the moment the second argument names: `before-commit` or `after-commit`.
 */
import { z } from 'zod';
import { createEventHub } from '../../src/observability/event-hub.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { bind } from '../../src/tasks/bind.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { startProcessor } from '../../src/work/processor.ts';
import { openClient } from './open-client.ts';

const [connectionString = '', moment = ''] = process.argv.slice(2);

const pays = bind(
  defineTask({ name: 'pays', payload: z.looseObject({}) }),
  async (_, { job, completeInTransaction }) => {
    const client = await openClient(connectionString);
    await client.query('begin');
    await client.query('insert into payments (job_id, worker) values ($1, $2)', [job.id, process.pid]);
    await completeInTransaction(client, { paidBy: process.pid });
    if (moment === 'before-commit') await die();
    await client.query('commit');
    if (moment === 'after-commit') await die();
    await client.end();
  },
);

/** Nothing runs after this. */
function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
}

await startProcessor({
  connectionString,
  queues: [{ name: 'default', concurrency: 1 }],
  tasks: new Map([[pays.definition.name, pays]]),
  services: {},
  events: createEventHub(),
  log: createLogger({ level: 'error' }),
});

import pg from 'pg';
import { z } from 'zod';
import { bind } from '../../../src/tasks/bind.ts';
import { defineTask } from '../../../src/tasks/define-task.ts';

const payload = z.strictObject({ url: z.string(), commits: z.boolean() });

/** Tells how far it is, logs, and completes its job in a transaction of a connection of its own. */
export default bind(
  defineTask({ name: 'tells_apart', payload }),
  async ({ url, commits }, { job, log, progress, services, completeInTransaction }) => {
    progress(40, 'under way');
    log.info({ has_services: services !== undefined }, 'from the thread');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('begin');
    await client.query('insert into public.effects (job_id) values ($1)', [job.id]);
    await completeInTransaction(client, { done: true });
    await client.query(commits ? 'commit' : 'rollback');
    await client.end();
    if (!commits) throw new Error('rolled back');
  },
  { isolate: 'thread' },
);

import type { Servers } from '../servers.ts';

/** Jobs that a statement adds. */
const STEP = 100_000;

/** One in so many live jobs waits for a retry with an error of its own, another for its time. */
const RETRYING = 10;
const LATER = 7;

/** So many live jobs in three queues: waiting, for later, and failed with messages that differ in numbers and addresses only. */
export async function seedLive(servers: Servers, url: string, count: number): Promise<void> {
  for (let done = 0; done < count; done += STEP) {
    const size = Math.min(STEP, count - done);
    for (const [schema, task, share] of [
      ['graphile_worker', 'mail_offer', 0.5],
      ['graphile_worker_critical', 'charge_card', 0.3],
      ['graphile_worker_reports', 'render_statement', 0.2],
    ] as const) {
      await servers.query(
        url,
        `insert into ${schema}._private_jobs (id, task_id, payload, run_at, created_at, max_attempts, attempts, last_error)
         select nextval('howdah.job_id_seq'),
                (select id from ${schema}._private_tasks where identifier = '${task}'),
                json_build_object('account', 'customer' || (${done} + n)),
                now() + case when n % ${LATER} = 0 or n % ${RETRYING} = 0 then n * interval '1 second' else -n * interval '10 milliseconds' end,
                now() - interval '1 hour' + n * interval '10 milliseconds', 5,
                case when n % ${RETRYING} = 0 then 1 + n % 3 else 0 end,
                case when n % ${RETRYING} = 0 then '550 5.1.1 <customer' || n || '@example.com>: no such mailbox, reply ' || chr(97 + n % 23) end
         from generate_series(1, ${Math.round(size * share)}) n`,
      );
    }
  }
}

/** A thousand finished jobs of several kinds, to be multiplied. */
export async function seedFinished(servers: Servers, url: string): Promise<void> {
  await servers.query(
    url,
    `insert into howdah.job_history (id, queue, task, state, priority, attempt, max_attempts, run_at, created_at, started_at, finished_at, payload, last_error)
     select nextval('howdah.job_id_seq'), (array['default', 'critical', 'reports'])[1 + n % 3],
            (array['mail_offer', 'charge_card', 'render_statement'])[1 + n % 3],
            case when n % 50 = 0 then 'discarded' else 'completed' end, 0, 1, 5, now(), now(), now(), now(),
            json_build_object('account', 'customer' || n)::text::jsonb,
            case when n % 50 = 0 then 'card of order ' || n || ' was declined: ' || chr(97 + n % 26) end
     from generate_series(1, 1000) n`,
  );
  await servers.query(url, 'vacuum analyze');
}

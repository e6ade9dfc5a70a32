import { type PgQueryable, queryRows, type SqlClient } from '../db/sql-client.ts';
import { wrapping } from '../db/wrapping.ts';
import { type NewJobRow, newJobSql, toJob } from '../look/get-job.ts';
import type { Job } from '../look/job.ts';
import { plainJob } from '../look/plain-job.ts';
import { EnqueueTogether, type GatheredJob, type GatheredRow } from './enqueue-together.ts';
import type { Actor } from './transaction-as.ts';

/**
 * The transaction's client for one enqueue through the distributor: the same statement writes the row of the audit log, by
 * whom `transactionAs` named, so that it costs no round trip. A refused duplicate is not recorded.
 *
 * @param tasks names of the jobs' tasks, for the row
 */
export function recordedEnqueue(tx: SqlClient, tasks: readonly string[]): PgQueryable {
  return {
    async query(text, values) {
      const rows = await queryRows(tx, recorded(text, values.length), [...values, JSON.stringify(tasks)]);
      return { rows };
    },
  };
}

/** A job that is to run at once, without any other option than these. */
interface PlainOne extends Pick<GatheredJob, 'payload' | 'priority'> {
  /** Null for the task's. */
  queue: string | null;
  maxRetries: number | null;
  /** Whether its task may be one that nobody announced. */
  allowsUnknown: boolean;
}

/** One job that is to be enqueued. */
export interface WantedOne {
  task: string;
  /** For whom. @default by whom the transaction says */
  actor?: Actor | undefined;
  /** Whether its task gives its jobs an order, which keeps them from going together with others. @default no */
  isOrdered?: boolean;
  /** What the statement's values say of the job, where that and the answer are all there is to say. */
  readPlain(values: readonly unknown[]): PlainOne | undefined;
  /** Told what was written; not called for a refused duplicate. */
  told(job: Job): void;
}

/**
 * The same for the enqueue of a single job, of which the statement tells everything at once, and which needs no transaction
 * around it. It does without what the other needs for many, which costs more than a job does.
 */
export function recordedOne(
  tx: SqlClient,
  { task, actor, isOrdered = false, readPlain, told }: WantedOne,
): PgQueryable {
  return {
    async query(text, values) {
      const plain = readPlain(values);
      const one = (plain ? recordedPlain : recordedAlone)(text, values.length);
      const more = [task, actor?.name, actor?.requestId];
      const send = () => queryRows<WrittenRow>(tx, one, [...values, ...more]);
      const rows = await (plain && actor && !isOrdered
        ? sendWithOthers(tx, { ...plain, task, actor }, send)
        : send());
      for (const row of rows) {
        if (row.job) told(toJob(row.job));
        else if (plain) told(plainJob({ ...plain, ...written(row), task }));
      }
      return { rows };
    },
  };
}

/** Together with what others enqueue at the same time, where the client can and the job is one of those that may. */
async function sendWithOthers(
  tx: SqlClient,
  { queue, maxRetries, allowsUnknown, ...job }: PlainOne & Pick<GatheredJob, 'task' | 'actor'>,
  send: () => Promise<WrittenRow[]>,
): Promise<WrittenRow[]> {
  const isOne = tx instanceof EnqueueTogether && queue !== null && maxRetries !== null && !allowsUnknown;
  if (!isOne) return send();
  const alone = async () => (await send())[0] as GatheredRow;
  return [await tx.enqueue({ ...job, queue, maxRetries }, alone)];
}

/** Of the distributor's, with what is beside it here. */
interface WrittenRow {
  id: string;
  queue: string;
  /** Milliseconds since 1970. */
  due: string;
  retries: string;
  job?: NewJobRow | null;
}

function written({ id, queue, due, retries }: WrittenRow) {
  return { id, queue, enqueuedAt: new Date(Number(due)), maxAttempts: Number(retries) + 1 };
}

const recorded = wrapping(
  (enqueue, valueCount) => `
    with enqueued as materialized (select given.*, row_number() over () as place from (${enqueue}) given),
    recorded as materialized (
      select howdah.record_change(
               'jobs.enqueue', array_agg(e.id::bigint order by e.place),
               jsonb_build_object('tasks', $${valueCount + 1}::jsonb, 'queues', jsonb_agg(distinct e.queue))
             )::text as record
      from enqueued e where e.duplicate = 'false' having count(*) > 0)
    select enqueued.*, recorded.* from enqueued left join recorded on true order by enqueued.place`,
);

/** SQL for the record of what `enqueued` says was written. */
const recordOf = (valueCount: number) => `
  case when enqueued.duplicate = 'false' then
    howdah.record_change('jobs.enqueue', array[enqueued.id::bigint],
                         jsonb_build_object('tasks', jsonb_build_array($${valueCount + 1}::text),
                                            'queues', jsonb_build_array(enqueued.queue)),
                         $${valueCount + 2}::text, $${valueCount + 3}::text)::text
  end as record`;

/** The job is read back only where its task puts it in an order: it may wait there, in a sequence that nobody named. */
const recordedPlain = wrapping(
  (enqueue, valueCount) => `
    select enqueued.*, ${recordOf(valueCount)},
           case when (select t.order_by from howdah.tasks t where t.name = $${valueCount + 1}::text) is not null then (
             ${newJobSql('enqueued.queue', 'enqueued.id::bigint')}) end as job
    from (${enqueue}) enqueued`,
);

const recordedAlone = wrapping(
  (enqueue, valueCount) => `
    select enqueued.*, ${recordOf(valueCount)},
           case when enqueued.duplicate = 'false' then (${newJobSql('enqueued.queue', 'enqueued.id::bigint')}) end as job
    from (${enqueue}) enqueued`,
);

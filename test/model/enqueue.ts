import type pg from 'pg';
import { TASK } from './engine-statements.ts';
import type { NewJob } from './queue-model.ts';

export interface Enqueued {
  id: string;
  isDuplicate: boolean;
}

const OPTIONS = `$1, payload => '{}', queue => $2, delay => $3::interval, max_retries => $4, priority => $5,
  retention => $6::interval, key => $7, key_mode => $8, unique_key => $9, unique_for => $10::interval, sequence => $11,
  debounce => $12::interval, max_wait => $13::interval, succeeds => $14`;

/** As any program that speaks SQL does it. */
export async function enqueue(client: pg.Client, job: NewJob): Promise<Enqueued> {
  const { rows } = await client.query<Enqueued>({
    name: 'enqueue',
    text: `select job_id::text as id, is_duplicate as "isDuplicate" from howdah.enqueue_job(${OPTIONS})`,
    values: [
      job.task ?? TASK,
      job.queue,
      milliseconds(job.delayMs),
      job.maxRetries,
      job.priority,
      milliseconds(job.retentionMs),
      job.key,
      job.keyMode,
      job.uniqueKey,
      milliseconds(job.uniqueForMs),
      job.sequence,
      milliseconds(job.debounceMs),
      milliseconds(job.maxWaitMs),
      job.succeeds,
    ],
  });
  const [row] = rows;
  if (!row) throw new Error('howdah.enqueue_job returned no row');
  return row;
}

function milliseconds(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${value} ms`;
}

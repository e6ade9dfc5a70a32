import { queryRows, type SqlClient } from '../../db/sql-client.ts';
import { type WaitLimits, Watch } from '../../look/watch.ts';

const DUE = 'select q as queue from unnest($1::text[]) q where howdah.has_due_jobs(q)';

/** Tells when queues have jobs to take. */
export class DueWatch {
  readonly #watch: Watch;

  constructor(db: SqlClient) {
    this.#watch = new Watch((queues) => readDue(db, queues));
  }

  /**
   * Resolves when the queue hands out a job, of whatever task; when the time is up, or when the signal fires.
   *
   * @throws what the database threw at the look
   */
  untilDue(queue: string, limits: WaitLimits): Promise<void> {
    return this.#watch.until(queue, limits);
  }
}

async function readDue(db: SqlClient, queues: readonly string[]): Promise<Set<string>> {
  const due = await queryRows<{ queue: string }>(db, DUE, [queues]);
  return new Set(due.map(({ queue }) => queue));
}

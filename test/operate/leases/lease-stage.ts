import type pg from 'pg';
import { openTestQueue, type TestQueue, testTask } from '../../support/test-queue.ts';
import { waitFor } from '../../support/wait-for.ts';

/** A job as a worker over HTTP gets it. */
export interface LeasedJob {
  id: string;
  run: string;
  task: string;
  attempt: number;
  payload: unknown;
}

export interface TakeOptions {
  max?: number;
  /** Runs that the worker has. @default none */
  runs?: readonly string[];
}

/** A queue whose jobs are leased: what workers over HTTP do, statement by statement. */
export class LeaseStage {
  readonly queue: TestQueue;

  private constructor(queue: TestQueue) {
    this.queue = queue;
  }

  static async open(): Promise<LeaseStage> {
    const tasks = [testTask('leased'), testTask('urgent', { queue: 'critical', maxRetries: 1 })];
    return new LeaseStage(await openTestQueue(tasks.map((task) => [task, async () => {}])));
  }

  get pool(): pg.Pool {
    return this.queue.pool;
  }

  /** @returns the id of the job */
  async put(payload: object = {}, options: object = {}): Promise<string> {
    const named = Object.entries({ task: 'leased', payload, ...options });
    const given = named.map(([name], place) => `${name} => $${place + 1}`).join(', ');
    const values = named.map(([, value]) => (typeof value === 'object' ? JSON.stringify(value) : value));
    return this.#one(`select job_id::text as value from howdah.enqueue_job(${given})`, values);
  }

  /** @returns the lease */
  async lease({ worker = 'py-1', tasks = ['leased'], max = 10, ms = 60_000 } = {}): Promise<string> {
    return this.#one('select howdah.open_lease($1, $2, $3, $4) as value', [worker, tasks, max, ms]);
  }

  async take(lease: string, { max = 10, runs = [] }: TakeOptions = {}): Promise<LeasedJob[]> {
    return this.#one('select jobs as value from howdah.take_jobs($1, $2, $3)', [lease, max, runs]);
  }

  /** A lease with one job that is put for it. */
  async takeOne(options: object = {}): Promise<{ lease: string; job: LeasedJob }> {
    const id = await this.put({}, options);
    const lease = await this.lease();
    const [job] = await this.take(lease, { max: 1 });
    if (job?.id !== id) throw new Error(`another job was taken than ${id}`);
    return { lease, job };
  }

  async extend(lease: string, runs: readonly string[] = []) {
    const { rows } = await this.pool.query('select state, cancelled, lost from howdah.extend_lease($1, $2)', [
      lease,
      runs,
    ]);
    return rows[0] as { state: { is_paused: boolean }; cancelled: string[]; lost: string[] };
  }

  async end(
    lease: string,
    run: string,
    failure: string | null = null,
    client: pg.ClientBase | pg.Pool = this.pool,
  ) {
    const { rows } = await client.query(
      'select state, is_repeat as "isRepeat" from howdah.end_leased_run($1, $2, $3)',
      [lease, run, failure],
    );
    return rows[0] as { state: string; isRepeat: boolean };
  }

  /** Has the time of a lease be over. */
  async runOut(lease: string): Promise<void> {
    await this.pool.query(`update howdah.runners set expires_at = now() - interval '1 s' where token = $1`, [
      lease,
    ]);
  }

  /** Retires who is dead, as any worker does. @returns which */
  async retireDead(): Promise<string[]> {
    const { rows } = await this.pool.query(
      `select token, howdah.retire_runner(token, because, retired_as) from howdah.dead_runners()`,
    );
    return rows.map(({ token }) => token);
  }

  /** @returns how many jobs it gave back; null when somebody stood in the way */
  async release(lease: string): Promise<number | null> {
    return this.#one('select jobs as value from howdah.release_runner($1)', [lease]);
  }

  /** The same, once nobody stands in the way: who is refused hears of it a moment before the locks of its call are gone. */
  untilReleased(lease: string): Promise<number> {
    return waitFor('the release', async () => (await this.release(lease)) ?? undefined);
  }

  /** Gives back what the dead held. */
  async rescue(): Promise<void> {
    for (const token of await this.retireDead()) await this.release(token);
  }

  async everything(jobId: string): Promise<unknown> {
    const { rows } = await this.pool.query(
      `select (select to_jsonb(j) from graphile_worker._private_jobs j where j.id = $1) as job,
              (select to_jsonb(h) from howdah.job_history h where h.id = $1) as history,
              (select to_jsonb(r) from howdah.job_reports r where r.job_id = $1) as report,
              (select to_jsonb(o) from howdah.job_outcomes o where o.job_id = $1) as outcome,
              (select jsonb_agg(e) from howdah.job_errors e where e.job_id = $1) as errors`,
      [jobId],
    );
    return rows[0];
  }

  /** Neither jobs nor leases are left. */
  async clear(): Promise<void> {
    for (const schema of ['graphile_worker', 'graphile_worker_critical'])
      await this.pool.query(`delete from ${schema}._private_jobs`);
    await this.pool.query(
      'delete from howdah.runners; delete from howdah.queue_settings; delete from howdah.job_errors',
    );
  }

  close(): Promise<void> {
    return this.queue.close();
  }

  async #one<T>(text: string, values: unknown[]): Promise<T> {
    const { rows } = await this.pool.query<{ value: T }>(text, values);
    return rows[0]?.value as T;
  }
}

/** What a worker says of a run that failed. */
export function verdict(kind: string, delayMs?: number): string {
  return `howdah-verdict:${JSON.stringify({ kind, ...(delayMs === undefined ? {} : { delayMs }), name: 'Error', message: 'no luck' })}`;
}

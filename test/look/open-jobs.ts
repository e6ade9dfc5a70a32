import type pg from 'pg';
import { openPool } from '../support/open-pool.ts';
import { createTestDatabase } from '../support/test-database.ts';

/** A database to look at, with a client whose statements can be explained. */
export interface OpenJobs {
  readonly pool: pg.Pool;
  /** Adds jobs of the task to the queue, `sql` giving further columns; returns their ids, oldest first. */
  addLive(count: number, columns?: Record<string, string>): Promise<string[]>;
  /** Adds finished jobs; `columns` are SQL over `n`, from 1. */
  addFinished(count: number, columns?: Record<string, string>): Promise<string[]>;
  analyze(): Promise<void>;
  drop(): Promise<void>;
}

const LIVE_COLUMNS = { payload: `json_build_object('n', n)`, run_at: 'now()', max_attempts: '5' };

const FINISHED_COLUMNS = {
  queue: `'default'`,
  task: `'t' || n % 3`,
  state: `'completed'`,
  priority: '0',
  attempt: '1',
  max_attempts: '5',
  run_at: 'now()',
  created_at: 'now()',
  finished_at: 'now()',
  payload: `json_build_object('n', n)`,
};

export async function openJobs(): Promise<OpenJobs> {
  const database = await createTestDatabase();
  const pool = openPool(database.connectionString);
  pool.on('error', () => {});
  const add = async (table: string, count: number, columns: Record<string, string>) => {
    const { rows } = await pool.query<{ id: string }>(
      `insert into ${table} (id, ${Object.keys(columns).join(', ')})
       select nextval('howdah.job_id_seq'), ${Object.values(columns).join(', ')} from generate_series(1, $1) n
       returning id::text`,
      [count],
    );
    return rows.map(({ id }) => id).sort((a, b) => Number(a) - Number(b));
  };
  return {
    pool,
    async addLive(count, { schema = 'graphile_worker', task = `'t'`, ...columns } = {}) {
      await pool.query(
        `insert into ${schema}._private_tasks (identifier) values (${task}) on conflict do nothing`,
      );
      const taskId = `(select id from ${schema}._private_tasks where identifier = ${task})`;
      return add(`${schema}._private_jobs`, count, { ...LIVE_COLUMNS, ...columns, task_id: taskId });
    },
    addFinished: (count, columns = {}) =>
      add('howdah.job_history', count, { ...FINISHED_COLUMNS, ...columns }),
    async analyze() {
      await pool.query('vacuum analyze');
    },
    async drop() {
      await pool.end();
      await database.drop();
    },
  };
}

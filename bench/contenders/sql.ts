import pg from 'pg';
import type { Contender } from './contender.ts';
import { inSteps } from './in-steps.ts';

const BATCH = 500;
const LOOPS = 2;

const FETCH = `update jobs set taken_at = now() where id in (
  select id from jobs where taken_at is null order by id limit $1 for update skip locked) returning id`;

/** No queue: what the server itself can do, with two statements for so many jobs and nothing remembered of them. */
export default {
  setup: `${LOOPS} loops that fetch and delete ${BATCH} rows at a time`,
  async prepare(connectionString) {
    const client = new pg.Client({ connectionString });
    await client.connect();
    await client.query(
      `create table jobs (id bigint generated always as identity primary key, payload json not null, taken_at timestamptz);
       create index on jobs (id) where taken_at is null`,
    );
    await client.end();
  },
  fill: (url, count) =>
    inSteps(url, count, `insert into jobs (payload) select '{}' from generate_series(1, $1)`),
  async work(connectionString, { done }) {
    const pool = new pg.Pool({ connectionString, max: LOOPS });
    let isStopping = false;
    const loop = async () => {
      while (!isStopping) {
        const { rows } = await pool.query({ name: 'fetch', text: FETCH, values: [BATCH] });
        for (const _ of rows) done();
        const ids = rows.map(({ id }) => id);
        await pool.query({
          name: 'end',
          text: 'delete from jobs where id = any($1::bigint[])',
          values: [ids],
        });
      }
    };
    const loops = Array.from({ length: LOOPS }, loop);
    return {
      async stop() {
        isStopping = true;
        await Promise.all(loops);
        await pool.end();
      },
    };
  },
} satisfies Contender;

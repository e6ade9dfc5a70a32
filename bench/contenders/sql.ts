import pg from 'pg';
import type { Contender } from './contender.ts';

const BATCH = 500;
const LOOPS = 2;

const FETCH = `update jobs set taken_at = now() where id in (
  select id from jobs where taken_at is null order by id limit $1 for update skip locked) returning id, payload`;

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
  async open(connectionString) {
    const pool = new pg.Pool({ connectionString, max: 1 });
    const insert = (count: number, data: object) =>
      pool.query('insert into jobs (payload) select $2::json from generate_series(1, $1)', [count, data]);
    return {
      one: (data) => insert(1, data),
      many: (count, data) => insert(count, data),
      bulk: (count) => insert(count, {}),
      close: () => pool.end(),
    };
  },
  async work(connectionString, { run }) {
    const pool = new pg.Pool({ connectionString, max: LOOPS });
    let isStopping = false;
    const loop = async () => {
      while (!isStopping) {
        const { rows } = await pool.query({ name: 'fetch', text: FETCH, values: [BATCH] });
        for (const { id, payload } of rows) run({ id, queue: 'default', data: payload });
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

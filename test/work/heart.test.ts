import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { scalar } from '../support/job-states.ts';
import { untilBlocked } from '../support/session.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const works = testTask('works');

let queue: TestQueue;
const replaced: string[] = [];

beforeEach(async () => {
  replaced.length = 0;
  queue = await openTestQueue([[works, async () => {}]]);
  queue.events.on('runner.stopped', ({ token }) => replaced.push(token));
});

afterEach(() => queue.close());

test('heartbeats that fail, whatever the database says, are followed by others, and no runner is replaced', async () => {
  const codes = ['40001', '40P01', '57P01', '08006', 'XX000'];
  await queue.pool.query('create sequence public.faults');
  await queue.pool.query(`
    create function public.fail_in_turn() returns trigger language plpgsql as $$
    declare
      v_code text := (array['${codes.join("','")}'])[nextval('public.faults')];
    begin
      if v_code is not null then
        raise exception 'injected' using errcode = v_code;
      end if;
      return new;
    end $$;
    create trigger fail_in_turn before update of heartbeat_at on howdah.runners
    for each row execute function public.fail_in_turn()`);
  await queue.start();
  await waitFor(
    'each to fail',
    async () => (await scalar<number>(queue, 'select last_value::int from public.faults')) > codes.length,
  );
  await untilBeatenAgain();
  await untilItWorks();
  assert.deepEqual(replaced, []);
});

test('a rescue that fails is tried again, and does not hold up the next one or the heartbeats', async () => {
  const [broken, fine] = [await putDeadRunner(), await putDeadRunner()];
  await queue.pool.query(`
    create function public.fail_one() returns trigger language plpgsql as $$ begin
      if new.token = '${broken}' and new.released_at is not null then
        raise exception 'injected' using errcode = '40001';
      end if;
      return new;
    end $$;
    create trigger fail_one before update on howdah.runners for each row execute function public.fail_one()`);
  await queue.start();
  await waitFor('the other to be rescued', () => isReleased(fine));
  await untilBeatenAgain();
  assert.equal(await isReleased(broken), false);
  await queue.pool.query('drop trigger fail_one on howdah.runners');
  await waitFor('the first to be rescued too', () => isReleased(broken));
});

test('losing its control and liveness sessions again and again leaves a worker working, and listening', async () => {
  await queue.start();
  for (let turn = 0; turn < 5; turn++) {
    await waitFor('the session to be there', () =>
      scalar(
        queue,
        `select bool_or(pg_terminate_backend(pid)) from pg_stat_activity
         where application_name in ('howdah liveness', 'howdah control') and datname = current_database()`,
      ),
    );
  }
  await waitFor('every runner to show its life again', () =>
    scalar(
      queue,
      'select bool_and(howdah.shows_life(token)) and count(*) = 2 from howdah.runners where released_at is null',
    ),
  );
  const startedAt = performance.now();
  for (let round = 0; round < 10; round++) {
    const before = await beatNumber();
    await queue.pool.query('select howdah.tell_workers()');
    await waitFor('a beat', async () => (await beatNumber()) > before);
  }
  const tookMs = performance.now() - startedAt;
  assert.ok(tookMs < 5_000, `10 beats took ${tookMs} ms: those of every second, not those asked for`);
  await untilItWorks();
});

test('a heartbeat does not wait for who has locked the table of jobs, and other sequences move on', async () => {
  const parked = await Promise.all([parkJob('default', 'here'), parkJob('critical', 'there')]);
  const [here = '', there = ''] = parked;
  const token = await putDeadRunner();
  await queue.pool.query("select howdah.name_runner_pool($1, 'pool')", [token]);
  const [client, beating] = [await queue.pool.connect(), await queue.pool.connect()];
  await beating.query("set statement_timeout = '3s'"); // what a process waits for an answer
  await client.query('begin; lock table graphile_worker._private_jobs in access exclusive mode');
  const leftovers = queue.pool.query("select howdah.release_leftovers($1, '{}')", [token]);
  const isRefused = assert.rejects(leftovers, { code: '55P03' });
  await untilBlocked(queue.pool, 1);
  const beat = async () => {
    const { rows } = await beating.query(
      "select token from howdah.heartbeat(jsonb_build_array(jsonb_build_object('token', $1::text, 'running', '[]'::jsonb)), 1)",
      [token],
    );
    return rows[0]?.token;
  };
  await waitFor('the job of the other queue to have its turn', async () => {
    assert.equal(await beat(), token);
    return !(await isParked(there));
  });
  await isRefused;
  assert.equal(await isParked(here), true);
  await client.query('rollback');
  await beat();
  assert.equal(await isParked(here), false);
  for (const each of [client, beating]) each.release(true);
});

test('a delayed job starts within a second of its time', async () => {
  await queue.start();
  const waits: number[] = [];
  queue.events.on('job.started', ({ waitMs }) => waits.push(waitMs));
  for (const delayMs of [300, 550, 800, 1_050]) {
    await queue.distributor.distribute(queue.pool, works, {}, { delayMs });
  }
  await waitFor('all to start', () => waits.length === 4);
  assert.ok(
    waits.every((waitMs) => waitMs < 1_000),
    `they started ${waits} ms late`,
  );
});

async function untilBeatenAgain(): Promise<void> {
  const latest = 'select max(heartbeat_at) from howdah.runners where beat_number > 0';
  const before = await scalar<Date | null>(queue, latest);
  await waitFor('another beat', async () => {
    const now = await scalar<Date | null>(queue, latest);
    return now !== null && (before === null || now > before);
  });
}

function beatNumber(): Promise<number> {
  return scalar<number>(queue, 'select max(beat_number)::int from howdah.runners');
}

async function untilItWorks(): Promise<void> {
  const { id } = await queue.distributor.distribute(queue.pool, works, {});
  await queue.untilState(id, 'completed');
}

async function putDeadRunner(): Promise<string> {
  const token = await scalar(queue, 'select gen_random_uuid()');
  await queue.pool.query("select howdah.register_runner($1, 'default', 'howdah', 'gone', 1, 1)", [token]);
  await queue.pool.query(
    "update howdah.runners set heartbeat_at = now() - interval '1 minute' where token = $1",
    [token],
  );
  return token;
}

/** A job that waits for a turn which a heartbeat is to give it; its id. */
async function parkJob(inQueue: string, sequence: string): Promise<string> {
  const enqueue = 'select howdah.enqueue($1, queue => $2, sequence => $3)';
  const head = await scalar(queue, enqueue, [works.name, inQueue, sequence]);
  const id = await scalar(queue, enqueue, [works.name, inQueue, sequence]);
  const client = await queue.pool.connect();
  await client.query('begin');
  await client.query('select from howdah.sequences where name = $1 for update', [sequence]);
  await queue.pool.query('select howdah.cancel_job($1)', [head]);
  await client.query('commit');
  client.release();
  return id;
}

function isParked(id: string): Promise<boolean> {
  return scalar(queue, 'select is_parked from howdah.sequence_jobs where job_id = $1', [id]);
}

function isReleased(token: string): Promise<boolean> {
  return scalar<boolean>(queue, 'select released_at is not null from howdah.runners where token = $1', [
    token,
  ]);
}

import type pg from 'pg';

/** A statement of a worker's that a test can make fail. */
export type Stage = 'fetch' | 'complete' | 'fail' | 'return' | 'history' | 'heartbeat' | 'rescue' | 'cron';

/**
 * How it fails: the SQLSTATEs of a serialization failure, a deadlock and a lost connection, raised by the statement; and
 * an administrator's terminate command, which really ends the session (57P01).
 */
export const FAULTS = ['40001', '40P01', '08006', '57P01'] as const;
export type Fault = (typeof FAULTS)[number];

const JOBS = 'graphile_worker._private_jobs';

const PLACES: Record<Stage, { on: string; event: string; when: string }> = {
  fetch: { on: JOBS, event: 'update', when: 'old.locked_at is null and new.locked_at is not null' },
  complete: { on: JOBS, event: 'delete', when: 'old.locked_at is not null' },
  fail: {
    on: JOBS,
    event: 'update',
    when: 'old.locked_at is not null and new.locked_at is null and new.last_error is distinct from old.last_error',
  },
  return: {
    on: JOBS,
    event: 'update',
    when: 'old.locked_at is not null and new.locked_at is null and new.attempts < old.attempts',
  },
  history: { on: 'howdah.job_history', event: 'insert', when: 'true' },
  heartbeat: {
    on: 'howdah.runners',
    event: 'update',
    when: 'old.retired_at is null and new.retired_at is null and old.heartbeat_at <> new.heartbeat_at',
  },
  rescue: {
    on: 'howdah.runners',
    event: 'update',
    when: 'old.retired_at is null and new.retired_at is not null',
  },
  cron: {
    on: 'graphile_worker._private_known_crontabs',
    event: 'update',
    when: 'new.last_execution is distinct from old.last_execution',
  },
};

/**
 * One SQLSTATE of each class that can come of writing a row: integrity, transaction rollback, access, object state,
 * resources (a full disk), operator intervention, system error, internal error, and Howdah's own.
 */
export const CLASSES = [
  '23505',
  '40001',
  '42501',
  '53100',
  '55P03',
  '57014',
  '58030',
  'XX000',
  'HWTST',
] as const;
export type Refusal = (typeof CLASSES)[number];

/** Makes faults possible in a database. The name of each trigger sorts before Howdah's own, so it fires first. */
export async function installFaults(pool: pg.Pool): Promise<void> {
  await pool.query(`
    create schema faults;
    create sequence faults.countdown;
    create table faults.armed (stage text, fault text, times integer);
    create function faults.strike() returns trigger language plpgsql as $$
    declare v_fault text; v_times integer;
    begin
      select fault, times into v_fault, v_times from faults.armed where stage = tg_argv[0];
      -- A sequence is outside every transaction: the fault that rolls back its own statement still counts as spent.
      if v_fault is not null and nextval('faults.countdown') <= v_times then
        if v_fault = '57P01' then
          perform pg_terminate_backend(pg_backend_pid());
        end if;
        raise exception 'injected %', v_fault using errcode = v_fault;
      end if;
      return case when tg_op = 'DELETE' then old else new end;
    end $$;`);
  for (const [stage, { on, event, when }] of Object.entries(PLACES)) {
    await pool.query(
      `create trigger a_fault_${stage} before ${event} on ${on} for each row when (${when})
       execute function faults.strike('${stage}')`,
    );
  }
}

/** The next statements of that stage fail. @param times how many. @default 1 */
export async function arm(pool: pg.Pool, stage: Stage, fault: Fault | Refusal, times = 1): Promise<void> {
  await disarm(pool);
  await pool.query("select setval('faults.countdown', 1, false)");
  await pool.query('insert into faults.armed values ($1, $2, $3)', [stage, fault, times]);
}

/** No statement fails any more. */
export async function disarm(pool: pg.Pool): Promise<void> {
  await pool.query('delete from faults.armed');
}

/** How many statements have met the armed fault, be it that it had struck often enough. */
export async function strikeCount(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query(
    'select is_called::integer * last_value::integer as count from faults.countdown',
  );
  return rows[0].count;
}

/** Whether the armed fault has struck. */
export async function hasStruck(pool: pg.Pool): Promise<boolean> {
  return (await strikeCount(pool)) > 0;
}

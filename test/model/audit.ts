import assert from 'node:assert/strict';
import type pg from 'pg';

/** A job came, was taken, was let go, or went, in the order in which the database did it to that job. */
interface Entry {
  jobId: string;
  event: 'enter' | 'start' | 'unlock' | 'steal' | 'leave';
  /** Pool that has it, or had it until then. */
  worker: string | null;
  /** Pool of the runner in whose session it happened. */
  saidBy: string | null;
  sequence: string | null;
  /** The runner's jobs had been given to others before. */
  isLate: boolean;
}

/**
 * Triggers that write down every change of hands. Their name has them fire before Howdah's, so that a job is seen to be
 * unlocked before it is seen to leave for it. A row's lock puts the entries of one job in the order of their commits.
 */
export async function installAudit(client: pg.Client): Promise<void> {
  await client.query(`
    create table if not exists public.model_audit (
      n bigserial primary key, job_id bigint, event text, worker text, said_by text, sequence text, is_late boolean);
    truncate public.model_audit;
    create or replace function public.model_audit() returns trigger language plpgsql as $$
    declare
      v_runner howdah.runners;
      v_old text := case when tg_op <> 'INSERT' then old.locked_by end;
      v_new text := case when tg_op <> 'DELETE' then new.locked_by end;
      v_row jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
    begin
      if tg_op = 'UPDATE' and v_old is not distinct from v_new then
        return null;
      end if;
      select r.* into v_runner from howdah.runners r
      where 'howdah:' || r.token = current_setting('application_name');
      insert into public.model_audit (job_id, event, worker, said_by, sequence, is_late)
      values ((v_row ->> 'id')::bigint,
              case when tg_op = 'INSERT' then 'enter' when tg_op = 'DELETE' then 'leave'
                   when v_old is null then 'start' when v_new is null then 'unlock' else 'steal' end,
              coalesce(v_old, v_new), v_runner.pool_id, v_row #>> '{flags,howdah,sequence}',
              v_runner.released_at is not null);
      return null;
    end $$;
    create or replace trigger aa_model_audit after insert or update or delete on graphile_worker._private_jobs
      for each row execute function public.model_audit();
    create or replace trigger aa_model_audit after insert or update or delete on graphile_worker_critical._private_jobs
      for each row execute function public.model_audit();`);
}

export async function readAudit(client: pg.Client): Promise<Entry[]> {
  const { rows } = await client.query<Entry>(
    `select job_id::text as "jobId", event, worker, said_by as "saidBy", sequence, is_late as "isLate"
     from public.model_audit order by n`,
  );
  return rows;
}

/** @param revivals how often each job was retried */
export function assertLives(audit: Entry[], revivals: ReadonlyMap<string, number>): void {
  for (const [jobId, entries] of Map.groupBy(audit, (entry) => entry.jobId)) {
    let holder: string | null | undefined; // undefined while it is in no queue
    for (const [index, entry] of entries.entries()) {
      const what = `job ${jobId}: ${entries.slice(0, index + 1).map(({ event, worker }) => `${event} ${worker}`)}`;
      assert.equal(entry.isLate, false, `${what}, by a runner that was released`);
      holder = next(entry, holder, what);
      const previous = entries[index - 1];
      if (entry.event === 'leave' && entry.saidBy !== null && entry.saidBy !== entry.worker) {
        assert.equal(previous?.event, 'unlock', what);
        assert.equal(previous?.worker, entry.saidBy, what);
      }
    }
    const entered = entries.filter(({ event }) => event === 'enter').length;
    assert.ok(entered <= 1 + (revivals.get(jobId) ?? 0), `job ${jobId} came back by itself`);
  }
}

/** Who holds the job after the entry. */
function next({ event, worker, saidBy }: Entry, holder: string | null | undefined, what: string) {
  if (event === 'enter') {
    assert.equal(holder, undefined, what);
    return null;
  }
  if (event === 'start') {
    assert.equal(holder, null, what);
    assert.equal(saidBy, worker, what);
    return worker;
  }
  assert.notEqual(event, 'steal', what);
  assert.equal(worker, holder, what);
  if (event === 'unlock') {
    assert.ok(saidBy === null || saidBy === worker, what);
    assert.notEqual(holder, null, what);
    return null;
  }
  return undefined;
}

/** Jobs of a sequence start in order of id, and none before those ahead of it left. None of them was retried from the history. */
export function assertSequences(audit: Entry[]): void {
  const inSequence = audit.filter(({ sequence }) => sequence !== null);
  for (const [sequence, entries] of Map.groupBy(inSequence, (entry) => entry.sequence)) {
    const live = new Set<string>();
    for (const { event, jobId } of entries) {
      if (event === 'enter') live.add(jobId);
      if (event === 'leave') live.delete(jobId);
      if (event !== 'start') continue;
      const head = [...live].sort((a, b) => Number(a) - Number(b))[0];
      assert.equal(jobId, head, `sequence ${sequence} is started with its head`);
    }
  }
}

-- howdah.refuse_job(id, state, action, advice): raises why an operator's action on a job cannot be done. Never returns.
-- HWJOB when there is no such job (state null), else HWSTA naming the state it is in.
create function howdah.refuse_job(id bigint, state text, action text, advice text default null) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if state is null then
    raise exception 'unknown job %', coalesce(id::text, 'null')
      using errcode = 'HWJOB', hint = 'It never existed, or it ended and its history is no longer kept.';
  end if;
  raise exception 'job % is %: it cannot be %', id, state, action
    using errcode = 'HWSTA',
          hint = coalesce(advice, case when state = 'running' then 'howdah.cancel_job ends a running job.'
                                       else 'howdah.retry_job runs a finished job again.' end);
end;
$$;

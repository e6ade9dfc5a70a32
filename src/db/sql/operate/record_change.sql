-- howdah.record_change(action, job_ids, details, actor, request_id): writes a row of howdah.audit_log in the transaction that
-- makes the change, so that one is there if and only if the other is. Called by every command that changes jobs or queues, and by
-- the API where it enqueues for somebody.
--
-- The service says for whom it acts by the two last, or by the settings howdah.actor and howdah.request_id, local to its
-- transaction. Any session may: acting_as.sql puts the role that logged in beside a name that another than the service gave, and
-- request ids are taken from the service alone.
create function howdah.record_change(
  action text, job_ids bigint[], details jsonb, actor text default null, request_id text default null
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_actor constant text := nullif(coalesce(actor, current_setting('howdah.actor', true)), '');
  v_request_id constant text := nullif(coalesce(request_id, current_setting('howdah.request_id', true)), '');
  v_is_service constant boolean := howdah.is_service();
begin
  insert into howdah.audit_log (actor, application, action, request_id, job_ids, details)
  values (case when v_is_service then coalesce(v_actor, session_user) else howdah.acting_as(v_actor) end,
          current_setting('application_name'), record_change.action, case when v_is_service then v_request_id end,
          record_change.job_ids, jsonb_strip_nulls(record_change.details));
end;
$$;

-- howdah.redacted_fields(task): paths of the fields of the task's payloads and results that are not to be shown over HTTP, in the
-- dashboard and by the command line, as its application says; those of all applications for a task that nobody announced. Empty
-- when there are none. SQL shows them: howdah.jobs has payloads as they are.
create function howdah.redacted_fields(task text) returns text[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields text[];
begin
  select a.redact into v_fields
  from howdah.tasks t join howdah.application_registry a on a.name = t.application where t.name = redacted_fields.task;
  if not found then
    v_fields := array(select distinct f from howdah.application_registry a, unnest(a.redact) f order by f);
  end if;
  return v_fields;
end;
$$;

comment on function howdah.redacted_fields is
  'Paths of the fields of a task''s payloads and results that are withheld over HTTP, in the dashboard and by the command line. SQL shows them.';

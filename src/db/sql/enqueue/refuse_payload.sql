-- howdah.refuse_payload(): trigger function of a job that is about to be written (queue_refuse_payload.sql). Raises HWPAY for
-- what no payload may have, whatever its task: text that Postgres cannot hold (unstorable_text.sql), more than 512 lists and
-- objects within each other, a number beyond numeric, a member "__proto__" (payload_shape.sql).
create function howdah.refuse_payload() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mistake constant text := coalesce(howdah.unstorable_mistake('payload', new.payload),
                                      'payload: ' || howdah.shape_mistake(new.payload));
begin
  if v_mistake is not null then
    raise exception '%', v_mistake
      using errcode = 'HWPAY', hint = 'JSON can say it, and what reads the payload later cannot: Postgres as jsonb, or JavaScript.';
  end if;
  return new;
end;
$$;

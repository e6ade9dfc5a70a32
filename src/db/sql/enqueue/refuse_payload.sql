-- howdah.refuse_payload(): trigger function of a job that is about to be written (queue_refuse_payload.sql). Raises HWPAY for
-- what no payload may have, whatever its task: text that Postgres cannot hold (unstorable_text.sql), more than 512 lists and
-- objects within each other, a number beyond numeric, a member "__proto__" (payload_shape.sql).
--
-- A payload is good at a second look, which costs little also where it is long, without a single \u, the word __proto__, a number
-- with an exponent of four digits, more than 512 opening brackets, and more than 16383 bytes, so many digits being too many.
-- Brackets are counted by replace, as translate takes ten times as long.
create function howdah.refuse_payload() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text constant text := new.payload::text;
  v_size constant integer := octet_length(v_text);
  v_mistake text;
begin
  if v_size > 16383 or 2 * v_size - octet_length(replace(v_text, '[', '')) - octet_length(replace(v_text, '{', '')) > 512
     or v_text ~ E'\\\\u|__proto__|[0-9][eE][-+]?[0-9]{4,}[[:space:]]*($|[],}])'
  then
    v_mistake := coalesce(howdah.unstorable_mistake('payload', new.payload), 'payload: ' || howdah.shape_mistake(new.payload));
  end if;
  if v_mistake is not null then
    raise exception '%', v_mistake
      using errcode = 'HWPAY', hint = 'JSON can say it, and what reads the payload later cannot: Postgres as jsonb, or JavaScript.';
  end if;
  return new;
end;
$$;

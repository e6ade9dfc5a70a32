-- howdah.claim_idempotency_key(key, request_hash): what becomes of a request that comes with an Idempotency-Key. One row:
--
--   claimed   it is the first with the key, or goes on where the same one was broken off: after `progress`, if that had come
--             so far; others that come with the key wait until the transaction ends, or are in_use once it is committed
--             without an answer
--   answered  it was done: `answer` is the first answer
--   in_use    the same request is at work
--   reused    another request had the key
--
-- Waits for the transaction of another with the key, up to the lock_timeout of the caller. A claim without an answer that was
-- committed belongs to a request of several transactions: each moves the expiry on, so one that is 30 s older than the
-- newest possible tells that the request is no longer at work. Removes some expired keys in passing, waiting for nobody.
create function howdah.claim_idempotency_key(key text, request_hash bytea, out outcome text, out answer json, out progress json)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_newest timestamptz := now() + interval '24 hours';
  v_silent timestamptz := v_newest - interval '30 seconds';
begin
  delete from howdah.idempotency_keys k where k.key in (
    select o.key from howdah.idempotency_keys o where o.expires_at <= now() limit 100 for update skip locked);

  -- Twice: before the claim, which would wait for the transaction of another, and after it, when another was first.
  for v_try in 1..2 loop
    select case when k.request_hash <> claim_idempotency_key.request_hash then 'reused'
                when k.answer is not null then 'answered'
                when k.expires_at > v_silent then 'in_use' end, k.answer
    into outcome, answer
    from howdah.idempotency_keys k
    where k.key = claim_idempotency_key.key and k.expires_at > now();
    exit when outcome is not null or v_try = 2;

    insert into howdah.idempotency_keys as k (key, request_hash, expires_at)
    values (claim_idempotency_key.key, claim_idempotency_key.request_hash, v_newest)
    on conflict on constraint idempotency_keys_pkey do update
      set request_hash = excluded.request_hash, answer = null, expires_at = excluded.expires_at,
          progress = case when k.expires_at > now() then k.progress end
      where k.expires_at <= now()
            or (k.answer is null and k.request_hash = excluded.request_hash and k.expires_at <= v_silent)
    returning k.progress into progress;
    if found then
      outcome := 'claimed';
      return;
    end if;
  end loop;
  outcome := coalesce(outcome, 'in_use');
end;
$$;

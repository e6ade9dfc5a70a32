-- Conditions of payloads as this version makes them, also for tasks that nobody announces again.
do $$
begin
  perform howdah.keep_payload_checks();
end;
$$;

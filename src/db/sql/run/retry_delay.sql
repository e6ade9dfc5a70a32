-- howdah.retry_delay(attempt): how long a job waits after its attempt-th failed run when nobody decided otherwise.
-- asynq's formula, n^4 + 15 + rand(0..29)*(n+1) seconds with n = attempt - 1:
-- 15-44 s after the first run, 16-74 s after the second, 31-118 s, 96-212 s, … about 3.8 days after the 25th.
-- At most 100 years, as everywhere: after some 1,700 runs there would be no such instant, and the job could not be given back.
-- Source: asynq server.go, DefaultRetryDelayFunc. The same formula stands in src/tasks/retry-delay.ts.
create function howdah.retry_delay(attempt integer) returns interval
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select make_interval(secs => least(power(attempt - 1, 4) + 15 + floor(random() * 30) * attempt, 3153600000))
$$;

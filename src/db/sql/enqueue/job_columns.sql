-- The fields of howdah.job_options in their order: names for the columns of unnest, which reads them all in one go, where each
-- (job).field looks for its own anew. Written into the functions that read batches, where these are installed.
task, payload, queue, run_at, delay, max_retries, priority, timeout, deadline, retention, key, key_mode, unique_key, unique_for,
sequence, headers, debounce, max_wait, succeeds, allow_unknown

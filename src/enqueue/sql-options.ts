import type { NewJob } from './task-distributor.ts';

/** A job's options by their names in `howdah.enqueue`, in its order; undefined is the default there. */
export function toSqlOptions<Payload>({ task, options = {} }: NewJob<Payload>) {
  return {
    queue: options.queue ?? task.queue,
    run_at: options.runAt?.toISOString(),
    delay: toInterval(options.delayMs),
    max_retries: options.maxRetries ?? task.maxRetries,
    priority: options.priority,
    timeout: toInterval(options.timeoutMs),
    deadline: options.deadline?.toISOString(),
    retention: toInterval(options.retentionMs),
    key: options.key,
    key_mode: options.keyMode,
    unique_key: options.uniqueKey,
    unique_for: toInterval(options.uniqueForMs),
    sequence: options.sequence,
    headers: options.headers,
    debounce: toInterval(options.debounceMs),
    max_wait: toInterval(options.maxWaitMs),
    succeeds: options.succeeds,
  };
}

function toInterval(durationMs: number | undefined): string | undefined {
  return durationMs === undefined ? undefined : `${durationMs} milliseconds`;
}

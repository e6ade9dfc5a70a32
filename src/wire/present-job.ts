import type { z } from '@hono/zod-openapi';
import { formatDuration } from '../config/settings/duration.ts';
import { withRawNumbers } from '../db/exact-json.ts';
import type { Job, JobError, JobSummary } from '../look/job.ts';
import type { job, jobSummary } from './schemas/job.ts';
import { REDACTED, withholdFields } from './withhold-fields.ts';
import { withinDepth } from './within-depth.ts';

type Presented<Schema extends z.ZodType> = z.infer<Schema>;

export function presentSummary(found: JobSummary): Presented<typeof jobSummary> {
  const { id, queue, task, state, priority, attempt, worker, progress, key, sequence } = found;
  return {
    ...{ id, queue, task, state, priority, attempt, max_attempts: found.maxAttempts },
    run_at: iso(found.runAt),
    created_at: found.createdAt.toISOString(),
    started_at: iso(found.startedAt),
    finished_at: iso(found.finishedAt),
    duration_ms: found.durationMs,
    ...{
      worker,
      last_error: found.lastError,
      progress,
      progress_message: found.progressMessage,
      key,
      sequence,
    },
    deadline: iso(found.deadline),
    timeout: found.timeoutMs === null ? null : formatDuration(found.timeoutMs),
    expires_at: iso(found.expiresAt),
  };
}

/** With the payload, result and headers for an operator, without them for a reader. */
export function presentJob(found: Job, caller: 'admin' | 'viewer' | undefined): Presented<typeof job> {
  const isAdmin = caller === 'admin';
  const shown = (value: unknown) => withRawNumbers(withholdFields(withinDepth(value), found.redactedFields));
  return {
    ...presentSummary(found),
    payload: isAdmin ? shown(found.payload) : REDACTED,
    result: isAdmin || found.result === null ? shown(found.result) : REDACTED,
    result_note: isAdmin || found.resultNote === null ? found.resultNote : REDACTED,
    headers: isAdmin || found.headers === null ? found.headers : REDACTED,
    errors: found.errors.map(presentError),
  };
}

export function iso(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}

function presentError({ attempt, name, message, stack, worker, decision, failedAt, retryAt }: JobError) {
  const at = { failed_at: failedAt.toISOString(), retry_at: iso(retryAt) };
  return { attempt, name, message, stack, worker, decision, ...at };
}

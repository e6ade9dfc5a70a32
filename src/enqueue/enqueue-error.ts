import { findServerError } from '../db/server-error.ts';
import { type ErrorCode, HowdahError } from '../errors.ts';

/** The SQLSTATEs that `howdah.enqueue_job` and `howdah.enqueue_jobs` raise, as the service's error codes. */
const CODES: Record<string, ErrorCode> = {
  HWTSK: 'unknown_task',
  HWQUE: 'unknown_queue',
  HWOPT: 'invalid_options',
  HWPAY: 'invalid_payload',
  HWAPP: 'application_conflict',
};

/** The error a caller of the distributor gets: a HowdahError for the caller's mistakes, anything else unchanged. */
export function translateEnqueueError(error: unknown): unknown {
  const raised = findServerError(error);
  const code = raised && CODES[raised.sqlState];
  if (!code) return error;
  const hint = raised.hint ? ` (${raised.hint})` : '';
  return new HowdahError(code, { detail: `${raised.message}${hint}`, cause: error });
}

/** What a refused unique job gets. `index` is its place in the batch. */
export function duplicateError(holder: { id: string; queue: string }, index?: number): HowdahError {
  const place = index === undefined ? '' : `jobs[${index}]: `;
  return new HowdahError('duplicate_job', {
    detail: `${place}Job ${holder.id} of queue "${holder.queue}" holds this unique key`,
    details: { jobId: holder.id, queue: holder.queue, ...(index === undefined ? {} : { index }) },
  });
}

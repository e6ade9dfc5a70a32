import { type ErrorCode, HowdahError } from '../errors.ts';

/** The SQLSTATEs that `howdah.enqueue_job` and `howdah.enqueue_jobs` raise, as the service's error codes. */
const CODES: Record<string, ErrorCode> = {
  HWTSK: 'unknown_task',
  HWQUE: 'unknown_queue',
  HWOPT: 'invalid_options',
  HWPAY: 'invalid_payload',
};

/** The error a caller of the distributor gets: a HowdahError for the caller's mistakes, anything else unchanged. */
export function translateEnqueueError(error: unknown): unknown {
  const raised = findPostgresError(error);
  const code = raised && CODES[raised.code];
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

/** Drizzle wraps what pg throws; the SQLSTATE is on the cause. */
function findPostgresError(error: unknown): { code: string; message: string; hint?: string } | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string') {
      return current as Error & { code: string; hint?: string };
    }
  }
  return undefined;
}

import { HowdahError } from '../errors.ts';

/** What a refused unique job gets. `index` is its place in the batch. */
export function duplicateError(holder: { id: string; queue: string }, index?: number): HowdahError {
  const place = index === undefined ? '' : `jobs[${index}]: `;
  return new HowdahError('duplicate_job', {
    detail: `${place}Job ${holder.id} of queue "${holder.queue}" holds this unique key`,
    details: { jobId: holder.id, queue: holder.queue, ...(index === undefined ? {} : { index }) },
  });
}

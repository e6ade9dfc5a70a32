import { type JobLink, type LinkPlaceholder, PLACEHOLDER } from '../config/settings/link.ts';
import type { Job } from '../look/job.ts';
import { traceIdOf } from '../look/trace-id.ts';

/**
 * An application's links for a job, with the job's own in them. Left out are those that need a trace the job was not enqueued in, or
 * whose headers whoever reads it may not see.
 */
export function linksOf(
  links: readonly JobLink[],
  job: Pick<Job, 'id' | 'task' | 'queue' | 'headers'>,
): JobLink[] {
  const { id, task, queue, headers } = job;
  const values: Record<LinkPlaceholder, string | null> = {
    ...{ job_id: id, task, queue },
    trace_id: traceIdOf(headers),
  };
  const fill = (url: string) =>
    url.replace(PLACEHOLDER, (_, name: LinkPlaceholder) => encodeURIComponent(values[name] ?? ''));
  const isKnown = ({ url }: JobLink) => values.trace_id !== null || !url.includes('{{trace_id}}');
  return links.filter(isKnown).map(({ label, url }) => ({ label, url: fill(url) }));
}

import type { JobState, JobSummary } from '../../look/job.ts';
import { describeDuration, describeInstant } from './describe-time.ts';
import type { Column, Style } from './table.ts';

const STYLES: Readonly<Record<JobState, Style>> = {
  scheduled: 'dim',
  available: 'bold',
  running: 'cyan',
  retryable: 'yellow',
  completed: 'green',
  discarded: 'red',
  cancelled: 'dim',
};

export function stateStyle(state: JobState): Style {
  return STYLES[state];
}

/** A list of jobs as people see it. */
export const JOB_COLUMNS: readonly Column<JobSummary>[] = [
  { title: 'ID', text: ({ id }) => id, align: 'right' },
  { title: 'QUEUE', text: ({ queue }) => queue },
  { title: 'TASK', text: ({ task }) => task },
  { title: 'STATE', text: ({ state }) => state, style: ({ state }) => stateStyle(state) },
  { title: 'RUN', text: ({ attempt, maxAttempts }) => `${attempt}/${maxAttempts}`, align: 'right' },
  { title: 'ENQUEUED', text: ({ createdAt }) => describeInstant(createdAt) },
  { title: 'WHEN', text: describeWhen },
  { title: 'LAST ERROR', text: ({ lastError }) => lastError ?? '' },
];

/** The instant that matters in its state. */
function describeWhen({ state, runAt, startedAt, finishedAt, durationMs, progress }: JobSummary): string {
  if (state === 'running')
    return `since ${describeInstant(startedAt)}${progress === null ? '' : `, ${progress}%`}`;
  if (finishedAt === null) return runAt === null ? 'after another' : describeInstant(runAt);
  const took = durationMs === null ? '' : `, took ${describeDuration(durationMs)}`;
  return `${describeInstant(finishedAt)}${took}`;
}

import type { CanaryOutcome } from '../../../look/canaries.ts';

/** Texts of the pages about what fails. */
export const failures = {
  title: 'Failures',
  about:
    'Jobs that are discarded or wait to be tried again, by task and error, without what differs from job to job.',
  capped: 'There are 10,000 jobs or more: the counts are of the newest.',
  largest: (n: string) => `The ${n} largest groups are shown.`,
  none: 'Nothing fails. Jobs that fail show up here by task and error.',
  unknown: 'No job fails like that any more, and nothing is kept about it',
  over: 'No job fails like that any more.',
  noError: 'no error was told',
  trend: (counts: string) => `Failed in each five minutes of the last hour: ${counts}`,
  discarded: 'Discarded',
  retrying: 'To be tried again',
  queues: 'Queues',
  mend: 'Mend it',
  how: 'Retry five first and see how they go. When the cause is gone, retry all.',
  wentWell: (n: string) => `Those that were retried first have completed. Now the other ${n}.`,
  reason: 'What was mended',
  retrySome: 'Retry five',
  retryAll: (n: string) => `Retry all ${n}…`,
  canaries: 'Retried first',
  canary: (n: string, who: string) => `${n} by ${who}`,
  second: (who: string) =>
    `${who} has retried some of them first meanwhile. Nothing more was done: see how those go.`,
  again: '(to be tried again)',
  newest: 'The newest',
  allJobs: 'All its jobs',
  outcomes: {
    waiting: 'waits',
    running: 'runs',
    failed: 'failed again',
    completed: 'completed',
    cancelled: 'cancelled',
    gone: 'not kept',
  } satisfies Record<CanaryOutcome, string>,
  columns: {
    error: 'Error',
    task: 'Task',
    jobs: 'Discarded / retrying',
    trend: 'Last hour',
    first: 'First',
    last: 'Last',
    newest: 'Newest',
  },
};
